"""What a release holds: which samples, in which split, and what is left out and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from itertools import chain

from schemas.errors import SettingError
from schemas.ids import digest
from schemas.recipes.dataset import Dataset
from schemas.sample import Before, Candidate, LeftOut, Planned
from stages.export.groups import NONE, Groups
from stages.export.least import GroupsAsked, bring, what_was_asked
from stages.export.own_splits import goes_unharmed, held_out, kind_of, own_split, splits_of_groups

BRIDGES_SPLITS = "bridges_splits"
NEAR_FROZEN = "near_frozen"
LOW_AGREEMENT = "low_agreement"
OTHER_CAMPAIGN = "other_campaign"
OTHER_SLICE = "other_slice"
OTHER_UNIT = "other_unit"
OTHER_CONFIG = "other_config"
OTHER_SOURCE = "other_source"
OTHER_LICENCE = "other_licence"
SOURCE_SPLIT = "source_split"
UNCLEAR_SPLIT = "unclear_split"
BY_HAND = "left_out_by_hand"
WITHDRAWN = "withdrawn"
NO_READING = "no_accepted_reading"

REASONS = {
    BRIDGES_SPLITS: "new, and it would join groups that stand in two splits",
    NEAR_FROZEN: "new, and it belongs with images of a frozen split",
    LOW_AGREEMENT: "its two readers agreed less than the recipe asks",
    OTHER_CAMPAIGN: "sent to a campaign that the recipe does not name",
    OTHER_SLICE: "no region in a slice that the recipe names",
    OTHER_UNIT: "its regions are another unit than the recipe's",
    OTHER_CONFIG: "another annotation config's reading of the image is taken, or a public data set's",
    OTHER_SOURCE: "its picture or its labels come from a public data set that the recipe does not take",
    OTHER_LICENCE: "its picture or its labels have a licence that the recipe does not take",
    SOURCE_SPLIT: "new, and a public data set keeps it, or a copy of it, for a split such as test, which is frozen or not in the "
                  "recipe, or it belongs with images of training",
    UNCLEAR_SPLIT: "new, and nobody knows what its public data set's split is for: say it under readings.own_splits",
    BY_HAND: "the recipe names it under leave_out",
    WITHDRAWN: "its submission does not stand any more: it was withdrawn, rejected, put aside or taken for a duplicate",
    NO_READING: "an earlier release held it; it has no accepted reading any more",
}
"""Every reason for which something is left out, with a sentence for people."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a release will hold and will not.

    Attributes:
        samples: what it will hold, in order of image id.
        left_out: what it will not, in the same order.
        frozen: splits that take nothing new, sorted.
        asked: what came of each number of groups that the recipe asks for.
        not_taken: images of public data sets that the recipe does not take, by data set; none of them was released.
        unclear: images that are left out because nobody knows what their split is for, by data set and split.
    """

    samples: tuple[Planned, ...]
    left_out: tuple[LeftOut, ...]
    frozen: tuple[str, ...] = ()
    asked: tuple[GroupsAsked, ...] = ()
    not_taken: Mapping[str, int] = field(default_factory=dict)
    unclear: Mapping[tuple[str, str], int] = field(default_factory=dict)


def plan(recipe: Dataset, candidates: Sequence[Candidate], groups: Groups, before: Mapping[str, Before],
         frozen: AbstractSet[str] = frozenset(), kept: Mapping[str, str] = NONE) -> Plan:
    """Plans a release. A split never moves: an image keeps the one that it has, its group follows it.

    A new image is left out where its group stands in two splits already, or in a frozen one. A new group goes to a split
    that asks for more groups of a slice, or else by its hash, against the shares of the splits that are open. One with images of
    a public data set goes where that has them (``stages.export.own_splits``).

    Args:
        recipe: the dataset.
        candidates: accepted readings; of several of one image, the one whose annotation config the recipe names first wins,
            and public data sets come last.
        groups: of all images, those in ``before`` included.
        before: images of earlier releases, by image id.
        frozen: splits that earlier releases froze, whatever the recipe says of them now.
        kept: images that any public data set keeps, or a copy of them, for measuring, with the name of its split; also of data
            sets that the recipe does not take.

    Raises:
        SettingError: every split that the recipe names is frozen.
    """
    frozen = {known.split for known in before.values()} & {*recipe.frozen, *frozen}
    open_splits = {name: share for name, share in recipe.splits.items() if name not in frozen}
    if not open_splits:
        raise SettingError(f"splits is {', '.join(recipe.splits)}: all of them are frozen by now; expected one more, which takes "
                           "what is new")
    standing = _splits_that_stand(groups, before)
    by_hand = frozenset(recipe.readings.leave_out)
    own_splits = splits_of_groups(chain(kept.items(), _owns(recipe, candidates, kept)), groups.of, open_splits)
    taken: list[Planned] = []
    out: list[LeftOut] = []
    not_taken: Counter[str] = Counter()
    seen = set()
    for candidate in _in_turn(recipe, candidates):
        name = candidate.image_id
        earlier = before.get(candidate.image_id)
        group = groups.of(name)
        splits = standing.get(group, frozenset())
        is_taken = bool(taken) and taken[-1].image_id == name
        if candidate.source and (is_taken or not earlier) and _is_not_asked_for(recipe, candidate):
            not_taken[candidate.source.source] += 1
            continue
        reason = OTHER_CONFIG if is_taken else _unwanted(recipe, candidate, by_hand)
        if not reason and not earlier:
            reason = _why_not_new(_own(recipe, candidate, kept), splits, frozen, own_splits.get(group), recipe.splits)
        if reason:
            out.append(LeftOut(name, reason, candidate.annotation_config, earlier.split if earlier else "",
                               earlier.shard if earlier else "", candidate.cluster_id, group))
        elif earlier:
            taken.append(Planned(candidate, group, earlier.split, earlier.shard))
        else:
            taken.append(Planned(candidate, group, next(iter(splits), None) or own_splits.get(group)
                                 or split_of(open_splits, recipe.salt, group)))
        seen.add(name)
    out += [LeftOut(name, NO_READING, "", known.split, known.shard, known.cluster_id, groups.of(name))
            for name, known in before.items() if name not in seen]
    samples = bring(recipe, taken, {*standing, *own_splits}, frozen) if recipe.least else tuple(taken)
    return Plan(samples, tuple(sorted(out, key=lambda item: (item.image_id, item.annotation_config))), tuple(sorted(frozen)),
                what_was_asked(recipe, samples, frozen), dict(sorted(not_taken.items())), _unclear(candidates, out))


def arrivals(samples: Iterable[Planned], before: Mapping[str, Before]) -> frozenset[str]:
    """Ids of the samples that the newest release does not hold.

    Args:
        samples: of the next one.
        before: images of earlier releases.
    """
    return frozenset(item.image_id for item in samples if item.image_id not in before or not before[item.image_id].held)


def regrouped(samples: Iterable[Planned], before: Mapping[str, Before]) -> int:
    """How many samples that a release had are in another cluster or group than it says; the arguments are ``arrivals``'s."""
    known = ((item, before[item.image_id]) for item in samples if item.image_id in before)
    return sum((item.group, item.candidate.cluster_id) != (was.group, was.cluster_id) for item, was in known)


def split_of(shares: Mapping[str, float], salt: str, group: str) -> str:
    """The split of a group that no release has: its hash against the shares, the same on every machine."""
    position = int(digest(salt, group, length=13), 16) / 16**13 * sum(shares.values())
    total = 0.0
    for name, share in shares.items():
        total += share
        if position < total:
            return name
    return list(shares)[-1]


def _splits_that_stand(groups: Groups, before: Mapping[str, Before]) -> dict[str, frozenset[str]]:
    """The splits that each group has images in, by group."""
    standing: dict[str, frozenset[str]] = {}
    alone = {known.split: frozenset({known.split}) for known in before.values()}  # one set for a million groups
    for image_id, known in before.items():
        group = groups.of(image_id)
        there = standing.get(group)
        if there is None or known.split not in there:
            standing[group] = there | {known.split} if there else alone[known.split]
    return standing


def _in_turn(recipe: Dataset, candidates: Sequence[Candidate]) -> Iterable[Candidate]:
    """By image, and the readings of one image in the order in which the recipe names their configs; sources come last.

    Of sources that it takes without a name, the one that has both picture and labels comes first.
    """
    readings = recipe.readings
    order = {name: number for number, name in enumerate([*readings.annotation_configs, *readings.sources.take])}
    return sorted(candidates, key=lambda item: (
        item.image_id, order.get(item.annotation_config, len(order)), len(item.source.sources) if item.source else 0,
        item.annotation_config))


def _is_not_asked_for(recipe: Dataset, candidate: Candidate) -> bool:
    """Whether a reading is a source's that the recipe does not name: like one of a config that it does not name."""
    name = candidate.annotation_config
    return name not in recipe.readings.annotation_configs and not recipe.readings.sources.takes(name)


def _unclear(candidates: Iterable[Candidate], out: Iterable[LeftOut]) -> dict[tuple[str, str], int]:
    """How many readings are left out because nobody knows what their split is for, by data set and split."""
    unclear = {(item.image_id, item.annotation_config) for item in out if item.reason == UNCLEAR_SPLIT}
    found = Counter((item.source.source, item.source.split) for item in candidates
                    if item.source and (item.image_id, item.annotation_config) in unclear)
    return dict(sorted(found.items()))


def _owns(recipe: Dataset, candidates: Iterable[Candidate], kept: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """(image, split that a public data set has it in) of all wanted readings that have one, see ``_own``."""
    by_hand = frozenset(recipe.readings.leave_out)
    for item in candidates:
        if (own := _own(recipe, item, kept)) and not _unwanted(recipe, item, by_hand):
            yield item.image_id, own


def _own(recipe: Dataset, candidate: Candidate, kept: Mapping[str, str]) -> str:
    """The split that a public data set has an image in, as the recipe understands it: one for measuring first; perhaps empty."""
    own = candidate.source.split if candidate.source else ""
    return kept.get(candidate.image_id) or (own if kind_of(own) else recipe.readings.own_splits.get(own, own))


def _why_not_new(own: str, splits: AbstractSet[str], frozen: AbstractSet[str], own_split_of_group: str | None,
                 named: Collection[str]) -> str | None:
    """Why a wanted reading of an image that no release has is not taken.

    Args:
        own: the split that a public data set has it in; empty where none does.
        splits: in which its group stands.
        frozen: splits that take nothing new.
        own_split_of_group: where its group goes because public data sets say so.
        named: splits of the recipe.
    """
    if len(splits) > 1:
        return BRIDGES_SPLITS
    if splits & frozen:
        return NEAR_FROZEN
    if goes_unharmed(own, next(iter(splits), None) or own_split_of_group):
        return None
    return SOURCE_SPLIT if held_out(own) or own_split(own, named) else UNCLEAR_SPLIT


def _unwanted(recipe: Dataset, candidate: Candidate, by_hand: frozenset[str]) -> str | None:
    wanted = recipe.readings
    if not candidate.stands:
        return WITHDRAWN
    if candidate.image_id in by_hand:
        return BY_HAND
    if candidate.unit != recipe.unit:
        return OTHER_UNIT
    if candidate.source:
        if not all(map(wanted.sources.takes, candidate.source.sources)):
            return OTHER_SOURCE
        if not all(map(wanted.licences.takes, candidate.source.licences)):
            return OTHER_LICENCE
    elif wanted.campaigns and candidate.campaign not in wanted.campaigns:
        return OTHER_CAMPAIGN
    if wanted.slices and not set(wanted.slices) & set(candidate.slices):
        return OTHER_SLICE
    if candidate.agreement is not None and candidate.agreement < wanted.least_agreement:
        return LOW_AGREEMENT
    return None

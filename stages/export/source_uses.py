"""What public data sets allow: what a release holds of each, and what of it the recipe may not use so."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from schemas.recipes.dataset import Dataset
from schemas.sample import Planned
from schemas.sources import Use
from stages.export.changes import Change
from stages.export.counts import Counts, Facet
from stages.export.gates import Failure
from stages.export.own_splits import SplitKind, kind_of

LICENCE = "licence"
"""Gate that names a data set and a use that it does not allow."""
FORBIDDEN = "forbidden image"
"""Gate that names each image of it."""
FIRST = 3
"""So many pictures stand in the sentence about a data set."""


@dataclass(frozen=True, slots=True)
class HeldSource:
    """What a release holds of one public data set.

    Attributes:
        source: ``public/NAME``.
        licences: of what it holds, sorted.
        allows: what all of it allows, in the order of ``Use``.
        images: how many.
        regions: of them.
    """

    source: str
    licences: tuple[str, ...]
    allows: tuple[Use, ...]
    images: int
    regions: int


@dataclass(frozen=True, slots=True)
class Terms:
    """Under which terms a release holds images of a public data set.

    Attributes:
        licences: of what it holds, sorted.
        allows: what all of it allows, in the order of ``Use``.
    """

    licences: tuple[str, ...]
    allows: tuple[Use, ...]

    def __str__(self) -> str:
        return f"{'; '.join(self.licences) or 'no licence'} ({', '.join(self.allows) or 'allows nothing'})"


def terms(samples: Iterable[Planned]) -> dict[str, Terms]:
    """Under which terms a release holds images of each public data set, by name and sorted by it."""
    licences: dict[str, set[str]] = {}
    allows: dict[str, set[Use]] = {}
    for item in samples:
        if source := item.candidate.source:
            licences.setdefault(source.source, set()).add(source.licence)
            allows.setdefault(source.source, set(Use)).intersection_update(source.allows)
    return {name: Terms(tuple(sorted(licences[name])), tuple(use for use in Use if use in allows[name]))
            for name in sorted(licences)}


def changed_terms(samples: Iterable[Planned], before: Mapping[str, Terms]) -> list[Change]:
    """Public data sets whose terms are others now than when the newest release was made.

    Args:
        samples: of the next one.
        before: the terms of that release.
    """
    return [Change(f"{name}: its terms were {before[name]}, are {now}") for name, now in terms(samples).items()
            if name in before and before[name] != now]


def held_sources(samples: Iterable[Planned], counts: Counts) -> list[HeldSource]:
    """What a release holds of each public data set, by name.

    Args:
        samples: of the release.
        counts: of the same.
    """
    tallies = {name: counts.tally(Facet.SOURCE, name) for name in counts.names(Facet.SOURCE)}
    return [HeldSource(name, found.licences, found.allows, tallies[name].images, tallies[name].regions)
            for name, found in terms(samples).items()]


def used_for(recipe: Dataset, split: str) -> tuple[Use, ...]:
    """What a release uses the images of a split for: of what the recipe is for, those that concern such a split.

    A split whose name says that it is for training is not measured on, and one for measuring is not trained with; one whose name
    says neither may be both.
    """
    spared = {None: None, SplitKind.TRAIN: Use.EVALUATE, SplitKind.VAL: Use.TRAIN, SplitKind.TEST: Use.TRAIN}[kind_of(split)]
    return tuple(use for use in Use if use in recipe.allows and use is not spared)


def forbidden(recipe: Dataset, samples: Iterable[Planned]) -> list[Failure]:
    """Samples of public data sets that do not allow what the recipe is for: first a sentence about each, then every sample."""
    rows: dict[tuple[str, str, Use], list[Planned]] = {}
    for item in samples:
        if source := item.candidate.source:
            for use in used_for(recipe, item.split):
                if use not in source.allows:
                    rows.setdefault((source.source, source.licence, use), []).append(item)
    found = [Failure(LICENCE, "", f"{name} ({licence or 'no licence is known'}) does not allow {use}, and the recipe allows it: "
                     f"{_counted(items)}", _repair(name, use, items)) for (name, licence, use), items in sorted(rows.items())]
    each = sorted({item.image_id: item for items in rows.values() for item in items}.items())
    return found + [Failure(FORBIDDEN, image_id, f"{_called(item)} in {item.split}",
                            f"put {image_id} under readings.leave_out in the recipe") for image_id, item in each]


def _counted(items: Sequence[Planned]) -> str:
    some = ", ".join(f"{_called(item)} ({item.image_id[:12]}…)" for item in items[:FIRST])
    more = f" and {len(items) - FIRST:,} more" if len(items) > FIRST else ""
    return f"{len(items):,} {'image' if len(items) == 1 else 'images'}, such as {some}{more}"


def _called(item: Planned) -> str:
    source = item.candidate.source
    return f"{source.source}: {source.name}" if source else item.image_id


def _repair(name: str, use: Use, items: Sequence[Planned]) -> str:
    sources = [item.candidate.source for item in items if item.candidate.source]
    allowed = {use}.union(*(source.allows for source in sources))
    licences = {licence for source in sources for licence in source.licences if licence}
    alone = f" (or {licences.pop()} under readings.licences.leave)" if len(licences) == 1 else ""
    return (f"put {name} under readings.sources.leave{alone} in the recipe; or take {use} out of the recipe's allows, if the "
            f"release is not for that; or, if its licence allows it after all: saegim sources change {name} --licence-allows "
            + ",".join(one for one in Use if one in allowed))

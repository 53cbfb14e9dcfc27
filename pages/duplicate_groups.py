"""Pairs and clusters as groups of the page of duplicates: what a manager reads of each, and the commands that decide."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from pages.contact_sheet import Command, Cut, Group, PagePicture, Section
from schemas.pairs import Cluster, Pair, SentPicture
from schemas.submission import Said
from stages.ingest.align import DOUBTFUL_LOW, SAME_OVERLAP, SAME_WEAKEST
from stages.ingest.side_by_side import DifferingPlace
from stages.pictures import data_url

SHORT = 12
"""Characters of an id in a command."""
SAID = {Said.DUPLICATE: "the same photograph", Said.CLUSTER: "another photograph of the same thing",
        Said.SPLIT: "a picture of its own"}
"""What a decision says of two pictures."""

Pictures = Mapping[str, PagePicture]
"""Pictures by submission id; those that are not in the object store any more are left out."""


@dataclass(frozen=True, slots=True)
class Overlay:
    """Two pictures of a pair, one over the other.

    Attributes:
        laid: file of the earlier one laid over the later one, relative to the page; None where that cannot be done.
        differences: where they differ, the worst place first.
    """

    laid: str | None = None
    differences: tuple[DifferingPlace, ...] = ()


def pair_group(section: Section, pair: Pair, pictures: Pictures, overlay: Overlay) -> Group:
    """A pair as the page shows it.

    Args:
        section: where it stands.
        pair: the submissions.
        pictures: of both, where they are.
        overlay: of both; an empty one where there is nothing to compare.
    """
    later = pair.later
    earlier = pair.earlier
    commands = tuple(_commands(section, pair))
    if earlier is None:
        return Group(section, later.key, _why(pair), _shown(later, sent(later), pictures), commands)
    title = f"{later.key} ↔ {earlier.key}"
    if section is Section.EXACT:
        return Group(section, title, "", _shown(later, f"{sent(later)}; {earlier.key} was {sent(earlier)}", pictures))
    if not {earlier.submission_id, later.submission_id} <= pictures.keys():
        return Group(section, title, f"{_why(pair)} A picture is not in the object store any more.", (), commands, pair.figures)
    places = overlay.differences
    both = (*_shown(earlier, f"earlier · {sent(earlier)}", pictures), *_shown(later, f"later · {sent(later)}", pictures))
    marks = (tuple(item.on_earlier for item in places), tuple(item.on_later for item in places))
    cuts = tuple(Cut(data_url(item.earlier.data), data_url(item.later.data), item.on_later.agreement) for item in places)
    return Group(section, title, _why(pair), tuple(replace(one, marks=some) for one, some in zip(both, marks, strict=True)),
                 commands, pair.figures, overlay.laid, cuts)


def cluster_group(cluster: Cluster, pictures: Pictures) -> Group:
    """A cluster as the page shows it."""
    shown = [picture for member in cluster.members for picture in _shown(
        member, f"{sent(member)}{' · represents the cluster' if member.submission_id == cluster.founder else ''}", pictures)]
    return Group(Section.CLUSTER, f"{len(cluster.members)} photographs", "", tuple(shown), tuple(
        Command(f"saegim ingest split {member.submission_id[:SHORT]}", f"묶음에서 빼기 · {member.key} shows something else.")
        for member in cluster.members))


def sent(picture: SentPicture) -> str:
    """When a picture was sent, and by whom."""
    return f"sent {picture.sent_at:%Y-%m-%d %H:%M} UTC by {picture.submitter}"


def why(figures: Mapping[str, float]) -> str:
    """What the figures of a comparison say, in a sentence; empty where there are none."""
    if "low" not in figures:
        return ""
    low = figures["low"]
    weakest = figures["weakest"]
    overlap = figures["overlap"]
    if low < DOUBTFUL_LOW:
        return f"Alike all over, nowhere quite the same (low agreement {low}): another photograph of the same thing."
    if weakest < SAME_WEAKEST:
        said = f"Nearly everything agrees, but the worst place only {weakest}: a line may differ. Look at the marked places."
    elif overlap < SAME_OVERLAP:
        said = f"All that both show agrees, but {1 - overlap:.0%} of the later picture is not on the earlier one."
    else:
        return f"Everything agrees, the worst place {weakest}: the same photograph."
    if "figures changed" in figures:
        said += (f" The model read {figures['lines']:.0f} lines on both; {figures['edits']:.0f} characters differ, "
                 f"{figures['figures changed']:.0f} of them figures that it is sure of.")
    return said


def _shown(submission: SentPicture, note: str, pictures: Pictures) -> tuple[PagePicture, ...]:
    """A submission's picture with a line about it; nothing where it is gone."""
    picture = pictures.get(submission.submission_id)
    return (replace(picture, note=note),) if picture else ()


def _why(pair: Pair) -> str:
    if pair.decision:
        day = f" on {pair.decision.decided_at:%Y-%m-%d}" if pair.decision.decided_at else ""
        return f"Decision {pair.decision.number}{day}: {SAID[pair.decision.kind]}."
    return why(pair.figures) or (f"It {pair.detail}." if pair.detail else "")


def _commands(section: Section, pair: Pair) -> Iterator[Command]:
    later = pair.later.submission_id[:SHORT]
    if section is Section.BY_HAND and pair.decision:
        yield Command(f"saegim ingest undo {pair.decision.number}", "되돌리기 · Take it back: what ingest found counts again.")
    if section is Section.HELD and pair.earlier:
        merge = f"saegim ingest merge {later} {pair.earlier.submission_id[:SHORT]}"
        yield Command(f"{merge} --duplicate", "같은 사진 · The same photograph: nobody labels it again, and it earns no points.")
        yield Command(merge, "같은 대상의 다른 사진 · Another photograph of the same thing: taken, in the earlier one's split.")
    if section in (Section.HELD, Section.EDITED):
        yield Command(f"saegim ingest split {later}", "다른 것 · A picture of its own: it is taken, and compared no more.")

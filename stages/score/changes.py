"""What has to be written so that the list of changes says what photographs are worth now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from schemas.points import PHOTOGRAPH, PointEntry, PointLine, PointReason, WrittenPoints

NOTHING = {
    PointReason.DUPLICATE, PointReason.REJECTED, PointReason.HELD, PointReason.WITHDRAWN, PointReason.DISQUALIFIED,
    PointReason.CAP_OF_CATEGORY, PointReason.CAP_OF_DAY, PointReason.CAP_OF_BURST, PointReason.OUTSIDE_THE_DAYS,
    PointReason.FLAG_CONFIRMED,
}
"""Reasons why a photograph has no points: its owner reads them also where it never had any."""

Place = tuple[str, str]
"""Of a submission, by one rule."""


@dataclass(frozen=True, slots=True)
class Differing:
    """A place of which something may have to be written.

    Attributes:
        line: what it is worth now; submitter and version are empty of what is not there any more.
        before: what its entries say; None where there are none.
    """

    line: PointLine
    before: WrittenPoints | None


def differing(lines: Iterable[PointLine], written: Mapping[Place, WrittenPoints]) -> list[Differing]:
    """Places whose sums are not what they are worth, or whose last reason has to be looked at before one can say.

    Args:
        lines: what each photograph is worth by each rule.
        written: what the entries say until now.
    """
    by_place = {(line.submission_id, line.rule): line for line in lines}
    found = [Differing(line, written.get(place)) for place, line in by_place.items() if _may_differ(line, written.get(place))]
    for place in sorted(written.keys() - by_place.keys()):
        submission_id, rule = place
        line = _of_no_points(submission_id, rule, by_place.get((submission_id, PHOTOGRAPH)))
        if _may_differ(line, written[place]):
            found.append(Differing(line, written[place]))
    return found


def _may_differ(line: PointLine, before: WrittenPoints | None) -> bool:
    if before is None:
        return bool(line.provisional or line.final or line.rule == PHOTOGRAPH or line.reason is PointReason.DENIED)
    same = (line.provisional, line.final) == (before.provisional, before.final)
    return not same or not (before.provisional or before.final) or (line.rule == PHOTOGRAPH and line.reason in NOTHING)


def _of_no_points(submission_id: str, rule: str, photograph: PointLine | None) -> PointLine:
    """The line of what has none any more: of a claim that was taken back, or of a submission that is gone."""
    if photograph is None:
        return PointLine(submission_id, "", rule, 0, 0, PointReason.WITHDRAWN, "", 0)
    if photograph.reason in NOTHING:
        return PointLine(submission_id, "", rule, 0, 0, photograph.reason, photograph.detail, 0)
    return PointLine(submission_id, "", rule, 0, 0, PointReason.CHANGED, "", 0)


def changes(campaign: str, found: Sequence[Differing], newest: Mapping[int, PointEntry], last: int,
            now: datetime) -> list[PointEntry]:
    """Entries to add. Added, they leave nothing to add for the same lines.

    Args:
        campaign: its name.
        found: from ``differing``.
        newest: the newest entry of each place in it that has entries, by its number.
        last: number of the last entry that there is; 0 where there is none.
        now: when they are written, in UTC.
    """
    added: list[PointEntry] = []
    for item in found:
        line = item.line
        before = item.before
        entry = newest[before.newest] if before else None
        provisional = line.provisional - (before.provisional if before else 0)
        final = line.final - (before.final if before else 0)
        if reason := _reason(line, entry, changed=bool(provisional or final)):
            added.append(PointEntry(
                last + len(added) + 1, now, campaign, entry.submitter if entry else line.submitter, line.submission_id, line.rule,
                provisional, final, reason, line.detail, line.version or (entry.version if entry else 0)))
    return added


def _reason(line: PointLine, entry: PointEntry | None, *, changed: bool) -> PointReason | None:
    """Why an entry is added; None where there is none to add."""
    if entry is None:
        return line.reason
    if not changed:
        return _other_word(line, entry)
    if line.reason in NOTHING:
        return line.reason
    if entry.reason is PointReason.DISQUALIFIED:
        return PointReason.REINSTATED
    return PointReason.CHANGED if line.reason is entry.reason else line.reason


def _other_word(line: PointLine, entry: PointEntry) -> PointReason | None:
    """Why an entry of no points is added: what its owner read last is not so any more. None where it still is.

    Why there are no points is told of the photograph alone, not of each bonus too.
    """
    if line.reason in NOTHING:
        told = (entry.reason, entry.detail) == (line.reason, line.detail)
        return None if told or line.rule != PHOTOGRAPH else line.reason
    if entry.reason not in NOTHING:
        return None
    return PointReason.REINSTATED if entry.reason is PointReason.DISQUALIFIED and line.rule == PHOTOGRAPH else line.reason

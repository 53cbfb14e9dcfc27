"""What has to be written so that the list of changes says what photographs are worth now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from schemas.points import PHOTOGRAPH, PointEntry, PointLine, PointReason, Written

NOTHING = {
    PointReason.DUPLICATE, PointReason.REJECTED, PointReason.HELD, PointReason.WITHDRAWN, PointReason.DISQUALIFIED,
    PointReason.CAP_OF_CATEGORY, PointReason.CAP_OF_DAY, PointReason.CAP_OF_BURST, PointReason.OUTSIDE_THE_DAYS,
    PointReason.FLAG_CONFIRMED,
}
"""Reasons why a photograph has no points: its owner reads them also where it never had any."""

Place = tuple[str, str]
"""Of a submission, by one rule."""


def changes(campaign: str, lines: Iterable[PointLine], written: Mapping[Place, Written], last: int, *,
            now: datetime) -> list[PointEntry]:
    """Entries to add. Added, they leave nothing to add for the same lines.

    Args:
        campaign: its name.
        lines: what each photograph is worth by each rule.
        written: what the entries say until now, by submission id and rule.
        last: number of the last entry that there is; 0 where there is none.
        now: when they are written, in UTC.
    """
    by_place = {(line.submission_id, line.rule): line for line in lines}
    gone = _gone(by_place, written)
    found = ((line, written.get(place)) for place, line in [*by_place.items(), *gone.items()])
    wanted = [(line, before, reason) for line, before in found if (reason := _reason(line, before))]
    return [PointEntry(number, now, campaign, line.submitter, line.submission_id, line.rule,
                       line.provisional - (before.provisional if before else 0), line.final - (before.final if before else 0),
                       reason, line.detail, line.version) for number, (line, before, reason) in enumerate(wanted, last + 1)]


def _gone(lines: Mapping[Place, PointLine], written: Mapping[Place, Written]) -> dict[Place, PointLine]:
    """Lines of no points for what had some and has no line any more: of a claim taken back, of a submission that is gone."""
    found = {}
    for place in sorted(written.keys() - lines.keys()):
        before = written[place]
        submission_id, rule = place
        photograph = lines.get((submission_id, PHOTOGRAPH))
        if photograph is None:
            found[place] = PointLine(submission_id, before.submitter, rule, 0, 0, PointReason.WITHDRAWN, "", before.version)
        elif before.provisional or before.final:
            reason = photograph.reason if photograph.reason in NOTHING else PointReason.CHANGED
            found[place] = PointLine(submission_id, before.submitter, rule, 0, 0, reason,
                                     photograph.detail if reason in NOTHING else "", before.version)
    return found


def _reason(line: PointLine, before: Written | None) -> PointReason | None:
    """Why an entry is added; None where there is none to add."""
    if before is None:
        return line.reason if line.provisional or line.final or line.rule == PHOTOGRAPH else None
    if (line.provisional, line.final) == (before.provisional, before.final):
        told = line.reason in NOTHING and line.rule == PHOTOGRAPH and line.reason is not before.reason
        return line.reason if told else None
    if before.reason is PointReason.DISQUALIFIED:
        return PointReason.REINSTATED
    return PointReason.CHANGED if line.reason is before.reason else line.reason

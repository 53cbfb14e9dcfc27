"""Points: the list of their changes. It only grows; who reads sums has them from the database."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, fields
from typing import Any

from sqlalchemy import Connection, Row, case, func, select

from datastore.ledger.engine import Ledger
from datastore.ledger.sql import in_chunks, insert_or_ignore
from datastore.ledger.tables import point_entries, submissions
from schemas.board import PhotographStanding, RulePoints
from schemas.points import PersonSum, PointEntry, PointReason, PointSum, WrittenPoints

every_entry = select(*(point_entries.c[item.name] for item in fields(PointEntry)))
"""Asks for what ``_entry`` takes; a caller adds its conditions."""
BOTH = point_entries.c.provisional + point_entries.c.final
"""Points of an entry, whether they may still change or not."""


def entries_of(ledger: Ledger, campaign: str, submitter: str) -> list[PointEntry]:
    """What changed of the points of one submitter in a campaign, the newest first."""
    query = (every_entry.where(point_entries.c.campaign == campaign, point_entries.c.submitter == submitter)
             .order_by(point_entries.c.number.desc()))
    with ledger.read() as connection:
        return list(map(_entry, connection.execute(query)))


def entries_by_number(ledger: Ledger, numbers: Iterable[int]) -> dict[int, PointEntry]:
    """Some entries by their numbers."""
    found: dict[int, PointEntry] = {}
    with ledger.read() as connection:
        for chunk in in_chunks(sorted(set(numbers))):
            rows = connection.execute(every_entry.where(point_entries.c.number.in_(chunk)))
            found.update({row.number: _entry(row) for row in rows})
    return found


def sums_of(ledger: Ledger, submission_ids: Iterable[str]) -> dict[str, PointSum]:
    """Points of some submissions by all rules, by submission id; those without an entry are left out."""
    found: dict[str, PointSum] = {}
    with ledger.read() as connection:
        for chunk in in_chunks(sorted(set(submission_ids))):
            rows = connection.execute(
                select(point_entries.c.submission_id, func.sum(point_entries.c.provisional), func.sum(point_entries.c.final))
                .where(point_entries.c.submission_id.in_(chunk)).group_by(point_entries.c.submission_id))
            found.update({submission_id: PointSum(int(provisional), int(final))
                          for submission_id, provisional, final in rows.tuples()})
    return found


def last_entry(ledger: Ledger) -> int:
    """Number of the newest entry; 0 where there is none."""
    with ledger.read() as connection:
        return _last(connection)


def written_sums(ledger: Ledger, campaign: str) -> dict[tuple[str, str], WrittenPoints]:
    """What the entries of a campaign say, by submission id and rule."""
    query = (select(point_entries.c.submission_id, point_entries.c.rule, func.sum(point_entries.c.provisional),
                    func.sum(point_entries.c.final), func.max(point_entries.c.number))
             .where(point_entries.c.campaign == campaign)
             .group_by(point_entries.c.submission_id, point_entries.c.rule))
    with ledger.read() as connection:
        return {(submission_id, rule): WrittenPoints(int(provisional), int(final), number)
                for submission_id, rule, provisional, final, number in connection.execute(query).tuples()}


def add_entries(ledger: Ledger, seen: int, new: Sequence[PointEntry]) -> bool:
    """Adds entries to the list, where nobody has added one since somebody began to count.

    Args:
        ledger: where.
        seen: ``last_entry`` before anything was read that the new ones go by.
        new: entries, numbered from ``seen`` on.

    Returns:
        False where somebody was faster: nothing was added, and all has to be counted again.
    """
    with ledger.write(alone="points") as connection:
        if _last(connection) != seen:
            return False
        insert_or_ignore(connection, point_entries, [asdict(entry) for entry in new])
    return True


def person_sums(ledger: Ledger, campaign: str) -> list[PersonSum]:
    """Points of all submitters of a campaign, by submitter: also of those who have none any more."""
    of_photograph = (
        select(point_entries.c.submitter, func.sum(BOTH).label("points"), func.sum(point_entries.c.final).label("final"))
        .where(point_entries.c.campaign == campaign)
        .group_by(point_entries.c.submitter, point_entries.c.submission_id).subquery())
    people = (select(of_photograph.c.submitter, func.sum(of_photograph.c.points).label("points"),
                     func.sum(of_photograph.c.final).label("final"),
                     func.sum(case((of_photograph.c.points > 0, 1), else_=0)).label("photographs"))
              .group_by(of_photograph.c.submitter).subquery())
    # From somebody's newest photograph back to the first with points: all of a million together would be looked up one by one.
    worth = (select(func.sum(BOTH)).where(point_entries.c.campaign == campaign,
                                          point_entries.c.submission_id == submissions.c.submission_id).scalar_subquery())
    reached_at = (select(submissions.c.sent_at)
                  .where(submissions.c.campaign == campaign, submissions.c.submitter == people.c.submitter, worth > 0)
                  .order_by(submissions.c.sent_at.desc()).limit(1).scalar_subquery())
    query = select(people.c.submitter, people.c.points, people.c.final, people.c.photographs, reached_at).order_by(
        people.c.submitter)
    with ledger.read() as connection:
        return [PersonSum(submitter, int(points), int(final), int(photographs), reached_at)
                for submitter, points, final, photographs, reached_at in connection.execute(query).tuples()]


def best_photographs(ledger: Ledger, campaign: str, limit: int) -> list[PhotographStanding]:
    """Some photographs of a campaign, those with most points first; of equal ones those with more final points, then by id."""
    points = func.sum(BOTH)
    final = func.sum(point_entries.c.final)
    best = (select(point_entries.c.submission_id, points, final).where(point_entries.c.campaign == campaign)
            .group_by(point_entries.c.submission_id).having(points > 0)
            .order_by(points.desc(), final.desc(), point_entries.c.submission_id).limit(limit))
    with ledger.read() as connection:
        found = connection.execute(best).tuples().all()
        rules: dict[str, list[tuple[int, str]]] = {}
        submitters: dict[str, str] = {}
        by_rule = (select(point_entries.c.submission_id, point_entries.c.submitter, point_entries.c.rule, points)
                   .where(point_entries.c.submission_id.in_([submission_id for submission_id, _, _ in found]))
                   .group_by(point_entries.c.submission_id, point_entries.c.submitter, point_entries.c.rule).having(points > 0))
        for submission_id, submitter, rule, worth in connection.execute(by_rule).tuples():
            submitters[submission_id] = submitter
            rules.setdefault(submission_id, []).append((-int(worth), rule))
    return [PhotographStanding(submission_id, submitters[submission_id], int(worth), int(sure),
                               tuple(rule for _, rule in sorted(rules[submission_id]))) for submission_id, worth, sure in found]


def points_by_rule(ledger: Ledger, campaign: str) -> list[RulePoints]:
    """Points of all people by rule, the most first, with how many photographs they are for."""
    worth = func.sum(BOTH).label("worth")
    of_photograph = (select(point_entries.c.rule, worth).where(point_entries.c.campaign == campaign)
                     .group_by(point_entries.c.submission_id, point_entries.c.rule).having(worth > 0).subquery())
    total = func.sum(of_photograph.c.worth)
    query = (select(of_photograph.c.rule, total, func.count()).group_by(of_photograph.c.rule)
             .order_by(total.desc(), of_photograph.c.rule))
    with ledger.read() as connection:
        return [RulePoints(rule, int(points), photographs) for rule, points, photographs in connection.execute(query).tuples()]


def _last(connection: Connection) -> int:
    return connection.scalar(select(func.max(point_entries.c.number))) or 0


def _entry(row: Row[Any]) -> PointEntry:
    values = {item.name: getattr(row, item.name) for item in fields(PointEntry)}
    return PointEntry(**{**values, "reason": PointReason(row.reason), "detail": row.detail or ""})

"""Pairs of submissions whose pictures a manager compares by looking, and clusters: the newest ones first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, func, or_, select

from datastore.ledger.decisions import decision_list, rows_by_id
from datastore.ledger.engine import Ledger
from datastore.ledger.rows import every_submission, submission_row
from datastore.ledger.sql import in_chunks
from datastore.ledger.standing import in_force
from datastore.ledger.tables import comparisons, images, submissions
from schemas.decision import STANDS, Decision
from schemas.pairs import Cluster, Listed, Pair, SentPicture
from schemas.recorded import SubmissionRow
from schemas.submission import Outcome, Verdict, image_key


@dataclass(frozen=True, slots=True)
class _Link:
    """A pair by its ids; ``earlier_image`` stands in for the earlier submission where only its image is known."""

    later: str
    earlier: str | None = None
    earlier_image: str | None = None
    figures: dict[str, float] = field(default_factory=dict)
    decision: Decision | None = None
    detail: str = ""


_doubted = (
    select(submissions.c.submission_id, submissions.c.detail, comparisons.c.image_id, comparisons.c.figures)
    .outerjoin(comparisons, and_(comparisons.c.submission_id == submissions.c.submission_id,
                                 comparisons.c.verdict == Verdict.REVIEW)))
"""Submissions with each earlier picture that they may repeat."""


def waiting(ledger: Ledger, campaign: str | None, limit: int) -> Listed:
    """Held submissions with each earlier picture that they may repeat; one that was compared with none stands alone."""
    query = _doubted.where(submissions.c.outcome == Outcome.HELD, submissions.c.own_image_id.is_not(None))
    with ledger.read() as connection:
        rows, total = _newest(connection, query, campaign, limit)
        return Listed(_resolved(connection, [
            _Link(row.submission_id, None, row.image_id, row.figures or {}, detail=row.detail or "") for row in rows]), total)


def doubts_of(ledger: Ledger, submission_ids: Sequence[str]) -> dict[str, list[Pair]]:
    """Held submissions of some ids, each with the earlier pictures that it may repeat; ids of others are left out."""
    held = and_(submissions.c.outcome == Outcome.HELD, submissions.c.own_image_id.is_not(None))
    links: list[_Link] = []
    with ledger.read() as connection:
        for chunk in in_chunks(submission_ids):
            links += [_Link(row.submission_id, None, row.image_id, row.figures or {}, detail=row.detail or "")
                      for row in connection.execute(_doubted.where(held, submissions.c.submission_id.in_(chunk)))]
        found: dict[str, list[Pair]] = {}
        for pair in _resolved(connection, links):
            found.setdefault(pair.later.submission_id, []).append(pair)
    return found


def beside(ledger: Ledger, submission_ids: Sequence[str]) -> dict[str, Pair]:
    """Submissions with the picture that they are most like, as ingest found it; without one where there is none."""
    with ledger.read() as connection:
        rows = rows_by_id(connection, submission_ids)
        figures = _figures(connection, list(rows))
        links = []
        for name, row in rows.items():
            known = figures.get(name, {})
            like = next((image for image in (row.found_image_id, *known) if image and image != row.own_image), None)
            links.append(_Link(name, row.duplicate_of, None if row.duplicate_of else like, known.get(like or "", {})))
        return {pair.later.submission_id: pair for pair in _resolved(connection, links)}


def edited(ledger: Ledger, campaign: str | None, limit: int) -> Listed:
    """Duplicates that ingest found by laying pictures over each other."""
    query = (select(submissions.c.submission_id, comparisons.c.image_id, comparisons.c.figures)
             .join(comparisons, and_(comparisons.c.submission_id == submissions.c.submission_id,
                                     comparisons.c.image_id == submissions.c.found_image_id))
             .where(submissions.c.outcome == Outcome.DUPLICATE, submissions.c.found == Verdict.DUPLICATE,
                    submissions.c.found_image_id != submissions.c.own_image_id))
    with ledger.read() as connection:
        rows, total = _newest(connection, query, campaign, limit)
        return Listed(_resolved(connection, [_Link(row.submission_id, None, row.image_id, row.figures) for row in rows]), total)


def exact(ledger: Ledger, campaign: str | None, limit: int) -> Listed:
    """Submissions with the bytes or pixels of an earlier one."""
    query = select(submissions.c.submission_id, submissions.c.duplicate_of).where(
        submissions.c.outcome == Outcome.DUPLICATE, submissions.c.found == Verdict.DUPLICATE,
        submissions.c.found_image_id == submissions.c.own_image_id)
    with ledger.read() as connection:
        rows, total = _newest(connection, query, campaign, limit)
        return Listed(_resolved(connection, [_Link(row.submission_id, row.duplicate_of) for row in rows]), total)


def by_hand(ledger: Ledger, campaign: str | None, limit: int) -> Listed:
    """What managers said, as far as nobody took it back; the last decision first."""
    said = in_force(decision_list(ledger))[::-1]
    with ledger.read() as connection:
        rows = rows_by_id(connection, [name for item in said for name in item.names])
        chosen = [item for item in said if item.submission_id in rows and campaign in (None, rows[item.submission_id].campaign)]
        figures = _figures(connection, [item.submission_id for item in chosen[:limit]])
        links = []
        for item in chosen[:limit]:
            known = figures.get(item.submission_id, {})
            other = rows.get(item.other_id)
            image = other.own_image if other else next(iter(known), None)
            links.append(_Link(item.submission_id, item.other_id if other else None, None if other else image,
                               known.get(image or "", {}), item))
        return Listed(_resolved(connection, links), len(chosen))


def pair_of(ledger: Ledger, later: str, earlier: str | None) -> Pair | None:
    """Two submissions by their ids; None where the first one has no picture."""
    with ledger.read() as connection:
        found = _resolved(connection, [_Link(later, earlier)])
        known = _figures(connection, [later]).get(later, {})
        other = rows_by_id(connection, [earlier] if earlier else []).get(earlier or "")
        figures = known.get(other.own_image or "", {}) if other else {}
    return replace(found[0], figures=figures) if found else None


def clusters(ledger: Ledger, campaign: str | None) -> list[Cluster]:
    """Clusters of more than one accepted submission, of which one at least was sent to the campaign."""
    query = (select(images.c.cluster_id, images.c.represents, images.c.media_type, submissions)
             .join(submissions, (submissions.c.image_id == images.c.image_id) & (submissions.c.outcome == Outcome.ACCEPTED))
             .where(images.c.cluster_id.in_(select(images.c.cluster_id).group_by(images.c.cluster_id).having(func.count() > 1)))
             .order_by(images.c.cluster_id, submissions.c.sent_at, submissions.c.key))
    by_cluster: dict[str, list[Row[Any]]] = {}
    with ledger.read() as connection:
        for row in connection.execute(query):
            by_cluster.setdefault(row.cluster_id, []).append(row)
    found = []
    for rows in by_cluster.values():
        if len(rows) > 1 and (campaign is None or any(row.campaign == campaign for row in rows)):
            founder = next((row for row in rows if row.represents), rows[0]).submission_id
            found.append(Cluster(founder, [_sent(submission_row(row), image_key(row.image_id, row.media_type)) for row in rows]))
    return sorted(found, key=lambda cluster: cluster.members[-1].sent_at, reverse=True)


def _newest(connection: Connection, query: Select[Any], campaign: str | None, limit: int) -> tuple[Sequence[Row[Any]], int]:
    if campaign is not None:
        query = query.where(submissions.c.campaign == campaign)
    total = connection.scalar(select(func.count()).select_from(query.subquery())) or 0
    return connection.execute(query.order_by(submissions.c.sent_at.desc(), submissions.c.key).limit(limit)).all(), total


def _resolved(connection: Connection, links: Sequence[_Link]) -> list[Pair]:
    """The pairs of some links; one whose later picture is not known any more is left out."""
    rows = rows_by_id(connection, [name for link in links for name in (link.later, link.earlier) if name])
    standing = _standing(connection, [link.earlier_image for link in links if link.earlier_image])
    keys = _image_keys(connection, [*rows.values(), *standing.values()])

    def sent(row: SubmissionRow | None) -> SentPicture | None:
        return _sent(row, keys[row.submission_id]) if row is not None and row.submission_id in keys else None

    pairs = []
    for link in links:
        later = sent(rows.get(link.later))
        earlier = sent(rows.get(link.earlier) if link.earlier else standing.get(link.earlier_image or ""))
        if later:
            pairs.append(Pair(later, earlier, link.figures, link.decision, link.detail))
    return pairs


def _standing(connection: Connection, image_ids: Iterable[str]) -> dict[str, SubmissionRow]:
    """The submission of each image: the one that stands, else the first one that brought it."""
    found: dict[str, SubmissionRow] = {}
    for chunk in in_chunks(sorted(set(image_ids))):
        rows = map(submission_row, connection.execute(every_submission.where(or_(
            submissions.c.own_image_id.in_(chunk), submissions.c.image_id.in_(chunk)))))
        for row in sorted(rows, key=lambda row: (row.outcome in STANDS, row.sent_at), reverse=True):
            found.setdefault(row.own_image or "", row)
    return found


def _figures(connection: Connection, names: Iterable[str]) -> dict[str, dict[str, dict[str, float]]]:
    found: dict[str, dict[str, dict[str, float]]] = {}
    for chunk in in_chunks(sorted(set(names))):
        for row in connection.execute(select(comparisons).where(comparisons.c.submission_id.in_(chunk))):
            found.setdefault(row.submission_id, {})[row.image_id] = row.figures
    return found


def _image_keys(connection: Connection, rows: Sequence[SubmissionRow]) -> dict[str, str]:
    """Where the submissions' own pictures are; a duplicate's stands in its comparison, not among the images.

    What was withdrawn has none: nobody looks at it any more.
    """
    rows = [row for row in rows if row.outcome is not Outcome.WITHDRAWN]
    keys: dict[str, str] = {}
    for chunk in in_chunks(sorted({row.submission_id for row in rows})):
        keys |= dict(connection.execute(select(comparisons.c.submission_id, comparisons.c.picture_key).where(
            comparisons.c.submission_id.in_(chunk))).tuples().all())
    types: dict[str, str] = {}
    for chunk in in_chunks(sorted({own for row in rows if (own := row.own_image)})):
        types |= dict(connection.execute(select(images.c.image_id, images.c.media_type).where(
            images.c.image_id.in_(chunk))).tuples().all())
    return keys | {row.submission_id: image_key(own, types[own]) for row in rows if (own := row.own_image) in types}


def _sent(row: SubmissionRow, picture: str) -> SentPicture:
    return SentPicture(row.submission_id, row.key, row.submitter or "", row.sent_at, picture)

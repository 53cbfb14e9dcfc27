"""What a manager sees of duplicates and clusters, and says of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, and_, delete, exists, false, or_, select, update

from datastore.ledger import arrivals
from datastore.ledger.connection import Ledger, in_chunks, upsert
from datastore.ledger.tables import comparisons, decisions, images, points, readings, submissions
from schemas.errors import NoSuchSubmission, NotToBeSplit
from schemas.submission import UNCOMPARED, Compared, Outcome, Verdict, image_key, sender_of
from schemas.text import normalise

ANY = "*"
"""Stands for every earlier image in a decision."""
BY_TEXTS = "lines"
"""Figure of a comparison in which texts were compared too."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """A held submission's picture and an earlier image that it may repeat, with where both pictures are."""

    submission_id: str
    image_id: str
    image_key: str
    earlier_id: str
    earlier_key: str
    figures: dict[str, float]


def decided(connection: Connection, submission_ids: Iterable[str]) -> dict[str, dict[str, Verdict]]:
    """A manager's decisions by submission id and image id."""
    found: dict[str, dict[str, Verdict]] = {}
    for chunk in in_chunks(sorted(set(submission_ids))):
        for row in connection.execute(select(decisions).where(decisions.c.submission_id.in_(chunk))):
            found.setdefault(row.submission_id, {})[row.image_id] = Verdict(row.verdict)
    return found


def told_apart(ledger: Ledger, pairs: Sequence[tuple[str, str]]) -> set[tuple[str, str]]:
    """Those of some pairs of images of which a manager said that they are distinct."""
    names = sorted({name for pair in pairs for name in pair})
    sent: dict[str, tuple[Any, str]] = {}
    said: set[tuple[str, str]] = set()
    with ledger.read() as connection:
        for chunk in in_chunks(names):
            rows = connection.execute(select(submissions.c.image_id, submissions.c.sent_at, submissions.c.key).where(
                submissions.c.image_id.in_(chunk), submissions.c.outcome == Outcome.ACCEPTED))
            sent.update({row.image_id: (row.sent_at, row.key) for row in rows})
            said |= {(row.mine, row.image_id) for row in connection.execute(
                select(submissions.c.image_id.label("mine"), decisions.c.image_id)
                .join(decisions, decisions.c.submission_id == submissions.c.submission_id)
                .where(submissions.c.image_id.in_(chunk), decisions.c.verdict == Verdict.DISTINCT))}

    def apart(later: str, earlier: str) -> bool:
        of_all = (later, ANY) in said and later in sent and earlier in sent and sent[earlier] <= sent[later]
        return of_all or (later, earlier) in said

    return {(one, other) for one, other in pairs if apart(one, other) or apart(other, one)}


def find(ledger: Ledger, name: str) -> Row[Any]:
    """The submission with this key, id or image, or beginning of an id (6 letters or more).

    A key is found however its Hangul is written: people copy it from tables, and type it.

    Raises:
        NoSuchSubmission: there is none, or several.
    """
    sender = sender_of(name)
    by_key = or_(submissions.c.key == name, and_(
        submissions.c.campaign == sender.campaign, submissions.c.submitter == sender.submitter) if sender else false())
    by_id = or_(submissions.c.submission_id.startswith(name, autoescape=True), and_(
        submissions.c.image_id.startswith(name, autoescape=True), submissions.c.outcome != Outcome.DUPLICATE))
    with ledger.read() as connection:
        rows = [row for row in connection.execute(select(submissions).where(by_key)) if normalise(row.key) == normalise(name)]
        if not rows and len(name) >= 6:
            rows = list(connection.execute(select(submissions).where(by_id).limit(3)))
    if len(rows) != 1:
        raise NoSuchSubmission(
            f"{'No submission has' if not rows else 'Several submissions have'} the key, id or image {name!r}; expected one. "
            "`saegim ledger submissions` lists them")
    return rows[0]


def split(ledger: Ledger, row: Row[Any]) -> str:
    """Says that a submission's picture is one of its own. Returns what that changed, in words.

    A member leaves its cluster. A duplicate or a held one is decided anew by the next ingest, which compares it no more.
    """
    with ledger.write(alone="images") as connection:
        compared = connection.scalar(select(comparisons.c.image_id).where(
            comparisons.c.submission_id == row.submission_id).limit(1))
        if row.outcome == Outcome.DUPLICATE and not compared:
            raise NotToBeSplit(f"{row.key} has the same bytes or pixels as {row.duplicate_of}: it is no picture of its own")
        upsert(connection, decisions, {"submission_id": row.submission_id, "image_id": ANY, "verdict": Verdict.DISTINCT})
        if row.outcome in (Outcome.DUPLICATE, Outcome.HELD):
            _take_back(connection, [row])
            return "the next ingest takes it as a picture of its own"
        _leave(connection, row.image_id)
        return "it has left its cluster"


def merge(ledger: Ledger, row: Row[Any], into: Row[Any], verdict: Verdict) -> str:
    """Says that a submission shows what an earlier one shows, or (``duplicate``) repeats it. Returns what that changed."""
    with ledger.write(alone="images") as connection:
        connection.execute(delete(decisions).where(decisions.c.submission_id == row.submission_id))
        upsert(connection, decisions, {"submission_id": row.submission_id, "image_id": into.image_id, "verdict": verdict})
        if row.outcome == Outcome.ACCEPTED and verdict is Verdict.CLUSTER:
            ours, theirs = (connection.scalar(select(images.c.cluster_id).where(images.c.image_id == one.image_id))
                            for one in (row, into))
            connection.execute(update(images).where(images.c.cluster_id == ours).values(cluster_id=theirs))
            return "their clusters are one"
        if row.outcome == Outcome.ACCEPTED:
            connection.execute(update(submissions).where(submissions.c.duplicate_of == row.submission_id).values(
                duplicate_of=into.submission_id, image_id=into.image_id))
            connection.execute(update(submissions).where(submissions.c.submission_id == row.submission_id).values(
                outcome=Outcome.DUPLICATE, duplicate_of=into.submission_id, image_id=into.image_id))
            return "it is a duplicate now"
        _take_back(connection, [row])
        return "the next ingest does so"


def retry(ledger: Ledger, outcome: Outcome, reason: str | None = None) -> int:
    """Makes quarantined or rejected submissions arrivals again. Returns how many."""
    query = select(submissions).where(submissions.c.outcome == outcome)
    if reason:
        query = query.where(submissions.c.reason == reason)
    with ledger.write(alone="images") as connection:
        rows = connection.execute(query).all()
        _take_back(connection, rows)
    return len(rows)


def doubts(ledger: Ledger, run: str) -> list[Doubt]:
    """Pairs that wait for a manager, whose texts were not compared and that one run of a model has read both.

    Pictures with more lookalikes than were compared are left out: texts of some would not decide.
    """
    earlier = images.alias("earlier")
    query = (
        select(comparisons.c.submission_id, comparisons.c.figures, images.c.image_id, images.c.media_type,
               earlier.c.image_id.label("earlier_id"), earlier.c.media_type.label("earlier_type"))
        .join(submissions, submissions.c.submission_id == comparisons.c.submission_id)
        .join(images, images.c.image_id == submissions.c.image_id)
        .join(earlier, earlier.c.image_id == comparisons.c.image_id)
        .where(submissions.c.outcome == Outcome.HELD, comparisons.c.verdict == Verdict.REVIEW,
               ~submissions.c.detail.contains(UNCOMPARED),
               *(exists().where(readings.c.image_id == table.c.image_id, readings.c.run == run) for table in (images, earlier)))
        .order_by(comparisons.c.submission_id, comparisons.c.image_id))
    with ledger.read() as connection:
        return [Doubt(row.submission_id, row.image_id, image_key(row.image_id, row.media_type), row.earlier_id,
                      image_key(row.earlier_id, row.earlier_type), row.figures)
                for row in connection.execute(query) if BY_TEXTS not in row.figures]


def resolve(connection: Connection, looked_at: Sequence[tuple[Doubt, Compared]]) -> int:
    """Writes what texts say of doubts. Held pictures that may repeat nothing any more are accepted; returns how many."""
    for doubt, found in looked_at:
        connection.execute(update(comparisons).where(
            comparisons.c.submission_id == doubt.submission_id, comparisons.c.image_id == doubt.earlier_id).values(
            verdict=found.verdict, figures=found.figures))
    count = 0
    for chunk in in_chunks(sorted({doubt.submission_id for doubt, _ in looked_at})):
        left = exists().where(comparisons.c.submission_id == submissions.c.submission_id,
                              comparisons.c.verdict == Verdict.REVIEW)
        count += connection.execute(update(submissions).where(
            submissions.c.submission_id.in_(chunk), submissions.c.outcome == Outcome.HELD, ~left).values(
            outcome=Outcome.ACCEPTED, detail=None)).rowcount
    return count


def comparison_rows(ledger: Ledger) -> list[Row[Any]]:
    """Every comparison that found something, with the submission's and the earlier image's keys."""
    earlier = submissions.alias("earlier")
    query = (select(comparisons, submissions.c.key, submissions.c.campaign, submissions.c.outcome, submissions.c.sent_at,
                    images.c.media_type, images.c.cluster_id, earlier.c.key.label("earlier_key"))
             .join(submissions, submissions.c.submission_id == comparisons.c.submission_id)
             .join(images, images.c.image_id == comparisons.c.image_id)
             .outerjoin(earlier, (earlier.c.image_id == images.c.image_id)
                        & earlier.c.outcome.in_((Outcome.ACCEPTED, Outcome.HELD)))
             .order_by(submissions.c.sent_at, submissions.c.key, comparisons.c.image_id))
    with ledger.read() as connection:
        return list(connection.execute(query))


def cluster_rows(ledger: Ledger) -> list[Row[Any]]:
    """Images of clusters that have more than one, with their submission, by cluster and time sent."""
    query = (select(images.c.image_id, images.c.media_type, images.c.cluster_id, images.c.represents,
                    submissions.c.submission_id, submissions.c.key, submissions.c.campaign, submissions.c.sent_at)
             .join(submissions, (submissions.c.image_id == images.c.image_id) & (submissions.c.outcome == Outcome.ACCEPTED))
             .order_by(images.c.cluster_id, submissions.c.sent_at, submissions.c.key))
    with ledger.read() as connection:
        rows: list[Row[Any]] = list(connection.execute(query))
    sizes: dict[str, int] = {}
    for row in rows:
        sizes[row.cluster_id] = sizes.get(row.cluster_id, 0) + 1
    return [row for row in rows if sizes[row.cluster_id] > 1]


def _leave(connection: Connection, image_id: str) -> None:
    """An image leaves its cluster for one of its own; where it was the founder, the first one that stays gives the name."""
    cluster_id = connection.scalar(select(images.c.cluster_id).where(images.c.image_id == image_id))
    rest = connection.execute(select(images.c.image_id).where(images.c.cluster_id == cluster_id, images.c.image_id != image_id)
                              .order_by(images.c.represents.desc(), images.c.image_id)).scalars().all()
    if cluster_id == image_id and rest:
        connection.execute(update(images).where(images.c.image_id.in_(rest)).values(cluster_id=rest[0]))
        connection.execute(update(images).where(images.c.image_id == rest[0]).values(represents=True))
    connection.execute(update(images).where(images.c.image_id == image_id).values(cluster_id=image_id, represents=True))


def _take_back(connection: Connection, rows: Sequence[Row[Any]]) -> None:
    ids = [row.submission_id for row in rows]
    arrivals.take_back(connection, rows)
    for chunk in in_chunks(ids):
        for table in (comparisons, points):  # points are counted anew by the next score
            connection.execute(delete(table).where(table.c.submission_id.in_(chunk)))
        # What repeats a held picture is decided anew behind it.
        behind = connection.execute(select(submissions).where(submissions.c.duplicate_of.in_(chunk))).all()
        if behind:
            _take_back(connection, behind)
        connection.execute(delete(submissions).where(submissions.c.submission_id.in_(chunk)))

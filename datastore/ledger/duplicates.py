"""What a manager sees of duplicates and clusters."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass

from sqlalchemy import Connection, and_, delete, exists, false, func, or_, select, update

from datastore.ledger import arrivals
from datastore.ledger.decisions import decision_list, endings, related, settle_anew
from datastore.ledger.engine import Ledger
from datastore.ledger.names import where_a_key_goes_wrong
from datastore.ledger.rows import every_submission, submission_row
from datastore.ledger.sql import in_chunks
from datastore.ledger.standing import in_force
from datastore.ledger.tables import arrivals as waiting
from datastore.ledger.tables import comparisons, images, readings, submissions
from schemas.errors import NoSuchSubmission
from schemas.recorded import SubmissionRow
from schemas.submission import Compared, Outcome, Reason, Said, Verdict, image_key, sender_of
from schemas.text import normalise

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


def told_apart(ledger: Ledger, pairs: Sequence[tuple[str, str]]) -> set[tuple[str, str]]:
    """Those of some pairs of images of which a manager said that they show different things, when both were there."""
    names = sorted({name for pair in pairs for name in pair})
    found: dict[str, int] = {}
    owner: dict[str, str] = {}
    cluster: dict[str, str] = {}
    said = [item for item in in_force(decision_list(ledger)) if item.kind is Said.SPLIT] if pairs else []
    with ledger.read() as connection:
        for chunk in in_chunks(names if said else ()):
            rows = connection.execute(select(submissions.c.image_id, submissions.c.submission_id, submissions.c.own_image_id,
                                             submissions.c.decisions_before, images.c.cluster_id)
                                      .join(images, images.c.image_id == submissions.c.image_id)
                                      .where(submissions.c.image_id.in_(chunk)))
            for row in rows:
                if row.own_image_id in (None, row.image_id):
                    owner[row.submission_id] = row.image_id
                    found[row.image_id] = min(row.decisions_before, found.get(row.image_id, row.decisions_before))
                    cluster[row.image_id] = row.cluster_id
    split = {owner[item.submission_id]: item.number for item in said if item.submission_id in owner}

    def apart(one: str, other: str) -> bool:
        return one in split and other in found and found[other] < split[one] and cluster[one] != cluster[other]

    return {(one, other) for one, other in pairs if apart(one, other) or apart(other, one)}


def find(ledger: Ledger, name: str) -> SubmissionRow:
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
        rows = [row for row in connection.execute(every_submission.where(by_key)) if normalise(row.key) == normalise(name)]
        if not rows and len(name) >= 6:
            rows = list(connection.execute(every_submission.where(by_id).limit(3)))
        waits = not rows and bool(connection.scalar(select(waiting.c.key).where(or_(
            waiting.c.key == name, waiting.c.submission_id.startswith(name, autoescape=True))).limit(1)))
    if waits:
        raise NoSuchSubmission(f"{name} waits for the next ingest, which decides what it is: saegim run ingest")
    if not rows:
        raise NoSuchSubmission(f"No submission has the key, id or image {name!r}{where_a_key_goes_wrong(ledger, name)} "
                               "(`saegim ledger submissions` lists them)")
    if len(rows) > 1:
        raise NoSuchSubmission(f"Several submissions have the key, id or image {name!r}; expected one. "
                               "`saegim ledger submissions` lists them")
    return submission_row(rows[0])


def retry(ledger: Ledger, outcome: Outcome, reason: Reason | None = None) -> int:
    """Makes quarantined submissions, or those rejected for a reason, arrivals again. Returns how many."""
    query = every_submission.where(submissions.c.outcome == outcome)
    if reason:
        query = query.where(submissions.c.reason == reason)
    with ledger.write(alone="images") as connection:
        rows = {row.submission_id: submission_row(row) for row in connection.execute(query)}
        behind = set(rows)
        while behind:  # what repeats one that is decided anew is decided anew behind it
            more = {row.submission_id: submission_row(row) for chunk in in_chunks(sorted(behind)) for row in connection.execute(
                every_submission.where(submissions.c.duplicate_of.in_(chunk)))}
            behind = more.keys() - rows.keys()
            rows |= more
        decide_anew(connection, list(rows.values()))
    return len(rows)


def doubts(ledger: Ledger, run: str) -> list[Doubt]:
    """Pairs that wait for a manager, whose texts were not compared and that one run of a model has read both.

    Pictures with more lookalikes than were compared are left out: texts of some would not decide.
    """
    earlier = images.alias("earlier")
    held = submissions.alias("held")
    query = (
        select(comparisons.c.submission_id, comparisons.c.figures, images.c.image_id, images.c.media_type,
               earlier.c.image_id.label("earlier_id"), earlier.c.media_type.label("earlier_type"))
        .join(submissions, submissions.c.submission_id == comparisons.c.submission_id)
        .join(images, images.c.image_id == submissions.c.own_image_id)
        .join(held, and_(held.c.image_id == images.c.image_id, held.c.outcome == Outcome.HELD))
        .join(earlier, earlier.c.image_id == comparisons.c.image_id)
        .where(comparisons.c.verdict == Verdict.REVIEW,
               *(exists().where(readings.c.image_id == table.c.image_id, readings.c.run == run) for table in (images, earlier)))
        .order_by(comparisons.c.submission_id, comparisons.c.image_id))
    with ledger.read() as connection:
        found = [Doubt(row.submission_id, row.image_id, image_key(row.image_id, row.media_type), row.earlier_id,
                       image_key(row.earlier_id, row.earlier_type), row.figures)
                 for row in connection.execute(query) if BY_TEXTS not in row.figures]
        crowded = _crowded(connection, {doubt.image_id for doubt in found})
    return [doubt for doubt in found if doubt.image_id not in crowded]


def _crowded(connection: Connection, image_ids: Iterable[str]) -> Set[str]:
    """Those of some images with more lookalikes than were compared, as far as no manager has said what they are."""
    found: set[str] = set()
    for chunk in in_chunks(sorted(image_ids)):
        found.update(connection.scalars(select(func.coalesce(submissions.c.own_image_id, submissions.c.image_id)).where(
            or_(submissions.c.own_image_id.in_(chunk), submissions.c.image_id.in_(chunk)), submissions.c.uncompared > 0)))
    return endings(related(connection, found)).crowded if found else frozenset()


def resolve(connection: Connection, looked_at: Sequence[tuple[Doubt, Compared]]) -> int:
    """Writes what texts say of doubts. Held pictures that may repeat nothing any more are accepted; returns how many."""
    for doubt, found in looked_at:
        connection.execute(update(comparisons).where(
            comparisons.c.submission_id == doubt.submission_id, comparisons.c.image_id == doubt.earlier_id).values(
            verdict=found.verdict, figures=found.figures))
    pictures = sorted({doubt.image_id for doubt, _ in looked_at})
    held = _held(connection, pictures)
    settle_anew(connection, pictures)
    return held - _held(connection, pictures)


def _held(connection: Connection, image_ids: Sequence[str]) -> int:
    return sum(connection.scalar(select(func.count()).select_from(submissions).where(
        submissions.c.image_id.in_(chunk), submissions.c.outcome == Outcome.HELD)) or 0 for chunk in in_chunks(image_ids))


def decide_anew(connection: Connection, rows: Sequence[SubmissionRow]) -> None:
    """Has the next ingest decide some submissions anew, as if they were just listed. The caller has the lock ``images``."""
    arrivals.take_back(connection, rows)
    names = sorted(row.submission_id for row in rows)
    pictures = sorted({own for row in rows if (own := row.own_image)})
    for chunk in in_chunks(names):
        connection.execute(delete(comparisons).where(comparisons.c.submission_id.in_(chunk)))
        connection.execute(update(submissions).where(submissions.c.submission_id.in_(chunk)).values(duplicate_of=None))
    for chunk in in_chunks(names):
        connection.execute(delete(submissions).where(submissions.c.submission_id.in_(chunk)))
    for chunk in in_chunks(pictures):
        connection.execute(update(images).where(images.c.image_id.in_(chunk)).values(refused=None, why_refused=None))
    settle_anew(connection, pictures)

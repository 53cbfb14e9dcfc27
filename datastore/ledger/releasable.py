"""What planning a release needs of the ledger: accepted readings without their regions, and which images there are."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, func, select

from datastore.ledger.decisions import decision_list
from datastore.ledger.engine import Ledger
from datastore.ledger.from_sources import COLUMNS, OF_LABELS, OF_PICTURE, from_source
from datastore.ledger.sources import all_sources
from datastore.ledger.sql import in_chunks
from datastore.ledger.standing import in_force, undone
from datastore.ledger.tables import accepted_readings, agreements, holds, images, readings, submissions
from schemas.labelling import AgreementKind
from schemas.sample import Candidate, FromSource, Photograph
from schemas.sources import PUBLIC
from schemas.submission import Outcome, Said, Verdict

ROWS_A_READ = 2000
CAMERA_TIME = "%Y:%m:%d %H:%M:%S"
"""EXIF 2.3, DateTimeOriginal: local time without a zone."""


def candidates(ledger: Ledger, annotation_configs: Sequence[str]) -> list[Candidate]:
    """Every accepted reading under these configs, also of images whose submission does not stand any more.

    Args:
        ledger: has the readings.
        annotation_configs: names of configs, and of public data sets, under which theirs are accepted.
    """
    query = (
        select(accepted_readings.c.image_id, accepted_readings.c.reading_id, accepted_readings.c.annotation_config,
               images.c.media_type, images.c.width, images.c.height, images.c.cluster_id, submissions.c.campaign,
               submissions.c.submitter, submissions.c.submission_id, readings.c.unit, readings.c.summary, holds.c.reason,
               *COLUMNS)
        .join(readings, accepted_readings.c.reading_id == readings.c.reading_id)
        .join(images, images.c.image_id == accepted_readings.c.image_id)
        .outerjoin(submissions, and_(submissions.c.image_id == images.c.image_id, submissions.c.outcome == Outcome.ACCEPTED))
        .outerjoin(holds, holds.c.image_id == images.c.image_id)
        .outerjoin(OF_LABELS, OF_LABELS.c.reading_id == accepted_readings.c.reading_id)
        .outerjoin(OF_PICTURE, OF_PICTURE.c.key == submissions.c.key)
        .where(accepted_readings.c.annotation_config.in_(annotation_configs))
        .order_by(accepted_readings.c.image_id, accepted_readings.c.annotation_config, OF_LABELS.c.key))
    known = {source.source: source for source in all_sources(ledger)}
    found: list[Candidate] = []
    with ledger.read() as connection:
        agreed = _agreement(connection)
        same: dict[Any, Any] = {}
        for row in _streamed(connection, query):
            if found and (found[-1].image_id, found[-1].annotation_config) == (row.image_id, row.annotation_config):
                continue  # a data set may have a picture with the same labels under several names: the first one stands for it
            found.append(_candidate(row, agreed, same, from_source(row, known)))
    return found


def photographs(ledger: Ledger) -> Iterator[Photograph]:
    """All images whose submission stands, labelled or not."""
    query = (select(images.c.image_id, images.c.cluster_id, submissions.c.submitter, submissions.c.sent_at,
                    submissions.c.original, submissions.c.campaign)
             .join(submissions, and_(submissions.c.image_id == images.c.image_id, submissions.c.outcome == Outcome.ACCEPTED)))
    with ledger.read() as connection:
        for row in _streamed(connection, query):
            taken = _camera_time((row.original or {}).get("captured_at"))
            yield Photograph(sys.intern(row.image_id), sys.intern(row.cluster_id), sys.intern(row.submitter or ""),
                             row.sent_at.timestamp() if taken is None else taken, taken is not None, row.campaign == PUBLIC)


def keys_of(ledger: Ledger, image_ids: Iterable[str]) -> dict[str, str]:
    """Keys of the accepted submissions of some images, by image id."""
    with ledger.read() as connection:
        return {row.image_id: row.key for chunk in in_chunks(sorted(set(image_ids))) for row in connection.execute(
            select(submissions.c.image_id, submissions.c.key).where(
                submissions.c.image_id.in_(chunk), submissions.c.outcome == Outcome.ACCEPTED))}


@dataclass(frozen=True, slots=True)
class SeenAlike:
    """Two images of one cluster, and who said so.

    Attributes:
        one: image id of the one.
        other: image id of the other.
        by_hand: whether a manager said so; otherwise ingest found it.
    """

    one: str
    other: str
    by_hand: bool


def seen_alike(ledger: Ledger, image_ids: Iterable[str]) -> list[SeenAlike]:
    """Why some images belong together: first what managers said of two of them, then what ingest found, each once.

    Args:
        ledger: has the submissions and what was said of them.
        image_ids: of the images; what joins one of them to an image that is not among them counts where ingest found it.
    """
    columns = submissions.c.submission_id, submissions.c.own_image_id, submissions.c.found, submissions.c.found_image_id
    rows: list[Row[Any]] = []
    with ledger.read() as connection:
        for chunk in in_chunks(sorted(set(image_ids))):
            rows += connection.execute(select(*columns).where(submissions.c.own_image_id.in_(chunk)))
    pairs = [*_said_alike(ledger, {row.submission_id: row.own_image_id for row in rows}),
             *(SeenAlike(row.own_image_id, row.found_image_id, False) for row in rows if row.found == Verdict.CLUSTER)]
    return [pair for pair in dict.fromkeys(pairs) if pair.one != pair.other]


def _said_alike(ledger: Ledger, image_of: Mapping[str, str]) -> Iterator[SeenAlike]:
    """What managers said of two submissions whose images are given, by submission."""
    for decision in in_force(decision_list(ledger)):
        if decision.kind not in (Said.CLUSTER, Said.DUPLICATE):
            continue
        one = image_of.get(decision.submission_id)
        other = image_of.get(decision.other_id)
        if one and other:
            yield SeenAlike(one, other, True)


def repeated(ledger: Ledger) -> Iterator[tuple[str, str]]:
    """(image, the one that stands for it) of submissions that were taken for edited duplicates, or that somebody called so."""
    query = select(submissions.c.own_image_id, submissions.c.image_id).where(
        submissions.c.outcome == Outcome.DUPLICATE, submissions.c.own_image_id != submissions.c.image_id)
    with ledger.read() as connection:
        for row in _streamed(connection, query):
            yield row.own_image_id, row.image_id


def rejoined(ledger: Ledger) -> set[str]:
    """Images that somebody told apart from others and that count as before since that was undone."""
    said = decision_list(ledger)
    names = sorted({item.submission_id for item in said if item.kind is Said.SPLIT and item.number in undone(said)})
    with ledger.read() as connection:
        return {name for chunk in in_chunks(names) for name in connection.scalars(
            select(submissions.c.own_image_id).where(submissions.c.submission_id.in_(chunk))) if name}


def _streamed(connection: Connection, query: Any) -> Iterator[Row[Any]]:
    yield from connection.execution_options(yield_per=ROWS_A_READ).execute(query)


def _candidate(row: Row[Any], agreed: Mapping[tuple[str, str], float], same: dict[Any, Any],
               source: FromSource | None) -> Candidate:
    """A row as a record; ``same`` has one object of each value that comes often, so that a million of them fit in memory."""
    slices = tuple(row.summary["slices"])
    return Candidate(
        image_id=sys.intern(row.image_id), reading_id=row.reading_id, media_type=sys.intern(row.media_type),
        width=same.setdefault(row.width, row.width), height=same.setdefault(row.height, row.height),
        cluster_id=sys.intern(row.cluster_id), campaign=sys.intern(row.campaign or ""), submitter=sys.intern(row.submitter or ""),
        annotation_config=sys.intern(row.annotation_config), unit=sys.intern(row.unit), slices=same.setdefault(slices, slices),
        agreement=agreed.get((row.image_id, row.annotation_config)), held=row.reason, stands=row.submission_id is not None,
        source=source)


def _agreement(connection: Connection) -> dict[tuple[str, str], float]:
    """How far an image's two readers agreed, by (image id, annotation config): the worse of their regions and their texts."""
    query = select(agreements.c.image_id, agreements.c.annotation_config,
                   func.min(agreements.c.regions).label("regions"), func.max(agreements.c.cer).label("cer")).where(
        agreements.c.kind == AgreementKind.PAIR).group_by(agreements.c.image_id, agreements.c.annotation_config)
    return {(row.image_id, row.annotation_config.partition("@")[0]): round(min(row.regions, max(0.0, 1 - row.cer)), 3)
            for row in _streamed(connection, query)}


def _camera_time(text: str | None) -> float | None:
    if not text:  # most pictures that came through a messenger: an exception for each takes as long as all the rest
        return None
    try:
        return datetime.strptime(text, CAMERA_TIME).replace(tzinfo=UTC).timestamp()
    except ValueError:
        return None

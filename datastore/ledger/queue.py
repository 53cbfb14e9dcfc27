"""Images that wait for an annotator, with what ordering them needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Table, and_, exists, func, or_, select

from datastore.ledger.connection import Ledger, in_chunks, insert_or_ignore
from datastore.ledger.tables import accepted_readings, gold, images, projects, readings, submissions, tasks
from schemas.reading import Summary
from schemas.submission import Outcome


@dataclass(frozen=True, slots=True)
class Candidate:
    """An image that a task could be made of.

    Attributes:
        image_id: which.
        reading_id: its reading by the model in use.
        summary: of that reading.
        cluster_id: images of one thing share it.
        submitter: who sent it.
    """

    image_id: str
    reading_id: str
    summary: Summary
    cluster_id: str
    submitter: str


def waiting(ledger: Ledger, annotation_config: str, project_id: int, run: str, among: int | None = None) -> list[str]:
    """Accepted images that a model has read and that have no task in a project yet, in order of id.

    Images with an accepted reading of the config are not among them, but gold is, once its truth is known. What nobody was
    given yet has to be read by the run; a model that came into use later does not read what a person has read, so for gold and
    for second readers any model will do.

    Args:
        ledger: where.
        annotation_config: its name.
        project_id: the project that the tasks would be in.
        run: of the model in use.
        among: only images with a task in this project too, and gold.
    """
    is_gold = _exists(gold, gold.c.annotation_config == annotation_config)
    accepted = _exists(accepted_readings, accepted_readings.c.annotation_config == annotation_config)
    known = and_(is_gold, accepted)
    # On the side of the second reader an image stays wanted whether or not the first reading was accepted.
    rest = (and_(~or_(is_gold, accepted), _exists(readings, readings.c.run == run)) if among is None
            else and_(~is_gold, _exists(tasks, tasks.c.project_id == among)))
    conditions = [_exists(submissions, submissions.c.outcome == Outcome.ACCEPTED),
                  _exists(readings, readings.c.reader.startswith("model:")),
                  ~_exists(tasks, tasks.c.project_id == project_id), or_(known, rest)]
    with ledger.read() as connection:
        return list(connection.scalars(select(images.c.image_id).where(*conditions).order_by(images.c.image_id)))


def candidates(ledger: Ledger, run: str, image_ids: Sequence[str]) -> list[Candidate]:
    """These images with what ordering them needs, in the same order: by the run, or by any model where it has not read one."""
    found: dict[str, Candidate] = {}
    with ledger.read() as connection:
        for chunk in in_chunks(image_ids):
            rows = connection.execute(
                select(readings.c.image_id, readings.c.reading_id, readings.c.summary, images.c.cluster_id,
                       submissions.c.submitter)
                .join(images, images.c.image_id == readings.c.image_id)
                .join(submissions, and_(submissions.c.image_id == images.c.image_id,
                                        submissions.c.outcome == Outcome.ACCEPTED))
                .where(readings.c.reader.startswith("model:"), readings.c.image_id.in_(chunk))
                .order_by(readings.c.run == run, readings.c.reading_id))  # the last one of an image counts
            for row in rows:
                summary = Summary(row.summary["regions"], row.summary["uncertainty"], tuple(row.summary["slices"]))
                found[row.image_id] = Candidate(row.image_id, row.reading_id, summary, row.cluster_id, row.submitter or "")
    return [found[image_id] for image_id in image_ids if image_id in found]


def _exists(table: Table, condition: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(table.c.image_id == images.c.image_id, condition)


def images_given(ledger: Ledger, annotation_config: str) -> set[str]:
    """Images with a task in any project of a config, planned ones included."""
    with ledger.read() as connection:
        return set(connection.scalars(
            select(tasks.c.image_id).distinct().join(projects, projects.c.project_id == tasks.c.project_id)
            .where(projects.c.annotation_config == annotation_config)))


def gold_given(ledger: Ledger, annotation_config: str, project_id: int) -> tuple[int, int]:
    """How many tasks of a project are about gold, and how many it has in all, planned ones included."""
    of_project = tasks.c.project_id == project_id
    is_gold = exists().where(gold.c.image_id == tasks.c.image_id, gold.c.annotation_config == annotation_config)
    with ledger.read() as connection:
        count = select(func.count()).select_from(tasks)
        return connection.scalar(count.where(of_project, is_gold)) or 0, connection.scalar(count.where(of_project)) or 0


def add_gold(connection: Connection, annotation_config: str, image_ids: Sequence[str]) -> int:
    """Makes images gold; returns how many were not."""
    return insert_or_ignore(connection, gold, [
        {"image_id": image_id, "annotation_config": annotation_config} for image_id in image_ids])


def gold_images(connection: Connection, annotation_config: str) -> set[str]:
    """Images that are gold."""
    return set(connection.scalars(select(gold.c.image_id).where(gold.c.annotation_config == annotation_config)))

"""Images that wait for an annotator, with what ordering them needs, and open tasks that nobody needs any more."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Select, Table, and_, exists, func, or_, select

from datastore.ledger.engine import Ledger
from datastore.ledger.readings import has_public_truth
from datastore.ledger.sql import in_chunks
from datastore.ledger.tables import accepted_readings, annotations, gold, images, projects, readings, submissions, tasks
from schemas.label_tasks import Project
from schemas.labelling import PagesGiven, Share, Side, Waiting
from schemas.reader import ReaderKind
from schemas.reading import Summary
from schemas.submission import Outcome


def waiting_ids(ledger: Ledger, project: Project, run: str, share: Share) -> list[str]:
    """Accepted images that a model has read and that have no task on the side of a project yet, in order of id.

    Images with an accepted reading of the config are not among them, nor those that came with accepted labels of a public data
    set, but gold is, once its truth is known. What nobody was
    given yet has to be read by the run; a model that came into use later does not read what a person has read, so for gold and
    for second readers any model will do. Side B follows side A: gold, and what was given to A.

    Args:
        ledger: where.
        project: side A or B of an annotation config; what a lost project of that side was asked for and answered counts too.
        run: of the model in use.
        share: whose images the config takes.
    """
    of_config = gold.c.annotation_config == project.annotation_config
    is_gold = _exists(gold, of_config)
    accepted = _exists(accepted_readings, accepted_readings.c.annotation_config == project.annotation_config)
    taken = _exists(submissions, and_(submissions.c.outcome == Outcome.ACCEPTED, _takes(share)))
    known = and_(is_gold, accepted, taken)
    # On the side of the second reader an image stays wanted whether or not the first reading was accepted.
    rest = (and_(~is_gold, _exists(tasks, tasks.c.project.in_(_keys(project, Side.A)))) if project.side is Side.B
            else and_(~or_(is_gold, accepted), taken, _exists(readings, readings.c.run == run)))
    conditions = [_exists(submissions, submissions.c.outcome == Outcome.ACCEPTED),
                  _exists(readings, readings.c.reader.startswith(f"{ReaderKind.MODEL}:")),
                  ~_exists(tasks, tasks.c.project.in_(_keys(project, project.side))), or_(known, and_(rest, ~has_public_truth()))]
    with ledger.read() as connection:
        return list(connection.scalars(select(images.c.image_id).where(*conditions).order_by(images.c.image_id)))


def _takes(share: Share) -> ColumnElement[bool]:
    """Whether a config takes what a row of ``submissions`` is about: ``Share.takes`` in SQL."""
    named = func.coalesce(submissions.c.campaign, "").in_(sorted(share.campaigns))
    return ~named if share.others else named


def _keys(project: Project, side: Side) -> Select[tuple[str]]:
    """All projects there ever were of a side of a project's config in its version."""
    return select(projects.c.key).where(projects.c.annotation_config == project.annotation_config, projects.c.side == side,
                                        projects.c.config_version == project.config_version)


def moved(ledger: Ledger, project: Project, share: Share) -> dict[str, int | None]:
    """Open tasks of a project about images that its config does not take any more, and that nobody has answered under it.

    Args:
        ledger: where.
        project: side A or B; pages that are read line by line are not among its tasks.
        share: whose images the config takes.

    Returns:
        Task ids by subject; None for one that was never pushed.
    """
    taken = exists().where(submissions.c.image_id == tasks.c.image_id, submissions.c.outcome == Outcome.ACCEPTED, _takes(share))
    of_config = select(projects.c.key).where(projects.c.annotation_config == project.annotation_config)
    answered = exists().where(annotations.c.image_id == tasks.c.image_id, annotations.c.project.in_(of_config),
                              ~annotations.c.deleted)
    with ledger.read() as connection:
        rows = connection.execute(select(tasks.c.subject, tasks.c.task_id).where(
            tasks.c.project == project.key, tasks.c.taken_by == project.annotation_config, tasks.c.subject == tasks.c.image_id,
            or_(tasks.c.task_id.is_not(None), tasks.c.after_task.is_(None)), ~taken, ~answered).order_by(tasks.c.place))
        return {row.subject: row.task_id for row in rows}


def withdrawn(ledger: Ledger, project: Project) -> dict[str, int | None]:
    """Tasks of a project about images that their senders took back, where nobody else sent them, and that nobody has answered.

    Args:
        ledger: where.
        project: of any side.

    Returns:
        Task ids by subject; None for one that was never pushed.
    """
    gone = submissions.alias("gone")
    stands = exists().where(submissions.c.image_id == gone.c.own_image_id, submissions.c.outcome == Outcome.ACCEPTED)
    answered = exists().where(annotations.c.project == tasks.c.project, annotations.c.task_id == tasks.c.task_id,
                              ~annotations.c.deleted)
    query = (select(tasks.c.subject, tasks.c.task_id)
             .join(gone, gone.c.own_image_id == tasks.c.image_id)
             .where(gone.c.image_id.is_(None), gone.c.outcome == Outcome.WITHDRAWN, tasks.c.project == project.key,
                    or_(tasks.c.task_id.is_not(None), tasks.c.after_task.is_(None)), ~stands, ~answered)
             .order_by(tasks.c.place))
    with ledger.read() as connection:
        return {row.subject: row.task_id for row in connection.execute(query)}


def described(ledger: Ledger, run: str, image_ids: Sequence[str]) -> list[Waiting]:
    """These images with what ordering them needs, in the same order: by the run, or by any model where it has not read one."""
    found: dict[str, Waiting] = {}
    with ledger.read() as connection:
        for chunk in in_chunks(image_ids):
            rows = connection.execute(
                select(readings.c.image_id, readings.c.reading_id, readings.c.summary, readings.c.width, readings.c.height,
                       images.c.cluster_id, submissions.c.submitter, submissions.c.campaign)
                .join(images, images.c.image_id == readings.c.image_id)
                .join(submissions, and_(submissions.c.image_id == images.c.image_id,
                                        submissions.c.outcome == Outcome.ACCEPTED))
                .where(readings.c.reader.startswith(f"{ReaderKind.MODEL}:"), readings.c.image_id.in_(chunk))
                .order_by(readings.c.run == run, readings.c.revision, readings.c.reading_id))  # the last one of an image counts
            for row in rows:
                summary = Summary(**{**row.summary, "slices": tuple(row.summary["slices"])})
                found[row.image_id] = Waiting(row.image_id, row.reading_id, summary, row.width, row.height, row.cluster_id,
                                              row.submitter or "", row.campaign or "")
    return [found[image_id] for image_id in image_ids if image_id in found]


def _exists(table: Table, condition: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(table.c.image_id == images.c.image_id, condition)


def images_given(ledger: Ledger, annotation_config: str) -> set[str]:
    """Images with a task in any project of a config, planned ones included."""
    with ledger.read() as connection:
        return set(connection.scalars(
            select(tasks.c.image_id).distinct().join(projects, projects.c.key == tasks.c.project)
            .where(projects.c.annotation_config == annotation_config)))


def pages_given(ledger: Ledger, annotation_config: str, dense_config: str) -> PagesGiven:
    """How the images that a config takes were given out, planned tasks included.

    Args:
        ledger: where.
        annotation_config: of whole images.
        dense_config: that it names for dense pages.
    """
    lines = select(func.count(tasks.c.image_id.distinct()).label("pages"), func.count().label("tasks")).join(
        projects, projects.c.key == tasks.c.project).where(
        projects.c.annotation_config == dense_config, tasks.c.taken_by == annotation_config)
    with ledger.read() as connection:
        found = connection.execute(lines).one()
    return PagesGiven(len(images_given(ledger, annotation_config)), found.pages, found.tasks)

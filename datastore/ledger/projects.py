"""Label Studio's projects: one a side of a version of an annotation config, and those that were lost."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from datastore.ledger.engine import Ledger
from datastore.ledger.sql import insert_or_ignore
from datastore.ledger.tables import projects
from schemas.label_tasks import Project
from schemas.labelling import Side


def plan_project(ledger: Ledger, name: str, version: int, side: Side, key: str) -> Project:
    """The project of one side; a row with this key is written where there is none yet, before the project is made."""
    with ledger.write() as connection:
        insert_or_ignore(connection, projects, [
            {"annotation_config": name, "config_version": version, "side": side, "key": key, "deleted": False}])
        return _rows(connection, name, version, side)[0]


def confirm_project(ledger: Ledger, project: Project, number: int) -> Project:
    """Notes the number that Label Studio gave. Returns the project as it is: another run may have noted one first."""
    with ledger.write() as connection:
        before = projects.c.project_id.is_not_distinct_from(project.project_id)
        connection.execute(update(projects).where(projects.c.key == project.key, before).values(project_id=number))
        return _project(connection.execute(select(projects).where(projects.c.key == project.key)).one())


def note_guide(ledger: Ledger, key: str, guide: str) -> None:
    """Notes which guide a project shows."""
    with ledger.write() as connection:
        connection.execute(update(projects).where(projects.c.key == key).values(guide=guide))


def replace_project(connection: Connection, lost: Project, key: str) -> bool:
    """A project is lost: another one takes its place, under this key. False where another run has replaced it meanwhile.

    Args:
        connection: a writing transaction.
        lost: its row stays, for what was collected from it stays.
        key: of a project that was lost and is there again, or a new one.
    """
    if not retire_project(connection, lost):
        return False
    again = connection.execute(update(projects).where(projects.c.key == key).values(deleted=False)).rowcount
    if not again:
        connection.execute(insert(projects), [{
            "annotation_config": lost.annotation_config, "config_version": lost.config_version, "side": lost.side, "key": key,
            "deleted": False}])
    return True


def retire_project(connection: Connection, lost: Project) -> bool:
    """Notes that a project is lost; False where that was known."""
    return bool(connection.execute(update(projects).where(projects.c.key == lost.key, ~projects.c.deleted)
                                   .values(deleted=True)).rowcount)


def lost_keys(ledger: Ledger, project: Project) -> list[str]:
    """Keys of the lost projects of a project's side."""
    with ledger.read() as connection:
        return list(connection.scalars(select(projects.c.key).where(
            projects.c.annotation_config == project.annotation_config, projects.c.config_version == project.config_version,
            projects.c.side == project.side, projects.c.deleted, projects.c.project_id.is_not(None)).order_by(projects.c.key)))


def every_project(ledger: Ledger) -> list[Project]:
    """All projects that Label Studio ever confirmed, the lost ones too, by config, version and side."""
    with ledger.read() as connection:
        return [_project(row) for row in connection.execute(
            select(projects).where(projects.c.project_id.is_not(None))
            .order_by(projects.c.annotation_config, projects.c.config_version, projects.c.side, projects.c.key))]


def project_rows(ledger: Ledger, name: str | None = None) -> list[Project]:
    """Projects that Label Studio confirmed and that are not lost, of one annotation config or of all."""
    with ledger.read() as connection:
        return [row for row in _rows(connection, name) if row.project_id is not None]


def _rows(connection: Connection, name: str | None = None, version: int | None = None, side: Side | None = None) -> list[Project]:
    query = select(projects).where(~projects.c.deleted).order_by(
        projects.c.annotation_config, projects.c.config_version, projects.c.side)
    for column, value in ((projects.c.annotation_config, name), (projects.c.config_version, version), (projects.c.side, side)):
        if value is not None:
            query = query.where(column == value)
    return [_project(row) for row in connection.execute(query)]


def _project(row: Row[Any]) -> Project:
    return Project(row.annotation_config, row.config_version, Side(row.side), row.key, row.project_id, row.guide, row.deleted)

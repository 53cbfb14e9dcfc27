"""What was published of annotation configs, their Label Studio projects, and who works in them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, select, update

from datastore.ledger.connection import Ledger, insert_or_ignore, upsert
from datastore.ledger.tables import annotation_configs, people, projects
from schemas.errors import SettingError
from schemas.ids import digest
from schemas.labelling import Side


@dataclass(frozen=True, slots=True)
class Project:
    """One Label Studio project.

    ``project_id`` is None while Label Studio has not confirmed it; ``guide`` is the digest of the guide that it shows.
    """

    annotation_config: str
    config_version: int
    side: Side
    key: str
    project_id: int | None
    guide: str | None

    @property
    def run(self) -> str:
        """Name and version of its annotation config."""
        return f"{self.annotation_config}@{self.config_version}"


@dataclass(frozen=True, slots=True)
class Person:
    """An annotator, and on which side of a config he or she works."""

    email: str
    annotation_config: str
    side: Side
    name: str


def publish_config(ledger: Ledger, name: str, version: int, xml: str, unit: str) -> None:
    """Notes what a version of an annotation config is; from then on it never changes.

    Raises:
        SettingError: it was published with another config.xml or unit.
    """
    found = digest("annotation config", xml, unit)
    with ledger.write() as connection:
        insert_or_ignore(connection, annotation_configs, [{"name": name, "version": version, "digest": found, "xml": xml}])
        there = connection.scalar(select(annotation_configs.c.digest).where(
            annotation_configs.c.name == name, annotation_configs.c.version == version))
    if there != found:
        raise SettingError(
            f"annotation_configs/{name}: version {version} was published with another config.xml or unit, and a published "
            f"version never changes. Set version to {version + 1} in config.yaml (renames maps what was called otherwise; "
            f"`saegim label migrate {name}` shows what becomes of the old readings), or put config.xml back")


def published_xml(connection: Connection, name: str, version: int) -> str | None:
    """The config.xml of a version, as it was published; None where it was published before the ledger kept it."""
    return connection.scalar(select(annotation_configs.c.xml).where(annotation_configs.c.name == name,
                                                                    annotation_configs.c.version == version))


def plan_project(ledger: Ledger, name: str, version: int, side: Side, key: str) -> Project:
    """The project of one side; a row with this key is written where there is none yet, before the project is made."""
    with ledger.write() as connection:
        insert_or_ignore(connection, projects, [
            {"annotation_config": name, "config_version": version, "side": side, "key": key, "deleted": False}])
        return _rows(connection, name, version, side)[0]


def confirm_project(ledger: Ledger, key: str, project_id: int) -> int:
    """Notes the id that Label Studio gave. Returns the project's id: another run may have made it first."""
    with ledger.write() as connection:
        connection.execute(update(projects).where(projects.c.key == key, projects.c.project_id.is_(None))
                           .values(project_id=project_id))
        return connection.scalar(select(projects.c.project_id).where(projects.c.key == key)) or project_id


def note_guide(ledger: Ledger, key: str, guide: str) -> None:
    """Notes which guide a project shows."""
    with ledger.write() as connection:
        connection.execute(update(projects).where(projects.c.key == key).values(guide=guide))


def replace_project(ledger: Ledger, gone: Project, key: str) -> None:
    """A project was deleted in Label Studio: the next one gets another key. What was collected from the old one stays."""
    with ledger.write() as connection:
        connection.execute(update(projects).where(projects.c.key == gone.key).values(deleted=True))
        insert_or_ignore(connection, projects, [{
            "annotation_config": gone.annotation_config, "config_version": gone.config_version, "side": gone.side, "key": key,
            "deleted": False}])


def project_rows(ledger: Ledger, name: str | None = None) -> list[Project]:
    """Projects that Label Studio confirmed, of one annotation config or of all."""
    with ledger.read() as connection:
        return [row for row in _rows(connection, name) if row.project_id is not None]


def add_person(ledger: Ledger, person: Person) -> None:
    """Notes on which side somebody works."""
    with ledger.write() as connection:
        upsert(connection, people, {"email": person.email, "annotation_config": person.annotation_config,
                                    "side": person.side, "name": person.name})


def person_rows(ledger: Ledger, name: str | None = None) -> list[Person]:
    """Annotators, by config, side and address."""
    query = select(people.c.email, people.c.annotation_config, people.c.side, people.c.name).order_by(
        people.c.annotation_config, people.c.side, people.c.email)
    if name:
        query = query.where(people.c.annotation_config == name)
    with ledger.read() as connection:
        return [Person(row.email, row.annotation_config, Side(row.side), row.name) for row in connection.execute(query)]


def _rows(connection: Connection, name: str | None = None, version: int | None = None, side: Side | None = None) -> list[Project]:
    query = select(projects).where(~projects.c.deleted).order_by(
        projects.c.annotation_config, projects.c.config_version, projects.c.side)
    for column, value in ((projects.c.annotation_config, name), (projects.c.config_version, version), (projects.c.side, side)):
        if value is not None:
            query = query.where(column == value)
    return [Project(row.annotation_config, row.config_version, Side(row.side), row.key, row.project_id, row.guide)
            for row in connection.execute(query)]

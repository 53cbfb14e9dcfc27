"""Versions of annotation configs as they were published."""

from __future__ import annotations

from sqlalchemy import Connection, select

from datastore.ledger.engine import Ledger
from datastore.ledger.sql import insert_or_ignore
from datastore.ledger.tables import annotation_configs
from schemas.errors import SettingError
from schemas.ids import digest


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

"""A ledger of any schema with two rows in each table that it has, and what has to be there once it is up to date.

The tables are as the database tells them: a revision that is added is filled too, without a line here.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import JSON, Boolean, Connection, DateTime, Float, Integer, MetaData, Table, select

from datastore.ledger import Ledger, tables
from datastore.ledger.engine import _alembic
from schemas.ids import digest
from schemas.reading import regions_from_json, summarise

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
IMAGES = [digest("old ledger", str(number)) for number in range(2)]
REGIONS = '[{"region_id":"a","polygon":[[0,0],[9,0],[9,9]],"text":"가","attributes":{},"score":0.5,"replaces":null}]'
PROJECT = 4
"""Label Studio's number of the project that tasks and annotations are of."""
SUMMARY = json.loads(json.dumps(asdict(summarise(regions_from_json(REGIONS)))))
"""Of these regions, as the ledger keeps it."""
VALUES: dict[str, Any] = {
    "campaign": "demo", "submitter": "kim", "outcome": "accepted", "duplicate_of": None, "reader": "person:kim", "unit": "line",
    "regions": REGIONS, "image_kind": "scene", "conditions": [], "claims": {}, "annotation_config": "scene_text",
    "config_version": 1, "summary": SUMMARY, "project": "key0", "project_id": PROJECT,
    "taken_by": "scene_text", "shown": ["reading0"], "refused": None, "why_refused": None, "reason": None, "details": {"of": 1}}
"""By the name of the column, in every row."""
OWN: dict[str, Any] = {
    "submissions.found": "distinct", "decisions.kind": "split", "decisions.other_id": None, "decisions.undoes": None,
    "second_looks.reason": "why", "holds.reason": "why", "demands.reason": "weak", "point_entries.reason": "claimed",
    "readings.reader": "person:kim", "agreements.one": "reading0", "agreements.other": "reading1", "agreements.regions": 0.5,
    "demands.regions": 9, "imported.conditions": [], "agreements.annotation_config": "scene_text@1",
    "boards.board": {"people": []},
    "runs.state": "completed", "runs.notes": [], "runs.counts": {}, "accounts.role": "manager", "audit.role": "manager",
    "cursors.name": f"collect project {PROJECT}"}
"""By TABLE.COLUMN."""
ONE = {"agreements", "cursors", "decisions", "draws", "participants"}
"""Tables with one row."""
EARLIER: dict[str, tuple[str, dict[str, Any]]] = {
    "decisions": ("0009", {"image_id": "*", "verdict": "distinct", "submission_id": "submission0"})}
"""Tables that meant something else before a revision, and their row then."""
FORGOTTEN = {"points": "0014", "evaluations": "0013", "gate_words": "0018"}
"""Tables whose rows are made anew after a revision: points are counted, evaluations are asked, words are made again."""
UNDECODED = "0018"
"""The revision that has arrivals decoded and compared once more."""


def revisions() -> list[str]:
    """All schemas before this one, the oldest first."""
    found = [script.revision for script in ScriptDirectory.from_config(_alembic()).walk_revisions()]
    return sorted(found)[:-1]


def filled(ledger: Ledger, revision: str) -> dict[str, list[dict[str, Any]]]:
    """Makes an empty ledger one of an earlier schema, with rows in each table. Returns the rows."""
    with ledger.write(foreign_keys=False) as connection:
        script = _alembic()
        script.attributes["connection"] = connection
        command.upgrade(script, revision)
    with ledger.write() as connection:
        there = MetaData()
        there.reflect(connection)
        rows = {}
        for table in there.sorted_tables:
            if table.name == "alembic_version":
                continue
            rows[table.name] = _rows(table, revision)
            connection.execute(table.insert(), rows[table.name])
    return rows


def _rows(table: Table, revision: str) -> list[dict[str, Any]]:
    until, row = EARLIER.get(table.name, ("", {}))
    if revision < until:
        return [row]
    return [{column.name: _value(table.name, column.name, column.type, number) for column in table.columns}
            for number in range(1 if table.name in ONE else 2)]


def _value(table: str, column: str, kind: Any, number: int) -> Any:
    if f"{table}.{column}" in OWN:
        return OWN[f"{table}.{column}"]
    if (column == "number" and table == "images") or column == "image":
        return int(IMAGES[number][:15], 16)
    if column.endswith("image_id") or (column in ("cluster_id", "subject") and table != "audit"):
        return IMAGES[number]
    if column in VALUES and not (table == "projects" and column == "project_id"):
        return VALUES[column]
    named = {"submission_id": f"submission{number}", "reading_id": f"reading{number}", "side": "ab"[number],
             "project_id": PROJECT + number, "key": f"key{number}" if table == "projects" else f"demo/kim/{number}.jpg"}
    if column in named:
        return named[column]
    if isinstance(kind, DateTime):
        return AT + timedelta(seconds=number)
    if isinstance(kind, JSON):
        return {}
    if isinstance(kind, Boolean):
        return False
    if isinstance(kind, Float):
        return 0.5
    return number + 1 if isinstance(kind, Integer) else f"{column}{number}"


def differences(connection: Connection, before: Mapping[str, list[dict[str, Any]]], revision: str) -> list[str]:
    """Rows of a ledger of an earlier schema that are not there, or not as they were, once it is up to date.

    Compared are the columns that there are still; that a project's key stands for its number is seen apart.
    """
    wrong = []
    for name, rows in before.items():
        table = tables.metadata.tables.get(name)
        if table is None or revision < FORGOTTEN.get(name, "") or revision < EARLIER.get(name, ("",))[0] or name == "cursors":
            continue
        now = [dict(row._mapping) for row in connection.execute(select(table))]
        for row in rows:
            shared = {column: value for column, value in row.items() if column in table.c}
            if name == "arrivals" and revision < UNDECODED:
                shared |= dict.fromkeys(shared.keys() & {"decoded", "compared"})
            if not any(all(found[column] == value for column, value in shared.items()) for found in now):
                wrong.append(f"{name}: {shared} is not among {now}")
        if len(now) < len(rows):
            wrong.append(f"{name}: {len(now)} rows of {len(rows)}")
    return wrong

"""Logs for programs: one line of JSON a record, with the run that wrote it and the ids that it names."""

from __future__ import annotations

import json
import logging
import re
from datetime import UTC, datetime
from typing import Any

IDS = re.compile(r"(?<![\w-])[0-9a-f]{12,64}(?![\w-])")
"""Of submissions, images and readings, whole or as sentences shorten them; no part of a run's id, which has hyphens."""
TASKS = re.compile(r"\btask (\d+)\b")
OF_RUNS = {"run_id": "flow_run_id", "run": "flow_run_name", "verb": "flow_name", "task_run_id": "task_run_id"}
"""Names of fields, and what Prefect calls them in a record."""


class JsonLines(logging.Formatter):
    """A record as one line.

    Fields: ``at`` (UTC), ``level``, ``logger``, ``message``; of a run ``run_id``, ``run``, ``verb`` and ``task_run_id``; ``ids``,
    each of which `saegim trace` takes; ``trace`` of an error.
    """

    def format(self, record: logging.LogRecord) -> str:
        """The line, without its end."""
        message = record.getMessage()
        line: dict[str, Any] = {"at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
                                "level": record.levelname.lower(), "logger": record.name, "message": message}
        line |= {name: str(value) for name, field in OF_RUNS.items() if (value := getattr(record, field, None))}
        if ids := [*IDS.findall(message), *(f"task:{number}" for number in TASKS.findall(message))]:
            line["ids"] = list(dict.fromkeys(ids))
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


def use_json_lines() -> None:
    """What this process logs to its console is lines of JSON from now on; what goes to Prefect's server stays text."""
    loggers = [logging.getLogger(), *(logging.getLogger(name) for name in list(logging.root.manager.loggerDict))]
    for handler in {id(handler): handler for logger in loggers for handler in logger.handlers}.values():
        if isinstance(handler, logging.StreamHandler):
            handler.setFormatter(JsonLines())

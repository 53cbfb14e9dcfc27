"""Lines of JSON: one a record whatever is in it, with the run and with ids that a trace takes."""

from __future__ import annotations

import io
import json
import logging
import sys
from typing import Any

from workbench.json_lines import JsonLines, use_json_lines


def line(message: str, *values: object, **fields: Any) -> dict[str, Any]:
    record = logging.makeLogRecord({"name": "saegim", "levelno": 20, "levelname": "INFO", "msg": message, "args": values,
                                    **fields})
    text = JsonLines().format(record)
    assert "\n" not in text
    found: dict[str, Any] = json.loads(text)
    return found


def test_a_record_is_one_line_whatever_is_in_it() -> None:
    assert line('a "quoted"\nline of %s', "김하늘")["message"] == 'a "quoted"\nline of 김하늘'
    try:
        raise ValueError("odd")
    except ValueError:
        assert "ValueError: odd" in line("failed", exc_info=sys.exc_info())["trace"]


def test_the_run_that_wrote_it_is_told() -> None:
    found = line("ingest: 3 of 9", flow_run_id="1b", flow_run_name="brave-otter", flow_name="ingest", task_run_id=None)
    assert (found["run_id"], found["run"], found["verb"]) == ("1b", "brave-otter", "ingest") and "task_run_id" not in found


def test_ids_are_those_that_a_trace_takes_and_no_run_of_prefect() -> None:
    image = "ab12" * 16
    found = line(f"unexpected error on {image}: submission c0c0c0c0c0c0 of task 302, run 0f6c63a0-1111-2222-3333-0d1c63a0b0d1")
    assert found["ids"] == [image, "c0c0c0c0c0c0", "task:302"]
    assert "ids" not in line("17 of 20, 3.3/s")


def test_what_goes_to_the_console_is_json_from_then_on() -> None:
    out = io.StringIO()
    handler, logger = logging.StreamHandler(out), logging.getLogger("saegim.of-this-test")
    logger.addHandler(handler)
    root = list(logging.getLogger().handlers)
    formatters = [item.formatter for item in root]
    try:
        use_json_lines()
        logger.warning("said")
    finally:
        logger.removeHandler(handler)
        for item, formatter in zip(root, formatters, strict=True):
            item.setFormatter(formatter)
    assert json.loads(out.getvalue())["message"] == "said"

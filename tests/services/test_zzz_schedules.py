"""What runs by schedule alone, as after `saegim up` on anybody's machine. Last of all: it has the time of all other tests."""

from __future__ import annotations

import json
import re

import pytest

from tests.services.conftest import Starting
from tests.services.scheduled import READING_SECONDS, TASK_SECONDS, UP_SECONDS


@pytest.mark.timeout(UP_SECONDS + TASK_SECONDS + READING_SECONDS + 60)
def test_a_photograph_becomes_a_task_and_an_answer_a_reading_with_no_command_given(scheduled: Starting) -> None:
    scheduled.wait()
    done = json.loads((scheduled.home / "done.json").read_text(encoding="utf-8"))
    assert done["up"] == 0, done["said"]
    assert done["task"], done
    assert any(text.endswith(" 사람") for text in done["texts"]), done
    [line] = re.findall(r"^.*Scheduled runs.*$", done["doctor"], re.MULTILINE)
    assert line.startswith("✔"), done["doctor"]
    assert re.search(r"collect \d+ min ago", line)
    print(f"\ntask after {done['task_after']:.0f} s, reading {done['reading_after']:.0f} s after the answer; {line}")

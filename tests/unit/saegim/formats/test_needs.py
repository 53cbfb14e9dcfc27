"""The client alone: what only some formats need is loaded when one of them is used, and asked for where it is missing."""

from __future__ import annotations

import subprocess
import sys

import pytest

ONLY_SOME_NEED = ("PIL", "lmdb", "lxml", "pypdfium2", "pandas", "datasets")
BLOCKED = f"""
import sys
sys.modules.update(dict.fromkeys({ONLY_SOME_NEED!r}))
import saegim.cli
from saegim.formats import FORMATS
assert len(FORMATS) > 20
"""


@pytest.mark.slow
def test_formats_are_there_without_what_only_some_need() -> None:
    subprocess.run([sys.executable, "-c", BLOCKED], check=True)


@pytest.mark.slow
def test_no_command_waits_for_what_only_some_need() -> None:
    ended = subprocess.run([sys.executable, "-c", "import sys, saegim.cli; print(*sys.modules)"], check=True, capture_output=True,
                           text=True)
    assert not {*ONLY_SOME_NEED}.intersection(ended.stdout.split())

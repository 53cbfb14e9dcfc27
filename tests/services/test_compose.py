"""The services of ``deploy/compose.yaml`` come up by their own commands and environments, and a worker of theirs works."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.places import ROOT

OWN_NETWORK = ["unshare", "--net", "--mount"]
MAY = os.getuid() == 0 and subprocess.run([*OWN_NETWORK, "true"], capture_output=True, check=False).returncode == 0

NOT_YET = ("OCR model", "Label Studio's cookies")
"""What doctor rightly misses: the model's files come with the first prelabel, TLS with a proxy before the stack."""


@pytest.mark.skipif(not MAY, reason="a network of its own needs root: run as root, outside a container that forbids it")
def test_the_composed_stack_comes_up_on_postgresql_and_works(tmp_path: Path) -> None:
    done = subprocess.run([*OWN_NETWORK, sys.executable, "-m", "tests.compose_as_processes", tmp_path / "run", "ingest"],
                          cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "finished successfully in 'Completed'" in done.stdout + done.stderr
    unwell = [line for line in done.stdout.splitlines() if line.startswith("✘") and not any(name in line for name in NOT_YET)]
    assert not unwell, done.stdout

"""Holders of claims: whether their process still lives, whatever the wall clock does meanwhile."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from datastore.ledger import leases

MACHINE, PID, STARTED, RANDOM = leases.own_holder().split(":")
PROC = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="only /proc tells when a process was started by no clock")


@PROC
def test_a_process_lives_on_where_the_wall_clock_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    holder = leases.own_holder()
    mine = psutil.Process().create_time()
    monkeypatch.setattr(psutil.Process, "create_time", lambda _self: mine + 3600)
    assert leases.is_alive(holder) and not leases.is_dead(holder)


@PROC
def test_another_process_with_the_number_of_a_dead_one_is_seen() -> None:
    assert leases.is_dead(f"{MACHINE}:{PID}:{int(STARTED) - 1}:{RANDOM}")


def test_a_process_that_has_ended_is_dead() -> None:
    code = "from datastore.ledger import leases; print(leases.own_holder())"
    holder = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.strip()
    assert holder.startswith(f"{MACHINE}:") and leases.is_dead(holder) and not leases.is_alive(holder)


def test_holders_of_earlier_versions_are_read() -> None:
    assert leases.is_alive(f"{MACHINE}:{os.getpid()}:{psutil.Process().create_time():.2f}:abc")
    assert leases.is_dead(f"{MACHINE}:{os.getpid()}:1.00:abc")


@pytest.mark.parametrize("holder", ["", "holder", "elsewhere:1:1.0:slow", f"{MACHINE}:x:1:a", MACHINE,
                                    f"{MACHINE}:{'9' * 40}:1:a"])
def test_of_others_nothing_is_said(holder: str) -> None:
    assert not leases.is_dead(holder) and not leases.is_alive(holder)

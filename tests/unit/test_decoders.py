"""The pool of decoders outlives whatever a file does to a worker."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from flows.decoders import Decoded, Decoders, cpu_limit
from flows.settings import Settings
from schemas.errors import ServiceUnavailable
from schemas.submission import Outcome, RawObject


def raw(name: str) -> RawObject:
    return RawObject("raw", f"demo/kim/{name}", "v", 1, datetime(2026, 11, 24, tzinfo=UTC))


def behave(objects: Sequence[RawObject]) -> list[Decoded]:
    for item in objects:
        name = item.key.rpartition("/")[2]
        if name.startswith("kill"):
            os.kill(os.getpid(), signal.SIGKILL)
        if name.startswith("spin"):
            with cpu_limit(0.2):
                sum(range(10**12))  # within C: no handler of Python's would run
        if name.startswith("eat"):
            with pytest.raises(MemoryError):
                bytearray(4 * 10**9)
        if name.startswith("dies later"):
            threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGKILL)).start()
        if name.startswith("unavailable"):
            raise ServiceUnavailable("Object storage", "nowhere")
    return [Decoded(item, {"pid": str(os.getpid())}, trace="fine") for item in objects]


def outcomes(names: list[str]) -> dict[str, Decoded]:
    with Decoders(Settings(_env_file=None), workers=2, work=behave) as decoders:
        return {item.raw.key.rpartition("/")[2]: item for some in decoders.decode([raw(name) for name in names]) for item in some}


def test_only_the_file_that_kills_is_quarantined() -> None:
    started = time.monotonic()
    names = [f"{number}.jpg" for number in range(40)] + ["kill.jpg", "spin.jpg", "eat.jpg"]
    found = outcomes(names)
    assert set(found) == set(names)
    assert {name for name, item in found.items() if item.killed} == {"kill.jpg", "spin.jpg"}
    assert "SIGKILL" in (found["kill.jpg"].trace or "")
    assert "SAEGIM_DECODE_CPU_SECONDS" in (found["spin.jpg"].trace or "")
    assert found["kill.jpg"].submission().outcome is Outcome.QUARANTINED
    assert time.monotonic() - started < 60


def test_a_worker_that_dies_while_it_has_nothing_to_do_is_replaced() -> None:
    with Decoders(Settings(_env_file=None), workers=1, work=behave) as decoders:
        for name in ("dies later", "fine"):
            assert [item.raw.key for some in decoders.decode([raw(name)]) for item in some] == [f"demo/kim/{name}"]
            time.sleep(1)


def test_a_service_that_is_away_is_told_to_the_run() -> None:
    with pytest.raises(ServiceUnavailable):
        outcomes(["unavailable"])


def test_nobody_stays_behind() -> None:
    pids = {int(item.claims["pid"]) for item in outcomes(["a", "b", "c", "d"]).values()}
    assert os.getpid() not in pids
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)

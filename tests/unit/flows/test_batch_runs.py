"""Batch runs leave places for other verbs, and a Prefect server that does not answer keeps nobody from their work."""

from __future__ import annotations

import socket
import time
from typing import Any
from uuid import UUID

import httpx
import pytest
from prefect.settings import PREFECT_API_URL, temporary_settings

from flows import quick_client
from flows.one_a_worker import KIND, WORKER, is_second

PARENT, FIRST, SECOND = (UUID(int=number) for number in (1, 2, 3))


def labels(worker: str, kind: str = "process") -> dict[str, Any]:
    return {WORKER: worker, KIND: kind}


@pytest.mark.parametrize(("own", "at_work", "second"), [
    (FIRST, [(PARENT, labels("a")), (FIRST, labels("a"))], True),  # its parent is there
    (FIRST, [(PARENT, labels("a")), (FIRST, labels("b"))], False),
    (SECOND, [(PARENT, labels("a")), (FIRST, labels("b")), (SECOND, labels("b"))], True),
    (FIRST, [(PARENT, labels("a")), (FIRST, labels("b")), (SECOND, labels("b"))], False),  # it came first: it stays
    (FIRST, [(PARENT, labels("a", "kubernetes")), (FIRST, labels("a", "kubernetes"))], False),  # a job has a machine of its own
    (FIRST, [(PARENT, {}), (FIRST, labels("a"))], False),  # a parent in a terminal has no worker
    (FIRST, [], False),  # Prefect does not answer
])
def test_a_worker_has_one_run_of_the_same_work(own: UUID, at_work: list[tuple[UUID, dict[str, Any]]], second: bool) -> None:
    assert is_second(own, at_work) is second


def test_a_server_that_accepts_and_says_nothing_is_asked_once_and_briefly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quick_client, "SECONDS", 0.3)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        began = time.monotonic()
        with temporary_settings({PREFECT_API_URL: f"http://127.0.0.1:{silent.getsockname()[1]}/api"}), \
                quick_client.quick_client() as client, pytest.raises(httpx.HTTPError):
            client.count_flow_runs()
    assert time.monotonic() - began < 10  # Prefect's own client asks six times, for minutes

"""Tasks with their annotations, out of what Label Studio answers."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from adapters.label_studio.changes import ChangedTask, UnreadableTask, task_now
from adapters.label_studio.client import LabelStudio

AT = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)


def answering(monkeypatch: pytest.MonkeyPatch, status: int, *tasks: dict[str, Any]) -> LabelStudio:
    """A session with a server that has these tasks, or fails on them."""
    studio = LabelStudio("http://label-studio.example/", SecretStr("token"))
    studio.emails = {3: "kim@example.com"}
    request = httpx.Request("GET", studio.url)
    answer = httpx.Response(status, json={"tasks": list(tasks), "total": len(tasks)}, request=request)
    monkeypatch.setattr(studio, "request", lambda *args, **kwargs: answer)
    return studio


def annotation(number: int, *, skipped: bool) -> dict[str, Any]:
    return {"id": number, "updated_at": "2026-11-02T09:30:00Z", "completed_by": 3, "lead_time": 12.5, "was_cancelled": skipped,
            "result": [{"type": "choices"}]}


def test_submitted_and_skipped_are_told_apart_and_drafts_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    studio = answering(monkeypatch, 200, {
        "id": 7, "updated_at": "2026-11-02T09:30:00Z", "data": {"image": "s3://images/x"},
        "annotations": [annotation(1, skipped=False), annotation(2, skipped=True)],
        "drafts": [{"id": 9, "result": [], "was_postponed": False, "annotation": 1}]})
    task = task_now(studio, 1, 7, AT)
    assert isinstance(task, ChangedTask)
    assert [(item.id, item.was_cancelled, item.completed_by, item.updated_at) for item in task.annotations] == [
        (1, False, "kim@example.com", AT), (2, True, "kim@example.com", AT)]


def test_a_task_on_which_the_server_fails_is_named_and_one_that_is_gone_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    assert task_now(answering(monkeypatch, 500), 1, 7, AT) == UnreadableTask(7, AT)
    assert task_now(answering(monkeypatch, 200), 1, 7, AT) is None

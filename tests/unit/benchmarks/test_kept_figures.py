"""A benchmark's parts, of which those that are done stay."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.figures import Figure
from benchmarks.kept_figures import in_parts


@pytest.fixture(autouse=True)
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "kept.json"
    monkeypatch.setenv("SAEGIM_BENCH_KEPT", str(path))
    monkeypatch.delenv("SAEGIM_BENCH_PARTS", raising=False)
    return path


class Parts:
    """Two parts, of which the second one fails at first, and how often each was done."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.fails = True

    def one(self) -> list[Figure]:
        self.done.append("one")
        return [Figure("사진 한 장", f"{len(self.done)}", met=True)]

    def other(self) -> list[Figure]:
        self.done.append("other")
        if self.fails:
            raise RuntimeError("the machine is gone")
        return [Figure("other", "2", met=False)]

    def run(self) -> list[Figure]:
        return in_parts("made", {"one": self.one, "other": self.other})


def test_what_is_done_is_not_done_again() -> None:
    parts = Parts()
    with pytest.raises(RuntimeError):
        parts.run()
    parts.fails = False
    assert parts.run() == [Figure("사진 한 장", "1", met=True), Figure("other", "2", met=False)]
    assert parts.done == ["one", "other", "other"]


def test_a_part_that_is_named_is_done_again_beside_what_there_is(monkeypatch: pytest.MonkeyPatch) -> None:
    parts = Parts()
    parts.fails = False
    parts.run()
    monkeypatch.setenv("SAEGIM_BENCH_PARTS", "one")
    assert [item.ours for item in parts.run()] == ["3", "2"]
    monkeypatch.setenv("SAEGIM_BENCH_PARTS", "none")
    assert [item.ours for item in parts.run()] == ["3", "2"]


def test_a_part_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAEGIM_BENCH_PARTS", "two")
    with pytest.raises(SystemExit, match="made has no part two; there are one, other"):
        Parts().run()

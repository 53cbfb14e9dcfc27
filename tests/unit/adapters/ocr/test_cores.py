"""Cores of a container with a limit, not those of its machine."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from adapters.ocr import cores


@pytest.mark.parametrize(("text", "expected"), [("max 100000\n", None), ("400000 100000\n", 4), ("150000 100000\n", 2),
                                                ("5000 100000\n", 1)])
def test_a_limit_is_a_number_of_cores(text: str, expected: int | None) -> None:
    assert cores.cores_of_quota(text) == expected


def test_a_limit_counts_where_there_is_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    quota = tmp_path / "cpu.max"
    monkeypatch.setattr(cores, "QUOTA", quota)
    allowed = len(os.sched_getaffinity(0))
    assert cores.cores() == allowed
    quota.write_text("max 100000\n")
    assert cores.cores() == allowed
    quota.write_text("100000 100000\n")
    assert cores.cores() == 1
    quota.write_text("99900000 100000\n")
    assert cores.cores() == allowed

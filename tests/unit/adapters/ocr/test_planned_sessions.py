"""A session a shape under a cap of memory, as a GPU has them; tried on the CPU."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.ocr import gpu_memory, nvidia_smi, sessions
from adapters.ocr.best_class import with_best_class
from adapters.ocr.onnx_session import OnnxSession
from adapters.ocr.open_session import ShapedSession
from adapters.ocr.planned_sessions import PlannedSessions, PlannedShape
from adapters.ocr.sessions import GpuMemoryFull, Tensor
from schemas.errors import ModelUnavailable, SettingError
from tests.tiny_bundle import write_bundle


@pytest.fixture
def recogniser(tmp_path: Path) -> Path:
    return write_bundle(tmp_path) / "rec.onnx"


class Made(OnnxSession):
    """Stands for a session that takes ``size`` bytes of a card while it is there, and bears ``bears`` rows beside others."""

    def __init__(self, card: list[Made], size: int = 10, batch: int = 4, bears: int = 4) -> None:
        self.card, self.size, self.batch, self.bears = card, size, batch, bears
        self.runs: list[int] = []
        self.busy = 0
        card.append(self)

    def run_full(self, rows: Sequence[Tensor]) -> list[Tensor]:
        """Its rows as they are."""
        self.runs.append(len(rows))
        if len(rows) > (self.batch if len(self.card) == 1 else self.bears):
            raise GpuMemoryFull("full")
        return list(rows)


def planned(card: list[Made], most: int = 35) -> PlannedSessions:
    """Sessions of a card of which those that are open take what they say."""
    found = PlannedSessions(most, lambda: sum(item.size for item in card if item in found._sessions.values()) if card else 0)
    found._largest = 10
    return found


def rows_of(width: int, count: int = 1) -> list[Tensor]:
    return [np.full((3, 48, width), index, np.float32) for index in range(count)]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(1, 8), min_size=1, max_size=40))
def test_the_least_recently_used_go_and_the_cap_holds(widths: list[int]) -> None:
    card: list[Made] = []
    found = planned(card)
    for width in widths:
        assert len(found.run("rec", rows_of(width), lambda: Made(card))) == 1
        assert found._used() <= 35
    latest = list(dict.fromkeys(reversed(widths)))[:3]
    assert list(found._sessions) == [PlannedShape("rec", (3, 48, width)) for width in reversed(latest)]


def test_rows_that_do_not_fit_beside_others_have_the_card_to_themselves_and_then_are_halved() -> None:
    card: list[Made] = []
    found = planned(card, 1000)
    found.run("det", rows_of(1), lambda: Made(card))
    found.run("rec", rows_of(2, 4), lambda: Made(card, bears=2, batch=4))
    assert [shape.model for shape in found._sessions] == ["rec"]  # the other one went
    assert card[1].runs == [4, 4, 2, 2] and card[1].batch == 2


def test_a_row_that_never_fits_ends_its_batch_alone() -> None:
    card: list[Made] = []
    found = planned(card, 1000)
    found.run("det", rows_of(1), lambda: Made(card))
    with pytest.raises(GpuMemoryFull):
        found.run("rec", rows_of(2, 4), lambda: Made(card, bears=0))
    assert len(found.run("rec", rows_of(3, 4), lambda: Made(card))) == 4
    assert len(found.run("det", rows_of(1), lambda: Made(card))) == 1


def test_what_is_planned_has_the_card_to_itself_while_the_rest_runs_side_by_side() -> None:
    running, seen = [0], []
    lock = threading.Lock()

    class Slow(Made):
        first = True

        def run_full(self, rows: Sequence[Tensor]) -> list[Tensor]:
            with lock:
                running[0] += 1
            threading.Event().wait(0.005)
            with lock:
                seen.append((self.first, running[0]))
                running[0] -= 1
            self.first = False
            return list(rows)

    card: list[Made] = []
    found = PlannedSessions(10**11, lambda: 0)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda index: found.run("rec", rows_of(1 + index % 5), lambda: Slow(card)), range(100)))
    assert len(card) == 5
    assert all(count == 1 for first, count in seen if first)
    assert max(count for _, count in seen) > 1


def test_a_session_a_shape_reads_what_one_session_reads(recogniser: Path) -> None:
    plain = OnnxSession(recogniser, "cpu", {})
    shaped = ShapedSession(PlannedSessions(10**11, lambda: 0), recogniser, "cpu", {}, 4, with_best_class(recogniser))
    chance = np.random.default_rng(5)
    for width in (64, 96, 64, 128):
        rows = [chance.random((3, 48, width), np.float32) for _ in range(3)]
        for one, other in zip(plain.run([rows[0]]) + plain.run([rows[1]]) + plain.run([rows[2]]), shaped.run(rows), strict=True):
            assert other.shape == (one.shape[0], 2)
            assert np.array_equal(sessions.best_class(one), other)
            assert np.array_equal(sessions.best_class(other), other)


def test_a_recogniser_that_is_no_model_is_named(tmp_path: Path) -> None:
    (tmp_path / "글.onnx").write_text("no model")
    with pytest.raises(ModelUnavailable, match=r"글\.onnx does not open"):
        with_best_class(tmp_path / "글.onnx")


@pytest.mark.parametrize(("text", "expected"), [("20", 20 << 30), ("0.5", 1 << 29)])
def test_memory_that_sessions_may_take_is_said_in_gib(monkeypatch: pytest.MonkeyPatch, text: str, expected: int) -> None:
    monkeypatch.setenv(gpu_memory.SETTING, text)
    assert gpu_memory.most_bytes() == expected


@pytest.mark.parametrize("text", ["much", "0", "-3"])
def test_memory_that_is_no_number_is_told(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv(gpu_memory.SETTING, text)
    with pytest.raises(SettingError, match="expected a number of GiB"):
        gpu_memory.most_bytes()


@pytest.mark.parametrize(("gib", "kept"), [("8", 7), ("", 20)])
def test_where_nothing_tells_a_session_counts_as_a_guess(monkeypatch: pytest.MonkeyPatch, gib: str, kept: int) -> None:
    monkeypatch.setenv(gpu_memory.SETTING, gib)
    monkeypatch.setattr(nvidia_smi, "PROGRAM", None)
    assert gpu_memory.used_bytes() == 0
    card: list[Made] = []
    found = PlannedSessions(gpu_memory.most_bytes(), gpu_memory.used_bytes)
    for width in range(1, 21):
        assert len(found.run("rec", rows_of(width), lambda: Made(card))) == 1
    assert len(found) == kept

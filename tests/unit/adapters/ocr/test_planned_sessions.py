"""A session a shape under a cap of memory, as a GPU has them; tried on the CPU."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import onnx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.ocr import detection, gpu_memory, nvidia_smi, onnx_session, planned_sessions, recognition, sessions
from adapters.ocr.bundles import Detector, Recogniser, load_bundle
from adapters.ocr.gpu_graph import gpu_graph, with_alpha
from adapters.ocr.onnx_session import OnnxSession
from adapters.ocr.open_session import GPU_LINES, open_session
from adapters.ocr.planned_sessions import PlannedSessions, PlannedShape
from adapters.ocr.session_host import SessionHost
from adapters.ocr.sessions import GpuMemoryFull, Row, Tensor
from schemas.errors import ModelUnavailable, SettingError
from tests.tiny_bundle import ctc, dbnet, write_bundle

READER = Recogniser(architecture="ctc", name="tiny", file="rec.onnx", scripts=["latin"])


@pytest.fixture
def recogniser(tmp_path: Path) -> Path:
    return write_bundle(tmp_path) / "rec.onnx"


class Made(OnnxSession):
    """Stands for a session that takes ``size`` bytes of a card while it is there, and bears ``bears`` rows beside others."""

    def __init__(self, card: list[Made], size: int = 10, batch: int = 4, bears: int = 4) -> None:
        self.card, self.size, self.bears = card, size, bears
        self.batch = self.most = batch
        self._good = 0
        self.runs: list[int] = []
        card.append(self)

    def run_as(self, batch: int, rows: Sequence[Row]) -> list[Tensor]:
        """Its rows as they are."""
        self.runs.append(batch)
        if batch > (self.batch if len(self.card) == 1 else self.bears):
            raise GpuMemoryFull("full")
        return list(rows)


def planned(card: list[Made], most: int = 35) -> PlannedSessions:
    """Sessions of a card of which those that are open take what they say."""
    def used() -> int:
        there = [item.session for item in found._sessions.values()]
        return sum(made.size for made in card if made in there)

    found = PlannedSessions(lambda: most, lambda: used() if card else 0)
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

        def run_as(self, batch: int, rows: Sequence[Row]) -> list[Tensor]:
            with lock:
                running[0] += 1
            threading.Event().wait(0.005)
            with lock:
                seen.append((self.first, running[0]))
                running[0] -= 1
            self.first = False
            return list(rows)

    card: list[Made] = []
    found = PlannedSessions(lambda: 10**11, lambda: 0)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda index: found.run("rec", rows_of(1 + index % 5), lambda: Slow(card)), range(100)))
    assert len(card) == 5
    assert all(count == 1 for first, count in seen if first)
    assert max(count for _, count in seen) > 1


@pytest.mark.parametrize(("channels", "mean", "std"), [
    ("bgr", (0.5, 0.5, 0.5), (0.5, 0.5, 0.5)), ("rgb", (0.485, 0.456, 0.406), (0.229, 0.224, 0.225))])
def test_a_session_a_shape_reads_of_pixels_what_one_session_reads_of_numbers(
        recogniser: Path, channels: str, mean: tuple[float, ...], std: tuple[float, ...]) -> None:
    plain = OnnxSession(recogniser, "cpu", {})
    item = READER.model_copy(update={"channels": channels, "mean": mean, "std": std})
    shaped = open_session(recogniser, item, "cpu", PlannedSessions(lambda: 10**11, lambda: 0), ())
    assert shaped.batch == GPU_LINES
    chance = np.random.default_rng(5)
    for width in (64, 96, 64, 128):
        strips = [chance.integers(0, 256, (48, width - 5 * number, 3), np.uint8) for number in range(3)]
        inputs = [recognition.prepare(strip, item.model_copy(update={"widths": (width,)})) for strip in strips]
        rows = [with_alpha(strip, width) for strip in strips]
        for one, other in zip([plain.run([row])[0] for row in inputs], shaped.run(rows), strict=True):
            assert other.shape == (one.shape[0], 2)
            assert np.array_equal(sessions.best_class(one), other)
            assert np.array_equal(sessions.best_class(other), other)
    bound = OnnxSession(recogniser, "cpu", {}, 4, gpu_graph(recogniser, item, pixels=True))
    bound._gpu = True  # its inputs and outputs travel as a GPU's do
    assert np.array_equal(bound.run(rows), shaped.run(rows))


def test_a_recogniser_that_is_no_model_is_named(tmp_path: Path) -> None:
    (tmp_path / "글.onnx").write_text("no model")
    with pytest.raises(ModelUnavailable, match=r"글\.onnx does not open"):
        gpu_graph(tmp_path / "글.onnx", READER, pixels=False)


@pytest.mark.parametrize("channels", ["bgr", "rgb"])
def test_a_detector_finds_on_pixels_what_it_finds_on_numbers(tmp_path: Path, channels: str) -> None:
    path = write_bundle(tmp_path, det=dbnet((-3.0, 1.0, 2.0))) / "det.onnx"
    item = Detector(architecture="dbnet", file="det.onnx", channels=channels)
    picture = np.random.default_rng(6).integers(0, 256, (64, 96, 3), np.uint8)
    shaped = open_session(path, item, "cpu", PlannedSessions(lambda: 10**11, lambda: 0), ())
    plain = OnnxSession(path, "cpu", {}).run([detection.prepare(picture, item)])
    assert np.array_equal(plain, shaped.run([picture]))


def test_a_class_beyond_what_fp16_counts_is_told_as_an_integer(tmp_path: Path) -> None:
    path = write_bundle(tmp_path, rec=ctc(5001, weight=9)) / "rec.onnx"
    graph = onnx.load_from_string(gpu_graph(path, READER, pixels=False)).graph
    assert [output.type.tensor_type.elem_type for output in graph.output] == [onnx.TensorProto.INT64, onnx.TensorProto.FLOAT]
    rows = [np.random.default_rng(7).normal(size=(3, 48, 640)).astype(np.float32)]
    whole = OnnxSession(path, "cpu", {}).run(rows)[0]
    assert whole.argmax(axis=1).max() > 2048
    (told,) = OnnxSession(path, "cpu", {}, graph=gpu_graph(path, READER, pixels=False)).run(rows)
    assert np.array_equal(told, sessions.best_class(whole))


def test_a_halved_batch_grows_again_when_there_is_room() -> None:
    card: list[Made] = []
    made, _ = Made(card, bears=1), Made(card)
    assert len(made.run(rows_of(9, 4))) == 4
    assert made.batch == 1
    made.bears = 2
    for _ in range(2 * onnx_session.GOOD_RUNS + 2):
        assert len(made.run(rows_of(9, 4))) == 4
    assert made.batch == 2  # four were tried in vain
    assert made.runs.count(4) == 2  # at first, and then
    made.bears = 4
    for _ in range(onnx_session.GOOD_RUNS + 1):
        made.run(rows_of(9, 4))
    assert made.batch == 4


def test_sessions_that_grow_by_runs_at_a_time_are_closed_until_the_cap_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planned_sessions, "LOOKS_EACH", 0)
    both = threading.Barrier(2)

    class Grows(Made):
        def run_as(self, batch: int, rows: Sequence[Row]) -> list[Tensor]:
            if len(self.runs) >= 1:
                both.wait(20)
                self.size = 20
            return super().run_as(batch, rows)

    card: list[Made] = []
    found = planned(card)
    for width in (1, 2, 3):
        found.run("rec", rows_of(width), lambda: Grows(card) if width == 3 else Made(card))  # noqa: B023
    assert len(found) == 3 and found._used() == 30
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda _: found.run("rec", rows_of(3), lambda: Made(card)), range(2)))
    assert [shape.sides[2] for shape in found._sessions] == [2, 3]
    assert found._used() == 30


def test_a_bundle_is_opened_once_on_the_cpu_and_once_on_the_gpu(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    folder = write_bundle(tmp_path)
    opened: list[tuple[str, bool]] = []
    open_plainly = OnnxSession.__init__

    def note(self: OnnxSession, path: Path, provider: str, options: dict[str, object], rows: int = 1,
             graph: bytes | None = None) -> None:
        opened.append((path.name, graph is None))
        open_plainly(self, path, provider, options, rows, graph)

    monkeypatch.setattr(OnnxSession, "__init__", note)
    SessionHost(load_bundle(folder / "bundle.yaml"), folder, "cpu")
    assert sorted(opened) == [("det.onnx", True), ("rec.onnx", True)]
    opened.clear()
    SessionHost(load_bundle(folder / "bundle.yaml"), folder, "cpu", PlannedSessions(lambda: 10**11, lambda: 0))
    assert opened.count(("det.onnx", True)) == opened.count(("rec.onnx", True)) == 1


@pytest.mark.parametrize(("text", "expected"), [("20", 20 << 30), ("0.5", 1 << 29)])
def test_memory_that_sessions_may_take_is_said_in_gib(monkeypatch: pytest.MonkeyPatch, text: str, expected: int) -> None:
    monkeypatch.setenv(gpu_memory.SETTING, text)
    assert gpu_memory.most_bytes() == expected


@pytest.mark.parametrize("text", ["much", "0", "-3"])
def test_memory_that_is_no_number_is_told(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv(gpu_memory.SETTING, text)
    with pytest.raises(SettingError, match="expected a number of GiB"):
        gpu_memory.most_bytes()


def test_where_nothing_tells_the_cards_memory_it_has_to_be_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(gpu_memory.SETTING, raising=False)
    monkeypatch.setattr(nvidia_smi, "PROGRAM", None)
    with pytest.raises(SettingError, match=f"set {gpu_memory.SETTING} to"):
        gpu_memory.most_bytes()


def test_where_nothing_tells_a_session_counts_as_a_guess(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(gpu_memory.SETTING, "8")
    monkeypatch.setattr(nvidia_smi, "PROGRAM", None)
    assert gpu_memory.used_bytes() == 0
    card: list[Made] = []
    found = PlannedSessions(gpu_memory.most_bytes, gpu_memory.used_bytes)
    for width in range(1, 21):
        assert len(found.run("rec", rows_of(width), lambda: Made(card))) == 1
    assert len(found) == 7

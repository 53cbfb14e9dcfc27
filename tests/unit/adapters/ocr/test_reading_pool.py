"""Reading in processes: the same readings as in threads, whatever is killed on the way, and nothing left of it."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import psutil
import pytest

from adapters.ocr import reading_pool
from adapters.ocr.bundles import Bundle, load_bundle
from adapters.ocr.engine import PartlyRead, Pixels
from adapters.ocr.gpu_process import is_lost
from adapters.ocr.onnx_engine import OnnxEngine
from adapters.ocr.reading_worker import outcomes_of
from adapters.ocr.remote_models import RowsNotRun
from schemas.errors import ModelUnavailable
from schemas.reading import Reading, Unit
from tests.places import ROOT
from tests.tiny_bundle import write_bundle

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_bundle(tmp_path_factory.mktemp("tiny"), min_score=0)


@pytest.fixture(scope="module")
def bundle(folder: Path) -> Bundle:
    return load_bundle(folder / "bundle.yaml")


@pytest.fixture(scope="module")
def pictures() -> list[Pixels]:
    """Pages with dark bars for the tiny detector, of many sizes, one of them too large for one look."""
    random = np.random.default_rng(3)
    pages: list[Pixels] = []
    for number in range(20):
        height, width = (2600, 700) if number == 7 else map(int, random.integers(300, 1400, 2))
        page = np.full((height, width, 3), 255, np.uint8)
        for _ in range(12):
            top, left = int(random.integers(0, height - 40)), int(random.integers(0, width - 200))
            page[top:top + 24, left:left + int(random.integers(40, 190))] = random.integers(0, 120, 3)
        pages.append(page)
    return pages


@pytest.fixture(scope="module")
def image_ids(pictures: list[Pixels]) -> list[str]:
    return [f"image {number}" for number in range(len(pictures))]


@pytest.fixture(scope="module")
def expected(bundle: Bundle, folder: Path, pictures: list[Pixels], image_ids: list[str]) -> list[Reading]:
    """As threads read them."""
    readings = OnnxEngine(bundle, folder, "cpu").read(pictures, image_ids)
    assert sum(len(reading.regions) for reading in readings) > 100
    return readings


@pytest.fixture(scope="module")
def engine(bundle: Bundle, folder: Path) -> OnnxEngine:
    """Two processes that read, and one in place of a GPU's."""
    return OnnxEngine(bundle, folder, "cpu", readers=2)


@contextmanager
def meanwhile(act: Callable[[], bool]) -> Iterator[list[bool]]:
    """Does something again and again beside the block, until it says that it is done; the list then says so."""
    over = threading.Event()
    done: list[bool] = []

    def watch() -> None:
        while not done and not over.is_set():
            if act():
                done.append(True)
            time.sleep(0.0005)

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield done
    finally:
        over.set()
        thread.join()


def kill_reader_of(engine: OnnxEngine, image: int) -> bool:
    """Kills whoever has this image now; whether anybody had."""
    assert engine._processes is not None
    for reader in list(engine._processes._processes.readers):
        if image in reader.images and reader.child.process.poll() is None:
            reader.child.process.kill()
            reader.child.process.wait()
            return True
    return False


def test_processes_read_what_threads_read(engine: OnnxEngine, bundle: Bundle, folder: Path, pictures: list[Pixels],
                                          image_ids: list[str], expected: list[Reading]) -> None:
    engine.warm_up()
    assert engine.read(pictures, image_ids) == expected
    assert engine.read(pictures[3:4], image_ids[3:4]) == expected[3:4]
    assert engine.read([], []) == []
    threads = OnnxEngine(bundle, folder, "cpu")
    assert engine.run == threads.run
    again = engine.look_again(pictures[:4], image_ids[:4], expected[:4])
    assert again == threads.look_again(pictures[:4], image_ids[:4], expected[:4])


def test_a_reader_that_is_killed_costs_no_reading(engine: OnnxEngine, pictures: list[Pixels], image_ids: list[str],
                                                  expected: list[Reading]) -> None:
    with meanwhile(lambda: kill_reader_of(engine, 5)) as killed:
        assert engine.read(pictures, image_ids) == expected
    assert killed
    for reader in engine._processes._processes.readers:  # type: ignore[union-attr]
        reader.child.process.kill()  # with nothing to do
    assert engine.read(pictures, image_ids) == expected


def test_an_image_that_kills_whoever_reads_it_is_broken_and_no_other(engine: OnnxEngine, pictures: list[Pixels],
                                                                     image_ids: list[str], expected: list[Reading]) -> None:
    deaths: list[bool] = []

    def poison() -> bool:
        deaths.extend([True] * kill_reader_of(engine, 7))
        return False

    with meanwhile(poison), pytest.raises(PartlyRead) as raised:
        engine.read(pictures, image_ids)
    assert len(deaths) == 2
    assert list(raised.value.broken) == ["image 7"]
    assert "-9" in raised.value.broken["image 7"]
    assert raised.value.readings == [*expected[:7], *expected[8:]]


def kill_gpu_of(engine: OnnxEngine, image: int | None = None) -> bool:
    """Kills the GPU's process while an image is being read, or while any is; whether it was."""
    assert engine._processes is not None
    processes = engine._processes._processes
    at_work = {number for reader in list(processes.readers) for number in reader.images}
    if (image in at_work if image is not None else at_work) and processes.gpu.process.poll() is None:
        processes.gpu.process.kill()
        processes.gpu.process.wait()
        return True
    return False


def test_the_gpus_process_is_started_again(engine: OnnxEngine, pictures: list[Pixels], image_ids: list[str],
                                           expected: list[Reading]) -> None:
    with meanwhile(lambda: kill_gpu_of(engine)) as killed:
        assert engine.read(pictures, image_ids) == expected
    assert killed


def test_an_image_that_ends_the_gpus_process_is_broken_and_no_other(engine: OnnxEngine, pictures: list[Pixels],
                                                                    image_ids: list[str], expected: list[Reading]) -> None:
    beside: list[set[int]] = []

    def poison() -> bool:
        assert engine._processes is not None
        at_work = {number for reader in list(engine._processes._processes.readers) for number in reader.images}
        if kill_gpu_of(engine, 5):
            beside.append(at_work)
        return False

    with meanwhile(poison), pytest.raises(PartlyRead) as raised:
        engine.read(pictures, image_ids)
    assert len(beside) == 2 and beside[-1] == {5}  # once in company, once by itself
    assert list(raised.value.broken) == ["image 5"]
    assert "-9" in raised.value.broken["image 5"]
    assert raised.value.readings == [*expected[:5], *expected[6:]]


def test_a_gpu_that_bears_nothing_ends_the_call(engine: OnnxEngine, pictures: list[Pixels], image_ids: list[str],
                                                expected: list[Reading], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading_pool, "STARTS_AGAIN", 2)
    with (meanwhile(lambda: kill_gpu_of(engine) and False),
          pytest.raises(ModelUnavailable, match=r"ended 3 times while tiny@1 read 20 .* -9")):
        engine.read(pictures, image_ids)
    assert engine.read(pictures, image_ids) == expected  # and the next call starts anew


def test_what_a_model_is_refused_for_is_said_as_without_processes(tmp_path: Path) -> None:
    wrong = write_bundle(tmp_path / "wrong", charset=["a", "b"])
    bundle = load_bundle(wrong / "bundle.yaml")
    with pytest.raises(ModelUnavailable) as plain:
        OnnxEngine(bundle, wrong, "cpu")
    with pytest.raises(ModelUnavailable) as pooled:
        OnnxEngine(bundle, wrong, "cpu", readers=1)
    assert str(pooled.value) == str(plain.value)


def test_nothing_outlives_who_opened_it(folder: Path) -> None:
    """Killed, it leaves no process, and so no memory."""
    code = ("import sys; from pathlib import Path; from adapters.ocr.bundles import load_bundle; "
            "from adapters.ocr.onnx_engine import OnnxEngine; folder = Path(sys.argv[1]); "
            "engine = OnnxEngine(load_bundle(folder / 'bundle.yaml'), folder, 'cpu', readers=2); engine.warm_up(); "
            "print('open', flush=True); sys.stdin.read()")
    with subprocess.Popen([sys.executable, "-c", code, str(folder)], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          text=True) as opener:
        assert opener.stdout is not None
        assert opener.stdout.readline() == "open\n"
        children = psutil.Process(opener.pid).children(recursive=True)
        assert len(children) == 3
        opener.kill()
    _, alive = psutil.wait_procs(children, timeout=20)
    assert not alive


@pytest.mark.parametrize(("says", "lost"), [
    ("CUDA failure 700: an illegal memory access was encountered ; GPU=0 ; hostname=node", True),
    ("CUDNN failure 5000: CUDNN_STATUS_EXECUTION_FAILED, unspecified launch failure", True),
    ("Failed to allocate memory for requested buffer of size 1073741824", False),
])
def test_an_error_after_which_a_gpus_process_runs_nothing_ends_it(says: str, lost: bool) -> None:
    assert is_lost(RuntimeError(says)) is lost


def test_images_that_break_together_are_tried_alone() -> None:
    """As where the GPU's memory does not do for a batch of all of them."""

    class Full:
        def read(self, pictures: list[Pixels], image_ids: list[str]) -> list[Reading]:
            if len(pictures) > 1 or image_ids == ["large"]:
                raise RowsNotRun("out of memory")
            return [Reading(image_ids[0], "model:tiny@1", "", 0, Unit.LINE, 9, 9, ())]

    small, large = np.zeros((9, 9, 3), np.uint8), np.zeros((99, 99, 3), np.uint8)
    pictures, image_ids = [small, large, small], ["one", "large", "two"]
    one, broken, two = outcomes_of(Full(), "read", pictures, image_ids, [])  # type: ignore[arg-type]
    assert isinstance(one, Reading) and isinstance(two, Reading)
    assert isinstance(broken, str) and "out of memory" in broken

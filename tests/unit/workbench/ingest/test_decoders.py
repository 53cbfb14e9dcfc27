"""The pool of decoders outlives whatever a file does to a worker."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from PIL import Image

from datastore.objects import PARALLEL
from schemas.errors import ServiceUnavailable
from schemas.reading import Unit
from schemas.submission import CanonicalImage, Outcome, RawObject, Reason, Rejection
from tests.made_pictures import readable
from workbench.ingest.decoders import Decoders
from workbench.ingest.worker import Decoded, Tools, cpu_limit, decode_one, limits_of, takes_crops
from workbench.settings import ROOT, Settings

pytestmark = pytest.mark.slow


def raw(name: str) -> RawObject:
    return RawObject("raw", f"demo/kim/{name}", "v", 1, datetime(2026, 11, 24, tzinfo=UTC))


def behave(_tools: Tools, objects: Sequence[RawObject]) -> list[Decoded]:
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


STARTED_FULL = """
import threading, pyarrow
from workbench.ingest.decoders import prepare
from workbench.settings import Settings
value = pyarrow.scalar("Arrow maps a gigabyte for it")
prepare(Settings(_env_file=None), {}, 100_000_000)
all_here = threading.Barrier(PARALLEL + 1)
threads = [threading.Thread(target=all_here.wait) for _ in range(PARALLEL)]
for thread in threads:
    thread.start()
all_here.wait()
try:
    bytearray(200_000_000)
except MemoryError:
    print("limited")
"""


def test_what_a_decoder_has_imported_counts_for_no_file() -> None:
    """Over its limit no thread would start: the store's would be waited for until the decoder is killed, with each picture."""
    script = STARTED_FULL.replace("PARALLEL", str(PARALLEL))
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout == "limited\n", done.stderr


def test_nobody_stays_behind() -> None:
    pids = {int(item.claims["pid"]) for item in outcomes(["a", "b", "c", "d"]).values()}
    assert os.getpid() not in pids
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def crop_of(height: int) -> bytes:
    """A crop of one word, so many pixels high."""
    out = io.BytesIO()
    readable(0)["a sample of a font"]().crop((0, 0, 60, 20)).resize((3 * height, height)).save(out, "PNG")
    return out.getvalue()


@pytest.mark.parametrize(("unit", "height", "taken"), [
    (Unit.LINE, 20, True), (Unit.WORD, 20, True), (Unit.LINE, 8, True), (Unit.LINE, 7, False), (Unit.CHARACTER, 20, False),
    (None, 20, False), (None, 32, True)])
def test_small_crops_are_taken_where_the_campaigns_unit_is_word_or_line(unit: Unit | None, height: int, taken: bool) -> None:
    units = {"lines": unit} if unit else {}
    item = RawObject("raw", "lines/kim/1.png", "v", 1, datetime(2026, 11, 24, tzinfo=UTC))
    found, _ = decode_one(item, crop_of(height), {}, limits_of(Settings(_env_file=None)), takes_crops(item, units))
    assert isinstance(found.result, CanonicalImage) is taken
    if isinstance(found.result, Rejection):
        assert found.result.reason is Reason.TOO_SMALL
        assert found.thumbnail
    assert not takes_crops(raw("1.png"), units)


def test_the_workers_are_told_the_units() -> None:
    """As ``Decoders`` starts them."""
    units = {"lines": Unit.LINE}
    with Decoders(Settings(_env_file=None), workers=1, work=told_units, units=units) as decoders:
        assert [item.claims for some in decoders.decode([raw("1.png")]) for item in some] == [{"lines": "line"}]


def told_units(tools: Tools, objects: Sequence[RawObject]) -> list[Decoded]:
    return [Decoded(item, {name: str(unit) for name, unit in tools.units.items()}, trace="fine") for item in objects]


def test_a_refused_picture_with_strange_metadata_is_shown_all_the_same() -> None:
    out = io.BytesIO()
    Image.new("RGB", (300, 200), "white").save(out, "PNG", exif=b"\0\x08\0\x02no EXIF")
    found, picture = decode_one(raw("1.png"), out.getvalue(), {}, limits_of(Settings(_env_file=None)))
    assert picture is None
    assert (found.thumbnail or "").startswith("data:image/jpeg")

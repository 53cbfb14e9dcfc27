"""Several workers settle what one would: the ledger is the same, and PostgreSQL is asked little for an image."""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from sqlalchemy import select

from benchmarks.postgres import counted
from datastore.ledger import Ledger, arrivals, leases
from datastore.ledger.tables import comparisons, gate_words, images, submissions
from schemas.submission import Submission
from tests.empty_ledger import empty_ledger
from tests.every_object import every_object
from tests.services.conftest import World, new_world
from tests.services.test_killed_and_run_again import picture
from workbench.bench import Workbench
from workbench.ingest.settling import LEASE_KEYS, LEASE_KIND, settle_ready
from workbench.ingest.worker import Tools, decode_chunk
from workbench.settings import Settings

SIGNS = 8


def alike(seed: int) -> list[bytes]:
    """A sign, edited copies of it, and one with another word: duplicates, and what a manager has to look at."""
    with Image.open(io.BytesIO(picture(seed))) as opened:
        sign = opened.convert("RGB")
    other = sign.copy()
    other.paste(sign.crop((20, 130, 300, 200)), (20, 240))
    darker = Image.fromarray((255 * (np.asarray(sign) / 255) ** 1.6).astype(np.uint8))
    versions = [sign, sign.resize((540, 360)), other, darker, sign.crop((10, 8, 715, 470))]
    return [_jpeg(image, 92 - number) for number, image in enumerate(versions)]


def _jpeg(image: Image.Image, quality: int) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality)
    return out.getvalue()


def decoded(world: World) -> list[Submission]:
    """What decoders make of such pictures, whose copies were sent among each other."""
    bench = world.bench
    sent = [data for versions in zip(*(alike(700 + seed) for seed in range(SIGNS)), strict=True) for data in versions]
    bench.objects.put_many(bench.settings.bucket_raw, [
        (f"demo/kim/{number:03}.jpg", data, "image/jpeg") for number, data in enumerate(sent)])
    raws = every_object(bench.objects, bench.settings.bucket_raw)
    return [item.submission() for item in decode_chunk(Tools(bench.settings, {}, bench.objects), raws)]


def with_ledger(settings: Settings, url: str, items: list[Submission]) -> Workbench:
    """A workbench whose ledger has decoded arrivals and nothing else."""
    ledger = empty_ledger(url)
    arrivals.register(ledger, [item.raw for item in items])
    arrivals.store(ledger, items, [])
    return Workbench(settings.model_copy(update={"ledger_url": url}))


def state(ledger: Ledger) -> dict[str, list[tuple[Any, ...]]]:
    """Everything that settling writes."""
    with ledger.read() as connection:
        return {table.name: sorted((tuple(row) for row in connection.execute(select(table))), key=repr)
                for table in (submissions, images, comparisons, gate_words)}


def test_several_workers_leave_the_ledger_of_one(stack: Settings, tmp_path: Path, postgres_url: str) -> None:
    world = new_world(stack, f"sqlite:///{tmp_path / 'world.db'}")
    items = decoded(world)
    one = with_ledger(world.bench.settings, f"sqlite:///{tmp_path / 'one.db'}", items)
    settle_ready(one, lambda _count: None)
    expected = state(one.ledger)
    assert {row.outcome for row in _rows(one.ledger)} >= {"accepted", "duplicate"}
    assert len(expected["comparisons"]) > 2 * SIGNS
    for url in (f"sqlite:///{tmp_path / 'many.db'}", postgres_url):
        first = with_ledger(world.bench.settings, url, items)
        assert len(arrivals.uncompared(first.ledger, len(items))) == len(items)
        # Another worker settles, which takes its time: all that these can do is comparing ahead, each another piece.
        busy = leases.claim(first.ledger, LEASE_KIND, LEASE_KEYS, 300)
        workers = [first, *(Workbench(first.settings) for _ in range(2))]
        with ThreadPoolExecutor(len(workers)) as pool:
            list(pool.map(lambda bench: settle_ready(bench, lambda _count: None, wait=False), workers))
            assert not arrivals.uncompared(first.ledger, 1)
            assert len(arrivals.ready(first.ledger, len(items) + 1)) == len(items)
            leases.release(first.ledger, busy)
            list(pool.map(lambda bench: settle_ready(bench, lambda _count: None), workers))
        assert state(first.ledger) == expected


def _rows(ledger: Ledger) -> list[Any]:
    with ledger.read() as connection:
        return list(connection.execute(select(submissions)))


def test_postgresql_is_asked_little_for_an_image(stack: Settings, postgres_url: str) -> None:
    """The fewer images, the more an image: what a run asks once is shared by sixty here."""
    world = new_world(stack, postgres_url)
    bench = world.bench
    bench.objects.put_many(bench.settings.bucket_raw, [
        (f"demo/kim/{number:03}.jpg", picture(900 + number), "image/jpeg") for number in range(60)])
    with counted(postgres_url) as asked:
        world.flow("ingest")
    assert len(_rows(bench.ledger)) == 60
    assert 0 < asked.total < 8 * 60, [*asked.calls.items()][:9]

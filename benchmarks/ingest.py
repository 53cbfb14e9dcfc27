"""ingest: from raw object to row of the ledger, beside a script of boto3, Pillow and imagehash with the same duties."""

from __future__ import annotations

import functools
import io
import os
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import boto3
import cv2
import imagehash
import numpy as np
import pysqlite3.dbapi2 as sqlite3
from botocore.config import Config
from PIL import ExifTags, Image, ImageCms, ImageOps
from rich.progress import track

from benchmarks.figures import Figure, faster, interleaved
from benchmarks.store import workbench
from datastore.ledger import Ledger, arrivals
from datastore.ledger.word_index import KEPT, WordIndex
from schemas.ids import sha256
from schemas.submission import RawObject
from stages.ingest.canonical import Canonical, canonicalise
from stages.ingest.limits import Limits
from stages.ingest.words import BITS
from tests.every_object import every_object
from tests.places import REAL_DATA
from tests.profiles import SRGB_CURVE, parametric, profile
from workbench.bench import Workbench
from workbench.ingest import decoders, settling
from workbench.ingest.worker import Tools, decode_chunk

SHARED = REAL_DATA
SIZES = {"2 MP": (1632, 1224), "12 MP": (4000, 3000)}
COUNT = {"2 MP": 40, "12 MP": 16}
LEAST_SIDE = 300
GRAIN = 1.5
SRGB = ImageCms.createProfile("sRGB")


def run() -> list[Figure]:
    """Bulk fetch; a phone's pictures (re-encoded) and upright sRGB ones (kept), at two sizes; the ledger at a million."""
    figures = []
    with workbench() as bench:
        for name, size in SIZES.items():
            for path, target in (("re-encoded: turned", 2.0), ("re-encoded: turned, Display P3", 2.0), ("lossless", 6.0)):
                figures.append(_whole(bench, name, path, _unlike(size, path, COUNT[name]), target))
        figures.sort(key=lambda figure: "lossless" in figure.name)
        figures.append(_fetch(bench))
    return figures + _million()


@functools.cache
def _sources() -> list[Path]:
    """Real photographs of signs, packaging and documents, no two of them the same."""
    files = [file for folder in ("photos", "icdar_toy") for file in sorted((SHARED / folder).rglob("*"))
             if file.suffix.lower() in (".jpg", ".jpeg", ".png")]
    found: dict[str, Path] = {}
    for file in files:
        grey = cv2.imdecode(np.fromfile(file, np.uint8), cv2.IMREAD_GRAYSCALE)
        if grey is not None and min(grey.shape) >= LEAST_SIDE:
            found.setdefault(str(imagehash.phash(Image.fromarray(grey))), file)
    if len(found) < max(COUNT.values()):
        raise SystemExit("The photographs photos/ and icdar_toy/ of the test data are not here.")
    return list(found.values())


def _photograph(size: tuple[int, int], number: int, path: str) -> bytes:
    """A photograph of so many pixels: a real one enlarged, with fine grain, so that the file is as large as a phone's."""
    with Image.open(_sources()[number]) as image:
        source = np.asarray(image.convert("RGB"))
    rng = np.random.default_rng(number)
    base = cv2.resize(source, size, interpolation=cv2.INTER_CUBIC).astype(np.int16)
    grain = rng.normal(0, GRAIN, (size[1], size[0], 1)).astype(np.int16)
    picture = Image.fromarray((base + grain).clip(0, 255).astype(np.uint8))
    out = io.BytesIO()
    if path == "lossless":
        picture.save(out, "JPEG", quality=88)
        return out.getvalue()
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    exif[ExifTags.Base.Model] = "phone"
    picture.save(out, "JPEG", quality=88, exif=exif, icc_profile=profile(parametric(*SRGB_CURVE)) if "P3" in path else None)
    return out.getvalue()


def _unlike(size: tuple[int, int], path: str, count: int) -> list[bytes]:
    """So many photographs, none of which the gate takes for a copy of another: to compare them has a row of its own."""
    index, found = WordIndex(), []
    for number in track(range(len(_sources())), path, transient=True):
        data = _photograph(size, number, path)
        result = canonicalise(data, Limits())
        if isinstance(result, Canonical) and not index.candidates(result.image.words):
            index.add(number, result.image.words)
            found.append(data)
        if len(found) == count:
            return found
    raise SystemExit(f"only {len(found)} of {count} photographs are unlike each other")


def _whole(bench: Workbench, name: str, path: str, pictures: Sequence[bytes], target: float) -> Figure:
    """CPU seconds a picture of both, the servers' left out: what one core does."""
    prefix = "".join(char if char.isalnum() else "-" for char in f"{name} {path}")
    bench.objects.put_many("raw", [(f"{prefix}/kim/{number}.jpg", data, "image/jpeg") for number, data in enumerate(pictures)])
    raws = every_object(bench.objects, "raw", prefix)
    tools = Tools(bench.settings, {}, bench.objects)  # a decoder's work, in this process
    boto = _boto(bench)
    with tempfile.TemporaryDirectory() as folder:
        rounds = iter(range(100))

        def ours() -> None:
            fresh = Workbench(bench.settings.model_copy(update={"ledger_url": f"sqlite:///{folder}/{next(rounds)}.db"}))
            Ledger(fresh.settings.ledger).migrate()
            arrivals.register(fresh.ledger, raws)
            for start in range(0, len(raws), decoders.CHUNK):
                found = decode_chunk(tools, raws[start:start + decoders.CHUNK])
                arrivals.store(fresh.ledger, [item.submission() for item in found], [])
            counts = settling.settle_ready(fresh, lambda _: None).counts
            if sum(counts.values()) != len(raws):
                raise RuntimeError(f"{counts} of {len(raws)}")

        def peer() -> None:
            _naive(boto, raws, Path(folder) / f"naive{next(rounds)}.db")

        ours()  # once for the caches
        peer()
        times = interleaved(ours, peer, cpu=True)
    return faster(f"{path}, {name} ({sum(map(len, pictures)) / len(pictures) / 1e6:.1f} MB)", "images/s/core", len(pictures),
                  times, target)


def _naive(boto: Any, raws: Sequence[RawObject], ledger: Path) -> None:
    """The script that one would write first: fetch, verify, load, upright, sRGB, hash, save again, store, note."""
    database = sqlite3.connect(ledger)
    database.execute("create table images (id text primary key, key text, width int, height int, phash text)")
    for raw in raws:
        data = boto.get_object(Bucket="raw", Key=raw.key)["Body"].read()
        sha256(data)
        Image.open(io.BytesIO(data)).verify()
        image = Image.open(io.BytesIO(data))
        image.load()
        icc = image.info.get("icc_profile")
        upright = ImageOps.exif_transpose(image)
        if icc:
            upright = ImageCms.profileToProfile(upright, ImageCms.ImageCmsProfile(io.BytesIO(icc)), SRGB) or upright
        fingerprint = str(imagehash.phash(upright))
        out = io.BytesIO()
        clean = upright.copy()
        clean.info.clear()
        clean.save(out, "JPEG", quality=95)
        image_id = sha256(out.getvalue())
        boto.put_object(Bucket="images", Key=f"naive/{image_id}.jpg", Body=out.getvalue(), ContentType="image/jpeg")
        with database:
            database.execute("insert or ignore into images values (?, ?, ?, ?, ?)",
                             (image_id, raw.key, *upright.size, fingerprint))
    database.close()


def _boto(bench: Workbench) -> Any:
    settings = bench.settings
    return boto3.client("s3", endpoint_url=settings.s3_endpoint, region_name="us-east-1", aws_access_key_id="bench",
                        aws_secret_access_key="bench-secret",
                        config=Config(max_pool_connections=64, s3={"addressing_style": "path"}))


def _fetch(bench: Workbench) -> Figure:
    """Objects of 300 KB, read in bulk."""
    rng = np.random.default_rng(0)
    bench.objects.put_many("raw", [(f"fetch/kim/{number}", rng.bytes(300_000), "image/jpeg") for number in range(400)])
    raws = every_object(bench.objects, "raw", "fetch/")
    boto = _boto(bench)

    def ours() -> None:
        for item in bench.objects.get_raw(raws):
            assert item.data and len(item.data) == 300_000

    def peer(threads: int) -> Callable[[], None]:
        def fetch() -> None:
            with ThreadPoolExecutor(threads) as pool:
                for data in pool.map(lambda raw: boto.get_object(Bucket="raw", Key=raw.key)["Body"].read(), raws):
                    assert len(data) == 300_000
        return fetch

    best = min((1, 4, 8, 16, 32), key=lambda threads: _seconds(peer(threads)))
    return faster(f"bulk fetch of 300 KB (boto3 with {best} threads)", "objects/s", len(raws),
                  interleaved(ours, peer(best)), 3.0)


def _million() -> list[Figure]:
    """What the ledger's part of an image costs, and what a 2 MP image costs in all, at a thousand and at a million."""
    with tempfile.TemporaryDirectory(prefix="saegim-bench-") as folder:
        few, many, flood = (_filled(Path(folder) / f"{name}.db", count, share) for name, count, share in
                            (("few", 1_000, 0.0), ("many", 1_000_000, 0.0), ("flood", 1_000_000, 0.1)))
        os.sync()  # the disk still writes what was filled in
        data = _photograph(SIZES["2 MP"], 0, "lossless")
        limits = Limits()
        rest = min(_seconds(lambda: [canonicalise(data, limits) for _ in range(20)]) for _ in range(5)) / 20
        figures = []
        for label, ledger, template in (("1,000,000", many, 0.0), ("1,000,000, a tenth of one template", flood, 0.1)):
            times = interleaved(lambda ledger=ledger, share=template: _settle_words(ledger, share),  # type: ignore[misc]
                                lambda: _settle_words(few, 0.0), rounds=15)
            ours, base = times[0] / 100, times[1] / 100
            ratio = (rest + ours) / (rest + base)
            figures.append(Figure(f"time an image at {label} against 1,000", f"{(rest + ours) * 1e3:.2f} ms",
                                  f"{(rest + base) * 1e3:.2f} ms", f"{ratio:.2f}", "≤ 1.3 ×", ratio <= 1.3))
            figures.append(Figure("… the gate's part of it", f"{ours * 1e3:.2f} ms", f"{base * 1e3:.2f} ms",
                                  f"{ours / base:.2f}"))
        return figures


TEMPLATE = np.random.default_rng(7).integers(0, 2**(BITS + 1), 120)


def _words(rng: np.random.Generator, of_template: bool) -> tuple[int, ...]:
    own = rng.integers(0, 2**(BITS + 1), 190)
    mixed = np.concatenate([rng.permutation(TEMPLATE)[:110], own[:80]]) if of_template else own
    ordered = np.unique(mixed)
    return tuple(int(word) for word in ordered[np.argsort(ordered.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15))])


def _settle_words(ledger: Ledger, share: float) -> None:
    """The gate's work for 100 images: read, candidates, add, write."""
    rng = np.random.default_rng(time.time_ns())
    pictures = [_words(rng, rng.random() < share) for _ in range(100)]
    index = WordIndex()
    with ledger.read() as connection:
        index.read(connection, pictures)
    for words in pictures:
        index.candidates(words)
        index.candidates(words)
        index.add(int(rng.integers(0, 2**60)), words)
    with ledger.write(alone="images") as connection:
        index.flush(connection)


def _filled(path: Path, count: int, share: float) -> Ledger:
    """A ledger with the words of so many images; the template's words are full, as they are after its first 16 documents."""
    ledger = Ledger(f"sqlite:///{path}")
    ledger.migrate()
    ledger.close()
    rng = np.random.default_rng(1)
    words = rng.integers(0, 2**(BITS + 1), count * KEPT)
    numbers = np.repeat(rng.integers(0, 2**60, count), KEPT)
    if share:
        words = np.concatenate([words, np.repeat(TEMPLATE, 16)])
        numbers = np.concatenate([numbers, np.tile(rng.integers(0, 2**60, 16), len(TEMPLATE))])
    order = np.argsort(words, kind="stable")
    words, numbers = words[order], numbers[order]
    database = sqlite3.connect(path)
    database.execute("pragma synchronous=off")
    step = 1_000_000
    with database:
        for start in track(range(0, len(words), step), f"{count:,} images", transient=True):
            database.executemany("insert or ignore into gate_words values (?, ?)",
                                 zip(words[start:start + step].tolist(), numbers[start:start + step].tolist(), strict=True))
    database.close()
    return Ledger(f"sqlite:///{path}")


def _seconds(function: Callable[[], object]) -> float:
    started = time.perf_counter()
    function()
    return time.perf_counter() - started

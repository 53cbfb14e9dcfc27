"""Pulling a release and going through its images, beside obstore alone and beside Hugging Face ``datasets``."""

from __future__ import annotations

import importlib
import itertools
import os
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import obstore

from benchmarks.figures import Figure, faster, interleaved
from benchmarks.labelled_images import fill, large_picture, published, recipe, relabel
from benchmarks.store import workbench
from saegim.load import load
from saegim.manifest import File, Manifest
from saegim.pull import pull
from saegim.release import Release
from saegim.releases import Releases
from workbench.bench import Workbench

IMAGES = int(os.environ.get("SAEGIM_BENCH_IMAGES", "2500"))
REGIONS = 48
CHANGED = range(7, IMAGES, 100)
MOST_PULLED, LEAST_SPEED, LEAST_IMAGES, MOST_DISK = 0.02, 0.9, 1.0, 0.5
IN_FLIGHT = 16
RANGE = 16 << 20
BATCH = 32
WORKERS = 2


def run() -> list[Figure]:
    """One dataset of two releases; the second has other labels."""
    os.environ.update(HF_HUB_OFFLINE="1", HF_DATASETS_DISABLE_PROGRESS_BARS="1")
    with workbench() as bench, tempfile.TemporaryDirectory(prefix="saegim-bench-") as name:
        folder, dataset = Path(name), recipe("made")
        ids = fill(bench, range(IMAGES), large_picture, REGIONS)
        first = published(bench, dataset)
        relabel(bench, [ids[number] for number in CHANGED], large_picture, CHANGED, REGIONS)
        second = published(bench, dataset)
        os.sync()  # the disk still writes what was filled in
        figures = [_next_release(bench, folder / "next", second), *_speed(bench, folder, first)]
        pulled = folder / "pulled"
        pull("made@1", pulled, Releases(bench.settings))
        figures += _images(pulled, folder / "cache", first)
        return figures + [_loader(load("made@1", folder=pulled), start) for start in ("fork", "spawn")]


def _next_release(bench: Workbench, folder: Path, second: Manifest) -> Figure:
    """What comes over the network for the second release where the first one is."""
    source = Releases(bench.settings)
    pull("made@1", folder, source)
    fetched = pull("made@2", folder, source).fetched
    shutil.rmtree(folder)
    full = sum(file.bytes for file in second.files)
    return Figure(f"bytes pulled, 1 % of the labels changed, of {IMAGES:,} images of 200 KB with {REGIONS} regions",
                  f"{fetched / 1e6:.2f} MB", f"{full / 1e6:,.0f} MB (full pull)", f"{fetched / full:.2%}",
                  f"≤ {MOST_PULLED:.0%}", fetched <= MOST_PULLED * full)


def _speed(bench: Workbench, folder: Path, manifest: Manifest) -> Iterator[Figure]:
    """A full pull, verified, beside GETs of the same objects into files that nobody looks at."""
    source, size = Releases(bench.settings), sum(file.bytes for file in manifest.files)
    numbers = itertools.count()

    def fresh() -> Path:
        target = folder / f"fresh-{next(numbers)}"
        target.mkdir()
        return target

    def ours() -> None:
        assert pull("made@1", fresh(), source).fetched == size

    for name, peer, target in (("parallel GET with obstore", _whole, LEAST_SPEED),
                               (f"ranges of {RANGE >> 20} MB, in parallel, with obstore", _in_ranges, None)):
        times = interleaved(ours, lambda peer=peer: peer(source, manifest, fresh()))  # type: ignore[misc]
        yield faster(f"full pull of {size / 1e6:,.0f} MB, sha256 checked, beside {name}, unchecked", "MB/s", size // 10**6, times,
                     target)
        for path in folder.glob("fresh-*"):
            shutil.rmtree(path)


def _whole(source: Releases, manifest: Manifest, folder: Path) -> None:
    """Each object with one request."""
    def bring(item: tuple[int, File]) -> None:
        with (folder / str(item[0])).open("wb") as out:
            for chunk in obstore.get(source.bucket, f"{manifest.dataset}/{item[1].path}").stream(min_chunk_size=1 << 20):
                out.write(chunk)

    with ThreadPoolExecutor(IN_FLIGHT) as pool:
        list(pool.map(bring, enumerate(manifest.files)))


def _in_ranges(source: Releases, manifest: Manifest, folder: Path) -> None:
    """Large objects with several requests, so that there are enough of them."""
    def bring(item: tuple[int, File, int]) -> None:
        number, file, start = item
        end = min(start + RANGE, file.bytes)
        data = obstore.get_range(source.bucket, f"{manifest.dataset}/{file.path}", start=start, end=end)
        opened = os.open(folder / str(number), os.O_WRONLY | os.O_CREAT)
        os.pwrite(opened, data, start)
        os.close(opened)

    ranges = [(number, file, start) for number, file in enumerate(manifest.files) for start in range(0, file.bytes, RANGE)]
    with ThreadPoolExecutor(IN_FLIGHT) as pool:
        list(pool.map(bring, ranges))


def _images(pulled: Path, cache: Path, manifest: Manifest) -> Iterator[Figure]:
    """All images decoded, in batches; what lies on the disk for it, and how long it takes until one can begin."""
    datasets: Any = importlib.import_module("datasets")
    count = sum(manifest.splits.values())
    parquet = {kind: [str(pulled / file.place) for file in manifest.of_kind(kind)] for kind in ("images", "labels")}

    def opened(kind: str) -> Any:
        return datasets.load_dataset("parquet", data_files=parquet[kind], split="train", cache_dir=str(cache / kind))

    ours_ready, theirs_ready = _seconds(lambda: load("made@1", folder=pulled)), _seconds(lambda: opened("images"))
    opened("labels")
    release, theirs = load("made@1", folder=pulled), opened("images")

    def ours() -> None:
        images = release.images()
        seen = 0
        while batch := list(itertools.islice(images, BATCH)):
            seen += sum(image.getpixel((0, 0)) is not None for image, _ in batch)
        assert seen == count

    def peer() -> None:
        assert sum(image.getpixel((0, 0)) is not None for batch in theirs.iter(BATCH) for image in batch["image"]) == count

    ours()
    peer()  # both read from the page cache from now on
    yield faster(f"images decoded, in batches of {BATCH}, ours with their labels, beside datasets on the same shards", "images/s",
                 count, interleaved(ours, peer), LEAST_IMAGES)
    there, copied = (sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) for folder in (pulled, cache))
    yield Figure("on the disk: what was pulled, beside the same and what datasets makes of images and labels",
                 f"{there / 1e6:,.1f} MB", f"{(there + copied) / 1e6:,.1f} MB", f"{there / (there + copied):.3f}",
                 f"≤ {MOST_DISK:g} ×", there <= MOST_DISK * (there + copied))
    yield Figure("until the first image can be asked for", f"{ours_ready:.2f} s", f"{theirs_ready:.2f} s (no cache yet)",
                 f"{theirs_ready / ours_ready:.1f}")


def _loader(release: Release, start: str) -> Figure:
    """Each sample has to come exactly once."""
    data: Any = importlib.import_module("torch.utils.data")
    loader = data.DataLoader(release.to_torch(_name), batch_size=BATCH, shuffle=True, num_workers=WORKERS, collate_fn=_as_it_is,
                             multiprocessing_context=start)
    begun = time.perf_counter()
    seen = Counter(name for batch in loader for name in batch)
    seconds = time.perf_counter() - begun
    once = seen == Counter(release.labels["image_id"].to_pylist())
    return Figure(f"DataLoader with {WORKERS} workers by {start}, shuffled: samples that came, of {len(release):,}",
                  f"{sum(seen.values()):,}, {len(seen):,} different ones, {len(release) / seconds:,.0f} images/s", "", "",
                  "each once", once)


def _name(image: Any, row: dict[str, Any]) -> str:
    assert image.size == (row["width"], row["height"])
    return str(row["image_id"])


def _as_it_is(batch: list[str]) -> list[str]:
    return batch


def _seconds(function: Callable[[], object]) -> float:
    started = time.perf_counter()
    function()
    return time.perf_counter() - started

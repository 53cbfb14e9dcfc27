"""Formats: there and back, read by code that is not ours, real sets against their truth, faults of the field, and speed."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path

from benchmarks import format_libraries, format_loops, format_readers
from benchmarks.figures import Figure, faster, interleaved
from benchmarks.format_fault_files import FAULTS
from benchmarks.format_faults import outcome
from benchmarks.format_seen import Seen, as_it_is, as_quad, crops, found_of, page, pages, without_start
from benchmarks.format_trips import trip
from benchmarks.labelled_images import fill, large_picture, published, recipe
from benchmarks.store import workbench
from saegim.formats import FORMATS, READ, WRITTEN
from saegim.labels.conversion import convert
from saegim.labels.findings import Findings
from saegim.labels.labelled import LabelledImage, LabelledRegion, LabelledSet
from saegim.labels.released import labelled_set
from saegim.load import load
from saegim.pull import pull
from saegim.release import Release
from saegim.releases import Releases
from tests.made_labels import hard_set
from tests.real_sets import REAL_SETS, against_truth, is_there

IMAGES = int(os.environ.get("SAEGIM_BENCH_IMAGES", "400"))
REGIONS = 48
READ_BACK = 40
"""Images of the release that goes there and back, and to the readers."""
FASTER = 2.0
Expected = Callable[[Sequence[LabelledImage]], list[Seen]]


@dataclass(frozen=True, slots=True)
class Reader:
    """One that is not ours.

    Attributes:
        form: that it reads.
        name: for the table.
        read: a folder, in a process of its own.
        expected: what it has to give of these images.
    """

    form: str
    name: str
    read: Callable[[Path], list[Seen]]
    expected: Expected




def _until_comma(image: LabelledImage) -> LabelledImage:
    return replace(image, regions=tuple(replace(region, text=region.text.partition(",")[0]) for region in image.regions))


def _whole_quad(region: LabelledRegion) -> tuple[tuple[float, float], ...]:
    return tuple((round(x), round(y)) for x, y in as_quad(region))


def _of_text(image: LabelledImage) -> LabelledImage:
    return replace(image, regions=tuple(region for region in image.regions if region.kind == "text" or region.text))


READERS = (
    Reader("paddleocr", "PaddleOCR 2.10.0, SimpleDataSet and DetLabelEncode", format_readers.paddleocr_detection,
           lambda images: pages(images, "paddleocr", outlines=as_it_is, empty=False)),
    Reader("paddleocr-rec", "PaddleOCR 2.10.0, SimpleDataSet and CTCLabelEncode", format_readers.paddleocr_recognition,
           lambda images: [replace(seen, texts=(seen.texts[0].replace("\t", " "),)) for seen in crops(images)]),
    Reader("lmdb", "PaddleOCR 2.10.0, LMDBDataSet", format_readers.paddleocr_lmdb, crops),
    Reader("lmdb", "OpenOCR 0.1.5, LMDBDataSet on PyTorch", format_readers.openocr_lmdb, crops),
    Reader("lmdb", "rules of deep-text-recognition-benchmark's loader, with charset.txt", format_libraries.dtrb_rules,
           lambda images: [seen for seen in crops(images) if len(seen.texts[0]) <= format_libraries.LETTERS_KEPT]),
    Reader("icdar", "PaddleOCR 2.10.0, gen_det_label, which ends a text at a comma", format_readers.paddleocr_icdar,
           lambda images: pages(map(_until_comma, images), "icdar", outlines=_whole_quad)),
    Reader("coco-text", "docTR 1.1.0, COCOTEXT", format_libraries.doctr_coco_text,
           lambda images: [seen for seen in pages(images, "") if seen.texts]),
    Reader("coco-text", "pycocotools 2.0.11, on the values of imgs and anns", format_libraries.pycocotools,
           lambda images: pages(images, "")),
    Reader("doctr", "docTR 1.1.0, DetectionDataset", format_readers.doctr_detection,
           lambda images: [replace(seen, texts=()) for seen in pages(map(_of_text, images), "", outlines=as_quad, empty=False)]),
    Reader("doctr-rec", "docTR 1.1.0, RecognitionDataset", format_readers.doctr_recognition, crops),
    Reader("yolo-obb", "Ultralytics 8.4.190, verify_image_label", format_readers.ultralytics,
           lambda images: [without_start(replace(seen, texts=())) for seen in pages(images, "", outlines=as_quad)]),
    Reader("hf", "datasets 5.2.0, load_dataset(folder)", format_libraries.datasets_parquet,
           lambda images: pages(images, "", outlines=as_it_is)),
    Reader("imagefolder", "datasets 5.2.0, imagefolder", format_libraries.datasets_imagefolder,
           lambda images: pages(images, "", outlines=as_it_is)),
    Reader("donut", "datasets 5.2.0, and gt_parse as DonutDataset takes it", format_libraries.donut,
           lambda images: [page("", (image.width, image.height), [" ".join(
               region.text for region in image.regions if region.legible and region.text)]) for image in images]),
    Reader("webdataset", "webdataset 1.0.2", format_libraries.webdataset, lambda images: pages(images, "", outlines=as_it_is)),
    Reader("ufo", "a loader written from UFO's description", format_libraries.ufo,
           lambda images: pages(images, "", outlines=as_it_is)),
)

LOOPS = {"webdataset": format_loops.webdataset, "lmdb": format_loops.lmdb, "paddleocr": format_loops.paddleocr}


def run() -> list[Figure]:
    """One release, of which a part goes through every format."""
    with workbench() as bench, tempfile.TemporaryDirectory(prefix="saegim-bench-") as name:
        folder = Path(name)
        fill(bench, range(IMAGES), large_picture, REGIONS)
        published(bench, recipe("made"))
        pull("made@1", folder / "pulled", Releases(bench.settings))
        release = load("made@1", folder=folder / "pulled")
        few = Release(release.manifest, release.folder, release.labels.slice(0, READ_BACK))
        return [*_trips(few, folder), *_readers(few, folder), *_real_sets(), *_faults(folder), *_speed(release, folder)]


def _sets(release: Release, unit: str) -> Iterator[tuple[str, Callable[[], LabelledSet]]]:
    yield "the hard set", lambda: hard_set(unit)
    yield "a release", lambda: labelled_set(release)


def _trips(release: Release, folder: Path) -> Iterator[Figure]:
    for name in WRITTEN:
        if name not in READ:
            continue
        for of, made in _sets(release, FORMATS[name].unit):
            done = trip(made(), list(made().images), FORMATS[name], folder / "trips" / name / of.rpartition(" ")[2])
            yield Figure(f"{name}: {of} there and back, regions that are otherwise", f"{done.other:,} of {done.regions:,}",
                         f"{done.listed:,} remarks on what it does not hold, {done.unaccounted:,} unaccounted for", "", "0",
                         done.other == 0 and done.unaccounted == 0)


def _readers(release: Release, folder: Path) -> Iterator[Figure]:
    for number, reader in enumerate(READERS):
        if reader.form not in WRITTEN:
            continue
        for of, made in _sets(release, FORMATS[reader.form].unit):
            to = folder / "readers" / f"{number}-{of.rpartition(' ')[2]}"
            convert(made(), FORMATS[reader.form], to, Findings())
            yield _read_by(reader, to, of, reader.expected(list(made().images)))


def _read_by(reader: Reader, folder: Path, of: str, expected: list[Seen]) -> Figure:
    name = f"{reader.form}: {of}, samples read as they are"
    try:
        with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as alone:
            seen = alone.submit(reader.read, folder).result()
    except Exception as error:
        return Figure(name, f"{type(error).__name__}: {error}", reader.name, "", "every sample", met=False)
    found = found_of(expected, seen)
    return Figure(name, f"{found:,} of {len(expected):,}, {len(seen):,} read", reader.name, "", "every sample",
                  found == len(expected) == len(seen))


def _real_sets() -> Iterator[Figure]:
    for real in REAL_SETS:
        if not is_there(real):
            yield Figure(f"{real.name} imported", "not on this machine", "", "", "every region")
            continue
        done = against_truth(real)
        yield Figure(f"{real.name} read as {real.form}: {done.images:,} images, regions with the truth's text",
                     f"{done.right:,} of {done.regions:,}", f"{len(done.findings.remarks):,} remarks", "", "every region",
                     done.right == done.regions and not done.more)


def _faults(folder: Path) -> Iterator[Figure]:
    found = [(fault, outcome(fault, folder / "faults" / f"{number:02}")) for number, fault in enumerate(FAULTS)]
    wrong = [f"{fault.name}: {said}" for fault, said in found if said]
    yield Figure("dialects and faults of the field that end repaired or listed", f"{len(found) - len(wrong)} of {len(found)}",
                 "; ".join(wrong), "", "each", not wrong)


def _speed(release: Release, folder: Path) -> Iterator[Figure]:
    numbers = count()
    size = sum(file.bytes for file in release.manifest.of_kind("images")) // 10**6

    def fresh() -> Path:
        target = folder / "speed" / str(next(numbers))
        target.parent.mkdir(exist_ok=True)
        return target

    for name, loop in LOOPS.items():
        times = interleaved(lambda name=name: convert(labelled_set(release), FORMATS[name], fresh(), Findings()),  # type: ignore[misc]
                            lambda loop=loop: loop(release, fresh()))  # type: ignore[misc]
        yield faster(f"{name} written from {size:,} MB of a pulled release, beside the plainest Python loop", "MB/s", size, times,
                     FASTER)
        shutil.rmtree(folder / "speed")

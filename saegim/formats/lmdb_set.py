"""LMDB of deep-text-recognition-benchmark, which PARSeq and EasyOCR's training read too: crops and texts by number.

Checked against dataset.py and create_lmdb_dataset.py of clovaai/deep-text-recognition-benchmark and strhub/data/dataset.py of
PARSeq. Each split has a folder with ``data.mdb`` alone and what is told beside it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from typing import TextIO

from saegim.errors import FormatWrong
from saegim.formats.lmdb_store import DAMAGED, LmdbStore, SampleCount, StoredCrop, image_key, samples
from saegim.labels.beside import Beside
from saegim.labels.crop_sets import BESIDE, BESIDE_NOTE, CROPS, HELD, NOT_CROPS, crop_image, crop_line
from saegim.labels.crops import Crop, cut_out
from saegim.labels.dataset_files import DatasetFiles
from saegim.labels.file_names import split_of
from saegim.labels.findings import Findings
from saegim.labels.format import Format
from saegim.labels.labelled import LabelledImage, LabelledSet
from saegim.labels.licence_file import licence_of, write_licence
from saegim.labels.output import Output
from saegim.labels.split_names import SplitNames
from saegim.labels.texts import decoded

NAME = "lmdb"
FILE = "data.mdb"
BATCH_MAX_LENGTH = 25
"""What deep-text-recognition-benchmark's train.py takes where nothing is said: longer texts are dropped without a word."""
TOO_LONG = f"longer than {BATCH_MAX_LENGTH} letters: lost at training's batch_max_length {BATCH_MAX_LENGTH} unless it is raised"
CHARSET = "charset.txt"
SUMMARY = "summary.txt"
NO_LABEL = "its key label- is missing"
NO_IMAGE = "its key image- is missing"
NOT_READ = "it is no LMDB of numbered samples, or not a whole one"
NOT_THERE = "samples that num-samples counts and that cannot be there: it holds fewer entries"
PNG = b"\x89PNG"


@dataclass(slots=True)
class _Split:
    """The files of a split that are being written, and what its summary says."""

    name: str
    store: LmdbStore
    beside: TextIO
    longest: str = ""
    too_long: int = 0
    letters: set[str] = field(default_factory=set)

    def add(self, crop: Crop, findings: Findings) -> None:
        """Writes a crop, and notes what training would drop."""
        text = crop.region.text
        self.store.add(crop.data, text)
        self.beside.write(crop_line(image_key(self.store.count).decode(), crop, text, NAME))
        self.letters.update(text)
        if len(text) > len(self.longest):
            self.longest = text
        if len(text) > BATCH_MAX_LENGTH:
            self.too_long += 1
            findings.not_held(crop.image.name, crop.number, TOO_LONG, f"{len(text)} letters")

    def told(self) -> str:
        """Its line of the summary."""
        return (f"{self.name}: {self.store.count:,} samples; longest label {len(self.longest)} letters ({self.longest}); "
                f"with batch_max_length {BATCH_MAX_LENGTH} you would lose {self.too_long:,}\n")


def _write(dataset: LabelledSet, output: Output, findings: Findings) -> list[str]:
    names = SplitNames(findings)
    splits: dict[str, _Split] = {}
    with ExitStack() as stack:
        for crops in cut_out(dataset.images, findings):
            for crop in crops:
                name = names.of(crop.image.split)
                if name not in splits:
                    splits[name] = _opened(name, output, stack)
                splits[name].add(crop, findings)
            output.advance(1)
        for split in splits.values():
            split.store.finish()
    letters = {letter for split in splits.values() for letter in split.letters}
    output.write(CHARSET, charset(letters).encode())
    output.write(SUMMARY, "".join(split.told() for split in splits.values()).encode())
    write_licence(dataset, output)
    return [f"{name}/{FILE}" for name in splits]


def _opened(name: str, output: Output, stack: ExitStack) -> _Split:
    store = LmdbStore(stack.enter_context(output.opened(f"{name}/{FILE}")))
    stack.callback(store.close)
    return _Split(name, store, stack.enter_context(output.text(f"{name}/{BESIDE}")))


def charset(letters: set[str]) -> str:
    """All letters in one line, as deep-text-recognition-benchmark's ``--character`` takes them.

    That code puts them between ``[^`` and ``]`` of a regular expression and looks for the small letters of each text
    (dataset.py), so small letters are there of all, ``]`` comes first and ``^`` and ``-`` last. Spaces are at neither end, where
    many who read the file would strip them. A backslash stands there twice: once, it would take the letter behind it out.
    """
    small = {letter.lower() for letter in letters if len(letter.lower()) == 1}
    spaces = sorted(letter for letter in letters if letter.isspace())
    plain = sorted((letters | small) - {"]", "-", "^", *spaces})
    first = "]" if "]" in letters else ""
    last = "".join(letter for letter in "^-" if letter in letters)
    return first + "".join([*plain[:1], *spaces, *plain[1:]]).replace("\\", "\\\\") + last


def _read(files: DatasetFiles, findings: Findings) -> LabelledSet:
    found = _stores(files)
    if not found:
        raise FormatWrong(f"{files.path} has no LMDB: expected a folder with {FILE}")
    return LabelledSet(files.path.name, _images(files, found, findings), licence=licence_of(files))


def _images(files: DatasetFiles, found: list[str], findings: Findings) -> Iterator[LabelledImage]:
    came = False
    damaged = ""
    for name in found:
        folder = name.removesuffix(FILE)
        beside = Beside(files, folder + BESIDE, findings)
        try:
            with files.on_disk(name) as path:
                for sample in samples(path, partial(_tell_missing, name, findings)):
                    came = True
                    image = _image(sample, folder, beside, findings)
                    if image:
                        yield image
        except FormatWrong as error:
            findings.came(0)
            findings.left_out(name, None, NOT_READ, str(error))
            damaged = damaged or (f"{files.path}: {name}: {error}" if DAMAGED in str(error) else "")
    if damaged and not came:
        raise FormatWrong(damaged)


def _tell_missing(name: str, findings: Findings, said: SampleCount) -> None:
    if said.count > said.entries:
        findings.left_out(name, None, NOT_THERE, f"{said.entries + 1} to {said.count}")


def _image(sample: StoredCrop, folder: str, beside: Beside, findings: Findings) -> LabelledImage | None:
    key = image_key(sample.number).decode()
    name = f"{folder}{key}{'.png' if (sample.image or b'').startswith(PNG) else '.jpg'}"
    data = sample.image
    if data is None or sample.label is None:
        findings.came(1)
        findings.left_out(name, None, NO_IMAGE if data is None else NO_LABEL, regions=1)
        return None
    try:
        label = _label(sample.label, name, findings)
    except FormatWrong as error:
        findings.came(1)
        findings.left_out(name, None, "its label is no text", str(error), regions=1)
        return None
    return crop_image(name, lambda: data, label, beside.take(key), split_of(folder), FORMAT.unit, NAME, findings)


def _label(data: bytes, name: str, findings: Findings) -> str:
    """A sample's text. It is no file: a byte order mark at its start is a letter of it."""
    try:
        return data.decode()
    except UnicodeDecodeError:
        return decoded(data, name, findings)


def _stores(files: DatasetFiles) -> list[str]:
    names = files.label_names(".mdb")
    return [name for name in names if name.rpartition("/")[2] == FILE]


def _recognise(files: DatasetFiles) -> str:
    found = _stores(files)
    return f"{found[0]}, an LMDB" if found else ""


FORMAT = Format(
    NAME, "LMDB of deep-text-recognition-benchmark, PARSeq and EasyOCR", HELD, "word", _read, _write, _recognise,
    notes=(CROPS, BESIDE_NOTE,
           "`charset.txt` has all letters for the option `character`; `summary.txt` says the longest label and how many samples "
           "a `batch_max_length` of 25 would lose.",
           "deep-text-recognition-benchmark drops each sample with a letter outside `character` without a word; PARSeq drops "
           "Hangul unless `data.normalize_unicode=false`, and spaces unless `data.remove_whitespace=false`."),
    leaves_out=NOT_CROPS,
    sees="crops and texts, as far as their letters and lengths are let in")

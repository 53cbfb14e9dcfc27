"""A second OCR engine: Debian's Tesseract behind the protocol of adapters/ocr/engine.py. It proves that the seam holds, and is
the example to start from (docs/adding-an-ocr-model.md, "Another engine").

An engine is a class that a package of yours offers as an entry point; nothing of Saegim is changed for it::

    [project.entry-points."saegim.ocr_engines"]
    tesseract = "tests.tesseract_engine:TesseractEngine"

and a bundle that asks for it by that name. What detector and recognisers are to the engine ``onnx``, the files are here::

    name: tesseract-ko-en
    version: "1"
    engine: tesseract
    unit: line
    languages: [ko, en]       # the order counts: the first is tried first
    licence: Apache-2.0 (Tesseract)
    files:
      - {name: kor.traineddata, sha256: …, sources: [{kind: path, path: /usr/share/tesseract-ocr/5/tessdata/kor.traineddata}]}
      - {name: eng.traineddata, sha256: …, sources: [{kind: path, path: /usr/share/tesseract-ocr/5/tessdata/eng.traineddata}]}

Workers fetch the files, check their sha256 and hand over the folder; leases, batches, the ledger and Label Studio are not the
engine's business.
"""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

import numpy as np
from PIL import Image

from adapters.ocr.bundles import Bundle
from adapters.ocr.engine import Pixels
from schemas.errors import ModelUnavailable, SettingError
from schemas.geometry import tidy
from schemas.ids import region_id
from schemas.reading import Attributes, Reading, Region, Unit
from schemas.text import language_of, normalise, without_spaces

VERSION = "1"
"""Of this module: raised when the same files would give other readings, since it is part of a reading's run."""
LANGUAGES = {"ko": "kor", "en": "eng"}
"""Saegim's languages that Tesseract has a file for; ``mixed`` and ``digits`` need none."""
NOT_LOADED = "Failed loading language"
SECONDS = 120
"""Longest that one image may take."""


@dataclass(frozen=True, slots=True)
class Line:
    """What Tesseract read on one line: its box in pixels, its text, and the confidence of its parts in [0, 1]."""

    left: int
    top: int
    width: int
    height: int
    text: str
    scores: tuple[float, ...]


class TesseractEngine:
    """See ``OcrEngine``."""

    def __init__(self, bundle: Bundle, folder: Path, provider: str) -> None:
        """Looks for what would make the first image fail: here is where to find out, not in the middle of a run.

        Raises:
            ModelUnavailable: the program is missing, another provider than the CPU is asked for, or a file does not load.
            SettingError: the bundle asks for what Tesseract does not do.
        """
        program = shutil.which("tesseract")
        if program is None:
            raise ModelUnavailable(f"Model {bundle.label} needs the program tesseract: apt-get install tesseract-ocr")
        if provider != "cpu":
            raise ModelUnavailable(f"Model {bundle.label} was asked to run on {provider}: Tesseract runs on a CPU only, set "
                                   "SAEGIM_ONNX_PROVIDER=cpu")
        if bundle.unit is not Unit.LINE:
            raise SettingError(f"{bundle.label} has the unit {bundle.unit}: the engine tesseract reads lines, say `unit: line`")
        languages = [LANGUAGES[language] for language in bundle.languages if language in LANGUAGES]
        if not languages:
            raise SettingError(f"{bundle.label}: languages is {bundle.languages}, expected one of {', '.join(LANGUAGES)}")
        self.name, self.version, self.unit = bundle.name, bundle.version, bundle.unit
        self.precision = "as trained"  # the files decide: int8 in Debian's, fp32 in Tesseract's "best"; their digest is in `run`
        threads = os.cpu_count() or 1
        self.images_a_read = 4 * threads
        self._bundle = bundle
        self._pool = ThreadPoolExecutor(threads, "tesseract")
        # One thread a process and a process an image: nothing of an image can reach another one's reading (design D8).
        # The language files of the machine are shut out: what is read depends on the bundle's files alone.
        self._command = [program, "stdin", "out", "--tessdata-dir", str(folder.resolve()), "-l", "+".join(languages),
                         "--oem", "1", "--psm", "3", "-c", "tessedit_create_tsv=1", "-c", "tessedit_create_txt=1"]
        said = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout.splitlines()
        # Another Tesseract may read otherwise, so it is another run: "tesseract 5.3.0" and its Leptonica.
        self.run = bundle.run(f"{'/'.join(line.strip() for line in said[:2])}/{VERSION}", provider, self.precision)
        # Tesseract goes on without a language that it cannot load, and ends well: it would read Korean as Latin for ever.
        said_first = self._tesseract(np.full((64, 256, 3), 255, np.uint8))[2]
        if NOT_LOADED in said_first:
            raise ModelUnavailable(f"Model {bundle.label} in {folder} is refused: {' '.join(said_first.split())[:300]} Expected "
                                   f"{', '.join(f'{language}.traineddata' for language in languages)} among its files")

    def warm_up(self) -> None:
        """Each image starts a process of its own: there is nothing to keep warm."""

    def read(self, images: Sequence[Pixels], image_ids: Sequence[str]) -> list[Reading]:
        """Reads images, as many at a time as there are cores.

        An error that nobody foresaw is let through: prelabel then reads the images one by one and quarantines the guilty one.
        """
        return list(self._pool.map(self._reading, images, image_ids))

    def _reading(self, image: Pixels, image_id: str) -> Reading:
        tsv, text, _ = self._tesseract(image)
        height, width = image.shape[:2]
        regions = []
        for number, line in enumerate(lines_of(tsv, text)):
            words, score = normalise(" ".join(line.text.split())), round(fmean(line.scores), 3)
            right, bottom = line.left + line.width, line.top + line.height
            # Clockwise from where reading starts, in pixels, inside the image: the codec and the releases rely on it.
            polygon = tidy([(line.left, line.top), (right, line.top), (right, bottom), (line.left, bottom)], width, height)
            if polygon is None or not words or score < self._bundle.min_score:
                continue
            # The id is made of content, so the same reading has the same ids on every machine (design D2).
            regions.append(Region(region_id(image_id, self._bundle.reader, self.run, number), polygon, words,
                                  Attributes(language=language_of(words)), score, recogniser="tesseract"))
        return Reading(image_id, self._bundle.reader, self.run, 0, self.unit, width, height, tuple(regions))

    def _tesseract(self, image: Pixels) -> tuple[str, str, str]:
        """One run of the program: its table, its text, and what it says besides."""
        picture = io.BytesIO()
        Image.fromarray(image).save(picture, "PPM")
        with tempfile.TemporaryDirectory() as folder:
            done = subprocess.run(self._command, cwd=folder, input=picture.getvalue(), capture_output=True, timeout=SECONDS,
                                  env={**os.environ, "OMP_THREAD_LIMIT": "1"}, check=False)
            said = done.stderr.decode(errors="replace")
            if done.returncode and NOT_LOADED not in said:
                raise RuntimeError(f"tesseract ended with {done.returncode}: {said.strip()[:300]}")
            tsv, text = (Path(folder) / f"out.{kind}" for kind in ("tsv", "txt"))
            return (tsv.read_text(encoding="utf-8"), text.read_text(encoding="utf-8"), said) if tsv.is_file() else ("", "", said)


def lines_of(tsv: str, text: str) -> list[Line]:
    """Lines with boxes from Tesseract's table, and their texts from its plain text, in the same order.

    The table has every Hangul syllable as a word of its own; only the plain text knows where the spaces are.
    """
    boxes: dict[tuple[str, ...], tuple[int, int, int, int]] = {}
    parts: dict[tuple[str, ...], list[tuple[str, float]]] = defaultdict(list)
    for row in tsv.splitlines()[1:]:
        level, *place, left, top, width, height, score, word = row.split("\t")
        key = tuple(place[:4])  # page, block, paragraph, line
        if level == "4":
            boxes[key] = int(left), int(top), int(width), int(height)
        elif level == "5" and word.strip():
            parts[key].append((word, min(1.0, max(0.0, float(score) / 100))))
    texts = [line for line in text.replace("\f", "").splitlines() if line.strip()]
    lines = [Line(*boxes[key], found, tuple(score for _, score in words))
             for (key, words), found in zip(parts.items(), texts, strict=True)]
    for line, words in zip(lines, parts.values(), strict=True):
        if without_spaces(line.text) != without_spaces("".join(word for word, _ in words)):
            raise ValueError(f"Tesseract's text has {line.text!r} where its table has {words}")
    return lines

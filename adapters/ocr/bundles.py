"""A bundle: one OCR model in one version, as a folder of ONNX files and a ``bundle.yaml`` that says how to run them.

The same YAML is a file of ``recipes/models/`` (where the files can be had) and the ``bundle.yaml`` of a bundle that lies in
object storage. Weights are never part of this repository.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from schemas.errors import SettingError
from schemas.ids import digest
from schemas.reading import Unit
from schemas.recipes.recipe import Recipe, parse_recipe

BUNDLE_FILE = "bundle.yaml"
NAME = r"^[\w.-]*\w[\w.-]*$"
Mean = tuple[Annotated[float, Field(ge=-1, le=1)], Annotated[float, Field(ge=-1, le=1)], Annotated[float, Field(ge=-1, le=1)]]
Std = tuple[Annotated[float, Field(gt=0)], Annotated[float, Field(gt=0)], Annotated[float, Field(gt=0)]]
Script = Literal["hangul", "latin", "digits", "han", "kana"]
WIDTHS = (64, *range(96, 641, 32), *range(704, 1281, 64), *range(1408, 2561, 128), 3200)
"""Ladder of widths that a crop is padded to, in pixels: fine where most lines are. Text lines of receipts read at the next step
instead of RapidOCR's 320 or its batch's widest are 233 px wide on average, not 376 (benchmarks/ocr.py)."""


class PackageSource(Recipe):
    """A file inside an installed Python package, that is, inside its wheel."""

    kind: Literal["package"]
    package: str
    path: str


class NpmSource(Recipe):
    """A file inside an npm package, fetched with ``npm pack``."""

    kind: Literal["npm"]
    package: str
    path: str


class UrlSource(Recipe):
    """A file on the web."""

    kind: Literal["url"]
    url: str = Field(pattern="^https://")


class PathSource(Recipe):
    """A file on this machine; a relative path starts at the folder of the YAML."""

    kind: Literal["path"]
    path: str


Source = Annotated[PackageSource | NpmSource | UrlSource | PathSource, Field(discriminator="kind")]


class BundleFile(Recipe):
    """One file of a model. ``sources`` are tried in order; a bundle in object storage needs none."""

    name: str = Field(pattern=NAME)
    sha256: str = Field(pattern="^[0-9a-f]{64}$")
    sources: list[Source] = Field(default_factory=list)


class Detector(Recipe):
    """A text detector of the DBNet family: input [N, 3, H, W], output [N, 1, H, W], the probability that a pixel is text.

    Attributes:
        longest_side: a larger image is made smaller until its longer side has so many pixels. A long one (``detection.LONG``),
            or one whose lines are then too small, is looked at larger, in tiles of this size (``tiles``).
        least_side: a smaller image is made larger until its longer side has so many pixels.
        mean: subtracted from each channel in [0, 1].
        std: what each channel is divided by.
        threshold: probability from which a pixel is text.
        box_threshold: mean probability from which a box is kept.
        polygon_growth: how far a region's polygon reaches beyond the shrunken text that DBNet finds, in areas over perimeters.
        crop_growth: the same for the crop that the recogniser reads; it was trained on crops with a margin.
    """

    architecture: Literal["dbnet"]
    file: str
    channels: Literal["bgr", "rgb"] = "bgr"
    longest_side: int = Field(1280, ge=64, multiple_of=32)
    least_side: int = Field(640, ge=32, multiple_of=32)
    mean: Mean = (0.5, 0.5, 0.5)
    std: Std = (0.5, 0.5, 0.5)
    threshold: float = Field(0.3, gt=0, lt=1)
    box_threshold: float = Field(0.5, gt=0, lt=1)
    polygon_growth: float = Field(1.1, ge=0)
    crop_growth: float = Field(1.6, ge=0)


class Recogniser(Recipe):
    """A line recogniser with CTC output: input [N, 3, height, W], output [N, T, classes], probabilities.

    Attributes:
        name: what readings call it.
        scripts: what it is trusted to read. Digits and punctuation belong to whoever reads the letters around them.
        charset: file with one character a line, in the order of the classes; left out where the ONNX file carries it itself
            (metadata ``character``). Class 0 is the blank; a last class more than the file has lines is the space.
        widths: the ladder of widths in pixels; a wider line is read in pieces.
    """

    architecture: Literal["ctc"]
    name: str = Field(pattern=NAME)
    file: str
    charset: str | None = None
    scripts: list[Script] = Field(min_length=1)
    channels: Literal["bgr", "rgb"] = "bgr"
    height: int = Field(48, ge=8)
    widths: tuple[int, ...] = Field(WIDTHS, min_length=1)
    mean: Mean = (0.5, 0.5, 0.5)
    std: Std = (0.5, 0.5, 0.5)


class Bundle(Recipe):
    """A file of recipes/models/, or the ``bundle.yaml`` of a bundle.

    Attributes:
        engine: entry point of the group ``saegim.ocr_engines`` that runs it.
        otherwise: the recipe that stands in where a file of this one cannot be had.
        min_score: a region whose text scores less is left out.
        detector: for the engine ``onnx``.
        recognisers: for the engine ``onnx``. The first reads every line; the others read what the first is not trusted with.
    """

    name: str = Field(pattern=NAME)
    version: str = Field(pattern=NAME)
    engine: str = "onnx"
    unit: Unit
    languages: list[str]
    licence: str
    otherwise: str | None = None
    min_score: float = Field(0.5, ge=0, le=1)
    detector: Detector | None = None
    recognisers: list[Recogniser] = Field(default_factory=list)
    files: list[BundleFile] = Field(min_length=1)

    @model_validator(mode="after")
    def _complete(self) -> Self:
        names = [item.name for item in self.files]
        if len(set(names)) < len(names) or BUNDLE_FILE in names:
            raise ValueError(f"each file needs a name of its own, and {BUNDLE_FILE} is taken")
        if self.engine == "onnx" and not (self.detector and self.recognisers):
            raise ValueError("the engine onnx needs a detector and at least one recogniser")
        if len({item.height for item in self.recognisers}) > 1:
            raise ValueError("the recognisers read the same strips: they need one height")
        if any(list(item.widths) != sorted(set(item.widths)) for item in self.recognisers):
            raise ValueError("the widths of a recogniser go up")
        used = [self.detector.file] if self.detector else []
        used += [name for item in self.recognisers for name in (item.file, item.charset) if name]
        if missing := sorted(set(used) - set(names)):
            raise ValueError(f"{', '.join(missing)} is used and not among the files")
        return self

    @property
    def label(self) -> str:
        """Name and version, as people write them."""
        return f"{self.name}@{self.version}"

    @property
    def reader(self) -> str:
        """What its readings call their reader."""
        return f"model:{self.label}"

    @property
    def configuration(self) -> dict[str, Any]:
        """All but the files: plain values, as in the YAML. What stands in for the model is not part of it."""
        return self.model_dump(mode="json", exclude_none=True, exclude={"files", "otherwise"})

    @property
    def digest(self) -> str:
        """Digest of all that a reading depends on: configuration and files, not where they come from."""
        return digest("bundle", json.dumps(self.configuration, sort_keys=True),
                      *sorted(f"{item.name} {item.sha256}" for item in self.files), length=32)

    def run(self, engine: str, provider: str, precision: str) -> str:
        """Digest of the bundle, the engine's version, provider and precision: the key of a reading."""
        return digest(self.digest, engine, provider, precision, length=32)


def parse_bundle(text: str, where: str) -> Bundle:
    """Reads a bundle's YAML.

    Raises:
        SettingError: one line a mistake, with file, line, name, value and what was expected.
    """
    return parse_recipe(Bundle, text, where)


def load_bundle(path: Path) -> Bundle:
    """Reads a bundle's YAML from a file, with relative paths made absolute.

    Raises:
        SettingError: there is none, or a line of it is wrong.
    """
    if not path.is_file():
        known = ", ".join(sorted(other.stem for other in path.parent.glob("*.yaml")))
        raise SettingError(f"There is no model {path.stem!r}: expected one of {known or 'none'} ({path.parent}), or one that "
                           "`saegim models list` shows")
    bundle = parse_bundle(path.read_text(encoding="utf-8"), path.name)

    def absolute(source: Source) -> Source:
        if not isinstance(source, PathSource):
            return source
        return source.model_copy(update={"path": str((path.parent / source.path).resolve())})

    return bundle.model_copy(update={"files": [
        item.model_copy(update={"sources": [absolute(source) for source in item.sources]}) for item in bundle.files]})


def problems(bundle: Bundle, folder: Path) -> list[str]:
    """What is wrong with a model's files; nothing where all are there with the right sha256."""
    found = []
    for item in bundle.files:
        path = folder / item.name
        if not path.is_file():
            found.append(f"{item.name} is missing")
        elif (actual := sha256_of(path)) != item.sha256:
            found.append(f"{item.name} has sha256 {actual[:12]}…, expected {item.sha256[:12]}…")
    return found


def sha256_of(path: Path) -> str:
    """Hex digest of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

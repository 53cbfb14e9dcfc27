"""Annotation configs: what is labelled and how. One folder each: config.xml, config.yaml, guide.md."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from enum import StrEnum
from pathlib import Path

from pydantic import Field

from schemas.errors import SettingError
from schemas.reading import REGION_VOCABULARY, Condition, ImageKind, Unit
from schemas.recipe import Recipe, parse_recipe

LABELS = "kind"
"""Name of the control that draws polygons: a region's kind is its label."""
TEXT = "text"
IMAGE = "image"
CHOICES: dict[str, tuple[str, ...]] = {
    **{name: values for name, values in REGION_VOCABULARY.items() if name != LABELS},
    "legible": ("illegible",),
    "checked": ("checked", "unchecked"),
    "image_kind": tuple(ImageKind),
    "condition": tuple(Condition),
}
"""Controls with choices, and the values that each may have."""


class Subject(StrEnum):
    """What one task of a config is about."""

    IMAGE = "image"
    REGION = "region"


class Thresholds(Recipe):
    """From where on two readings agree; one figure beyond its threshold sends the image to a second look.

    Attributes:
        regions: least harmonic mean of matched regions.
        cer: most character errors between the texts of matched regions.
        attributes: least share of equal attributes.
    """

    regions: float = Field(0.9, ge=0, le=1)
    cer: float = Field(0.02, ge=0, le=1)
    attributes: float = Field(0.9, ge=0, le=1)


class Queue(Recipe):
    """How many open tasks a project is topped up to: what is pushed cannot be re-ordered.

    Attributes:
        days: of work, at the rate of the last week.
        at_least: tasks, however slow the last week was.
    """

    days: float = Field(2, gt=0)
    at_least: int = Field(200, ge=1)


class AnnotationConfig(Recipe):
    """A folder of annotation_configs/.

    Attributes:
        name: the folder's name.
        version: grows with every change of config.xml or unit; a published version never changes.
        unit: what one region is.
        subject: what one task is about.
        owner: who answers questions about it.
        title: what annotators read.
        overlap: share of images that two people label, each in a project of its own.
        without_prelabel: share of tasks that show no pre-label, to measure whether pre-labels lead people astray.
        gold: share of images whose truth a second look settles first; nothing in their later tasks shows it.
        agreement: from where on two readings agree.
        queue: how deep the open queue is kept.
        requested: slices that are labelled first, in this order.
        dense: an image with more regions than this goes to the config ``dense_config``, line by line.
        dense_config: name of the annotation config for dense images; none where left out.
        renames: what earlier versions called things, ``{version: {control: {old: new}}}``; an empty new name drops the value.
        xml: Label Studio's label config.
        guide: Markdown that annotators read.
    """

    name: str
    version: int = Field(ge=1)
    unit: Unit
    subject: Subject = Subject.IMAGE
    owner: str
    title: str
    overlap: float = Field(0, ge=0, le=1)
    without_prelabel: float = Field(0, ge=0, le=1)
    gold: float = Field(0, ge=0, le=1)
    agreement: Thresholds = Thresholds()
    queue: Queue = Queue()
    requested: tuple[str, ...] = ()
    dense: int = Field(200, ge=1)
    dense_config: str = ""
    renames: dict[int, dict[str, dict[str, str]]] = {}
    xml: str = ""
    guide: str = ""

    @property
    def run(self) -> str:
        """What readings made under this config carry as their run."""
        return f"{self.name}@{self.version}"


def load_annotation_config(folder: Path) -> AnnotationConfig:
    """Reads and checks a config.

    Raises:
        SettingError: a file is missing, a line is wrong, or config.xml departs from the vocabulary.
    """
    if not folder.is_dir():
        known = ", ".join(sorted(path.name for path in folder.parent.iterdir() if path.is_dir()))
        raise SettingError(f"SAEGIM_ANNOTATION_CONFIG is {folder.name!r}: expected one of {known}")
    texts = {}
    for name in ("config.yaml", "config.xml", "guide.md"):
        path = folder / name
        if not path.is_file():
            raise SettingError(f"{path} is missing: an annotation config has config.yaml, config.xml and guide.md")
        texts[name] = path.read_text(encoding="utf-8")
    config = parse_recipe(AnnotationConfig, texts["config.yaml"], f"{folder.name}/config.yaml")
    if config.name != folder.name:
        raise SettingError(f"{folder.name}/config.yaml: name is {config.name!r}, expected {folder.name!r}")
    check_xml(texts["config.xml"], f"{folder.name}/config.xml")
    return config.model_copy(update={"xml": texts["config.xml"], "guide": texts["guide.md"]})


def check_xml(xml: str, where: str) -> None:
    """Holds a label config against the vocabulary.

    Raises:
        SettingError: all that is wrong with it.
    """
    try:
        root = ET.fromstring(xml)  # noqa: S314  our own file
    except ET.ParseError as error:
        raise SettingError(f"{where}:{error.position[0]}: not XML: {error}") from None
    controls = {element.get("name"): element for element in root.iter() if element.get("toName")}
    problems = []
    expected = {LABELS: REGION_VOCABULARY[LABELS], **CHOICES}
    for name, values in expected.items():
        if name not in controls:
            problems.append(f"no control named {name!r}")
            continue
        found = [item.get("alias") or item.get("value") for item in controls[name].iter() if item.tag in ("Choice", "Label")]
        problems += [f"{name}: {value!r} is missing" for value in values if value not in found]
        problems += [f"{name}: {value!r} is not in the vocabulary" for value in found if value not in values]
    if TEXT not in controls:
        problems.append(f"no control named {TEXT!r}")
    problems += [f"control {name!r} is unknown to the codec" for name in controls if name not in {*expected, TEXT}]
    problems += [f"{name}: toName is {control.get('toName')!r}, expected {IMAGE!r}"
                 for name, control in controls.items() if control.get("toName") != IMAGE]
    if problems:
        raise SettingError(f"{where}: " + "; ".join(problems))

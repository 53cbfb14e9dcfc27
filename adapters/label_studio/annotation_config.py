"""Annotation configs: what is labelled and how. One folder each: config.xml, config.yaml, guide.md."""

from __future__ import annotations

import xml.etree.ElementTree as ET
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


class AnnotationConfig(Recipe):
    """A folder of annotation_configs/.

    Attributes:
        name: the folder's name.
        version: grows with every change; a published version never changes.
        unit: what one region is.
        owner: who answers questions about it.
        title: what annotators read.
        xml: Label Studio's label config.
        guide: Markdown that annotators read.
    """

    name: str
    version: int = Field(ge=1)
    unit: Unit
    owner: str
    title: str
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

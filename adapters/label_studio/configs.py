"""The folders of annotation_configs/: their names, and one read, checked and parsed."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from adapters.label_studio.guide import PICTURE
from adapters.label_studio.lint.findings import refuse
from adapters.label_studio.lint.folder import lint_folder
from saegim.names import did_you_mean
from schemas.errors import SettingError
from schemas.reading import ALL_SLICES
from schemas.recipes.annotation_config import AnnotationConfig
from schemas.recipes.recipe import parse_recipe


def config_names(folder: Path) -> list[str]:
    """Names of the annotation configs in a folder, sorted."""
    return sorted(path.parent.name for path in folder.glob("*/config.yaml"))


def load_annotation_config(folder: Path, slices: Collection[str] = ALL_SLICES) -> AnnotationConfig:
    """Reads and checks a config.

    Args:
        folder: of the config.
        slices: that it may name; the vocabulary's where left out.

    Raises:
        SettingError: a file is missing, a line is wrong, or config.xml departs from the vocabulary.
    """
    if not folder.is_dir():
        raise SettingError(f"There is no annotation config {folder.name!r} in {folder.parent}"
                           f"{did_you_mean(folder.name, config_names(folder.parent))}")
    refuse(folder.name, lint_folder(folder, slices))
    xml, guide = ((folder / name).read_text(encoding="utf-8") for name in ("config.xml", "guide.md"))
    config = parse_recipe(AnnotationConfig, (folder / "config.yaml").read_text(encoding="utf-8"), f"{folder.name}/config.yaml")
    pictures = {name: (folder / name).read_bytes() for _, name in PICTURE.findall(guide)}
    return config.model_copy(update={"xml": xml, "guide": guide, "pictures": pictures})

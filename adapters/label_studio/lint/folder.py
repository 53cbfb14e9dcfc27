"""All that is wrong with the folder of an annotation config."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from adapters.label_studio.lint.config_xml import lint_xml
from adapters.label_studio.lint.config_yaml import lint_yaml
from adapters.label_studio.lint.findings import CONFIG_XML, CONFIG_YAML, GUIDE, Finding
from adapters.label_studio.lint.guide import lint_guide
from schemas.reading import ALL_SLICES
from schemas.recipes.annotation_config import AnnotationConfig, Subject
from schemas.recipes.recipe import WrongRecipe, parse_recipe


def lint_folder(folder: Path, slices: Collection[str] = ALL_SLICES) -> list[Finding]:
    """Everything that is wrong with the annotation config in a folder, file by file, line by line.

    Args:
        folder: of the config.
        slices: that it may name; the vocabulary's where left out.
    """
    texts: dict[str, str] = {}
    found = []
    for name in (CONFIG_YAML, CONFIG_XML, GUIDE):
        path = folder / name
        if path.is_file():
            texts[name] = path.read_text(encoding="utf-8")
        else:
            found.append(Finding(name, 1, "the file is missing", "an annotation config has config.yaml, config.xml and guide.md"))
    subject = Subject.IMAGE
    if text := texts.get(CONFIG_YAML):
        try:
            config = parse_recipe(AnnotationConfig, text, CONFIG_YAML)
            subject = config.subject
            found += lint_yaml(config, text, folder, slices)
        except WrongRecipe as error:
            found += [Finding(CONFIG_YAML, mistake.line or 1, mistake.wrong, mistake.expected or "write names with values")
                      for mistake in error.mistakes]
    if CONFIG_XML in texts:
        found += lint_xml(texts[CONFIG_XML], subject)
    if GUIDE in texts:
        found += lint_guide(texts[GUIDE], folder)
    return found

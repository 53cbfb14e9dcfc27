"""Rules of config.yaml that its model does not hold."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from adapters.label_studio.lint.findings import CONFIG_YAML, Finding, Severity
from schemas.errors import SettingError
from schemas.reading import ALL_SLICES
from schemas.recipes.annotation_config import CHOICES, SHAPES, AnnotationConfig, Subject, vocabulary_of
from schemas.recipes.recipe import line_of, parse_recipe


@dataclass(frozen=True, slots=True)
class _Wrong:
    """A finding whose line is not known yet: ``path`` leads to it."""

    path: tuple[str, ...]
    wrong: str
    repair: str
    severity: Severity = Severity.ERROR


def lint_yaml(config: AnnotationConfig, text: str, folder: Path, slices: Collection[str] = ALL_SLICES) -> Iterator[Finding]:
    """What is wrong with a config.yaml that its model takes.

    Args:
        config: what it says.
        text: the file itself, for the lines.
        folder: where it lies; the other annotation configs lie beside it.
        slices: that ``requested`` may name.
    """
    rules = chain(_name(config, folder), _requested(config, slices), _agreement(config), _shares(config),
                  _dense_config(config, folder), _renames(config))
    for found in rules:
        yield Finding(CONFIG_YAML, line_of(text, found.path), found.wrong, found.repair, found.severity)


def _name(config: AnnotationConfig, folder: Path) -> Iterator[_Wrong]:
    if config.name != folder.name:
        yield _Wrong(("name",), f"name is {config.name!r}", f"the folder is named {folder.name!r}")


def _requested(config: AnnotationConfig, slices: Collection[str]) -> Iterator[_Wrong]:
    for value in config.requested:
        if value not in slices:
            yield _Wrong(("requested",), f"requested names {value!r}", f"slices are {', '.join(sorted(slices))}")


def _agreement(config: AnnotationConfig) -> Iterator[_Wrong]:
    asked = config.agreement
    if asked.cer == 0 or asked.regions == 1 or asked.attributes == 1:
        yield _Wrong(("agreement",), "agreement asks for two equal readings",
                     "nearly every pair goes to a second look: allow a little", Severity.WARNING)


def _shares(config: AnnotationConfig) -> Iterator[_Wrong]:
    """Shares of the images that are labelled twice, without a pre-label, or as gold."""
    if config.subject is not Subject.IMAGE:
        for name, share in (("overlap", config.overlap), ("without_prelabel", config.without_prelabel), ("gold", config.gold)):
            if share:
                yield _Wrong((name,), f"{name} is {share} in a config about regions",
                             "lines are read once, with their pre-label: take it out")
    elif config.overlap == 0:
        yield _Wrong(("overlap",), "overlap is 0",
                     "nobody labels an image that another one labels, so agreement is never measured", Severity.WARNING)
    if config.overlap + config.gold >= 1 or config.without_prelabel > 0.5:
        yield _Wrong(("overlap",), f"overlap {config.overlap}, gold {config.gold}, without_prelabel {config.without_prelabel}",
                     "checking costs more than labelling: lower them", Severity.WARNING)


def _dense_config(config: AnnotationConfig, folder: Path) -> Iterator[_Wrong]:
    if not config.dense_config:
        return
    path = folder.parent / config.dense_config / CONFIG_YAML
    if not path.is_file():
        known = ", ".join(sorted(other.parent.name for other in folder.parent.glob(f"*/{CONFIG_YAML}")))
        yield _Wrong(("dense_config",), f"dense_config is {config.dense_config!r}", f"use one of {known}")
        return
    try:
        other = parse_recipe(AnnotationConfig, path.read_text(encoding="utf-8"), f"{config.dense_config}/{CONFIG_YAML}")
    except SettingError:
        return  # that config's own lint says what is wrong with it
    if other.subject is Subject.IMAGE or other.unit is not config.unit:
        yield _Wrong(("dense_config",), f"dense_config is {config.dense_config!r}, about an {other.subject} and {other.unit}s",
                     f"it takes the regions of dense images: one with subject lines (or region) and unit {config.unit}")


def _renames(config: AnnotationConfig) -> Iterator[_Wrong]:
    for version, controls in config.renames.items():
        path = ("renames", str(version))
        if version >= config.version:
            yield _Wrong(path, f"renames of version {version}", f"they are for versions before {config.version}")
        for control, values in controls.items():
            if control in SHAPES or control in CHOICES:
                yield from _renamed_values((*path, control), control, values)
            else:
                yield _Wrong((*path, control), f"renames names the control {control!r}",
                             f"use one of {', '.join(sorted({*SHAPES, *CHOICES}))}")


def _renamed_values(path: tuple[str, ...], control: str, values: dict[str, str]) -> Iterator[_Wrong]:
    allowed = vocabulary_of(control)
    for old, new in values.items():
        if new and new not in allowed:
            yield _Wrong((*path, old), f"renames {control} {old!r} to {new!r}, which is not in the vocabulary",
                         f"use one of {', '.join(allowed)}, or nothing to drop it")

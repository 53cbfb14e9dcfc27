"""Annotation configs as people name them, and what is wrong with them before Label Studio says so."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from adapters.label_studio.configs import config_names
from adapters.label_studio.lint.findings import Finding, Severity
from adapters.label_studio.lint.folder import lint_folder
from saegim.names import did_you_mean
from schemas.errors import SettingError
from schemas.recipes.annotation_config import AnnotationConfig
from workbench.bench import Workbench
from workbench.named_slices import KnownSlices
from workbench.settings import Settings


def config_or_default(bench: Workbench, name: str) -> AnnotationConfig:
    """The annotation config of this name; the setting's where the name is empty.

    Raises:
        SettingError: there is none, or something is wrong with it.
    """
    return bench.config_named(name) if name else bench.annotation_config


@dataclass(frozen=True, slots=True)
class Linted:
    """One annotation config that was looked through.

    Attributes:
        name: of its folder.
        findings: what is wrong with it; empty where nothing is.
    """

    name: str
    findings: tuple[Finding, ...]

    @property
    def errors(self) -> int:
        """How many of the findings keep it from being used."""
        return sum(item.severity is Severity.ERROR for item in self.findings)


def lint_configs(settings: Settings, names: Sequence[str]) -> Iterator[Linted]:
    """Looks annotation configs through, one after the other.

    Args:
        settings: where the annotation configs and the named slices are.
        names: of configs, or paths of folders; all configs where there are none.

    Raises:
        SettingError: a name is neither; nothing was looked through.
    """
    root = settings.annotation_configs
    folders = [_folder_of(root, name) for name in names] or sorted(path for path in root.iterdir() if path.is_dir())
    for folder in folders:
        yield Linted(folder.name, tuple(lint_folder(folder, KnownSlices(settings))))


def _folder_of(root: Path, name: str) -> Path:
    """The folder of a config that is named, or pointed at."""
    folder = root / name if (root / name).is_dir() else Path(name)
    if not folder.is_dir():
        raise SettingError(f"There is no annotation config {name!r} in {root}, and no such folder"
                           f"{did_you_mean(name, config_names(root))}")
    return folder

"""What the linter finds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from adapters.label_studio.label_config import Tag
from schemas.errors import SettingError

CONFIG_YAML = "config.yaml"
"""File of an annotation config's folder that says what it is about, in YAML."""
CONFIG_XML = "config.xml"
"""File of the folder that holds the label config."""
GUIDE = "guide.md"
"""File of the folder that annotators read."""


class Severity(StrEnum):
    """What becomes of a config with such a finding."""

    ERROR = "error"
    """It is not used."""
    WARNING = "warning"
    """It is used."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong with a config, or that somebody will regret.

    Attributes:
        file: its name in the config's folder.
        line: counted from 1.
        wrong: what is wrong, with the name and the value.
        repair: what to write instead.
        severity: an error keeps the config from being used.
    """

    file: str
    line: int
    wrong: str
    repair: str
    severity: Severity = Severity.ERROR

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.wrong}: {self.repair}"


def at_tag(tag: Tag, wrong: str, repair: str, severity: Severity = Severity.ERROR) -> Finding:
    """A finding about one tag of the label config."""
    return Finding(CONFIG_XML, tag.line, wrong, repair, severity)


def refuse(name: str, findings: Iterable[Finding]) -> None:
    """Raises where one of the findings on the config ``name`` is an error; warnings pass.

    Raises:
        SettingError: all errors, one a line.
    """
    errors = [f"{name}/{finding}" for finding in findings if finding.severity is Severity.ERROR]
    if errors:
        raise SettingError("\n".join(errors))

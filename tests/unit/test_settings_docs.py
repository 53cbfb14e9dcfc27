"""docs/settings.md lists every setting with its default, as the class has it."""

from __future__ import annotations

from pathlib import Path

from pydantic import SecretStr
from pydantic_core import PydanticUndefined

from saegim.settings import StorageSettings
from saegim.unknown_settings import BESIDE
from workbench.settings import ROOT, Settings

PAGE = ROOT / "docs" / "settings.md"
BEGIN, END = "| variable | default | read by the client too | what it is |\n|---|---|---|---|", "\nBeside them"


def rows() -> list[str]:
    """The lines of the page's table."""
    found = []
    for name, field in Settings.model_fields.items():
        value = field.default.get_secret_value() if isinstance(field.default, SecretStr) else field.default
        if isinstance(value, Path):
            value = value.relative_to(ROOT)
        shown = "" if value in (None, "", PydanticUndefined) else f"`{value}`"
        client = "yes" if name in StorageSettings.model_fields else ""
        what = (field.description or "").replace("|", "\\|")
        variable = field.validation_alias or f"SAEGIM_{name.upper()}"
        found.append(f"| `{variable}` | {shown} | {client} | {what} |")
    return found


def test_every_setting_is_on_the_page_and_no_other() -> None:
    page = PAGE.read_text(encoding="utf-8")
    table = page.split(BEGIN)[1].split(END)[0].strip().splitlines()
    assert table == rows()
    assert all(f"`{name}`: {what}" in page for name, what in BESIDE.items())

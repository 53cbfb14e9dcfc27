"""The scenes of docs/runbook.md, as its reader finds them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from workbench.settings import ROOT

PAGE = ROOT / "docs" / "runbook.md"
SEEN = re.compile(r"```text\n(.*?)```", re.DOTALL)
LINES = re.compile(r"```sh\n(.*?)```", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Section:
    """One scene of the page.

    Attributes:
        name: its anchor.
        seen: what the morning page says, one of these sentences; ``…`` stands for anything.
        lines: what to type, in their order.
    """

    name: str
    seen: tuple[str, ...]
    lines: str

    def shows(self, sentence: str) -> bool:
        """Whether it is about what the morning page says."""
        return any(re.fullmatch(".+?".join(map(re.escape, line.split("…"))), sentence) for line in self.seen)


def sections() -> dict[str, Section]:
    """All scenes by name, in the order of the page: each heading below which stands what one sees, and what to type."""
    found = {}
    for part in PAGE.read_text(encoding="utf-8").split("\n## ")[1:]:
        heading, _, text = part.partition("\n")
        seen, lines = SEEN.findall(text), LINES.findall(text)
        if seen and lines:
            name = re.sub(r"[^a-z0-9]+", "-", heading.lower()).strip("-")
            found[name] = Section(name, tuple(line for block in seen for line in block.splitlines()), "".join(lines))
    return found

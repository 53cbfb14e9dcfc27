"""Keys as the guides of annotation configs name them."""

from __future__ import annotations

import re


def keys_of(guide: str) -> list[str]:
    """Keys between backticks, in order. One that follows others and has a single letter has their modifiers: `Ctrl+Alt+2` `3`."""
    found: list[str] = []
    for key in re.findall(r"`([^`]+)`", guide):
        modifiers = found[-1].rpartition("+")[0] if found and len(key) == 1 else ""
        found.append(f"{modifiers}+{key}" if modifiers else key)
    return found

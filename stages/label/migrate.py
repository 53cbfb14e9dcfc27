"""Readings made under an earlier version of an annotation config, said in the words of the current one."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from typing import Any

from schemas.reading import Region, regions_from_json

Renames = Mapping[str, Mapping[str, str]]
"""``{control: {old: new}}``; an empty new name drops the value."""


def renamed(regions: str, renames: Renames) -> tuple[tuple[Region, ...], Counter[str]]:
    """Regions as the ledger keeps them, with what was called otherwise renamed.

    Args:
        regions: JSON as ``Reading.regions_json`` writes it; its values may be outside today's vocabulary.
        renames: of the version that they were made under.

    Returns:
        The regions, and how often each rename applied, by ``control: old → new``.

    Raises:
        ValueError: a value is outside the vocabulary and no rename names it.
    """
    counts: Counter[str] = Counter()
    items = json.loads(regions)
    for item in items:
        for control, names in renames.items():
            attributes = item["attributes"]
            if control in attributes:
                attributes[control] = _renamed(control, attributes[control], names, counts)
                if attributes[control] is None:
                    del attributes[control]
    return regions_from_json(json.dumps(items, ensure_ascii=False)), counts


def _renamed(control: str, value: Any, names: Mapping[str, str], counts: Counter[str]) -> Any:
    if isinstance(value, list):
        return [new for old in value if (new := _renamed(control, old, names, counts)) is not None]
    if value not in names:
        return value
    counts[f"{control}: {value} → {names[value] or 'dropped'}"] += 1
    return names[value] or None

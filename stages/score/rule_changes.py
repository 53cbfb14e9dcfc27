"""What another version of a campaign's rules changes, in words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from schemas.recipes.pricing_rules import PricingRules


def rule_changes(before: PricingRules, after: PricingRules) -> tuple[str, ...]:
    """What differs, such as ``bonus.vertical.points: 5 → 8``, by key; empty where nothing does."""
    old = dict(_leaves("", before.model_dump(mode="json")))
    new = dict(_leaves("", after.model_dump(mode="json")))
    return tuple(f"{key}: {_told(old.get(key))} → {_told(new.get(key))}" for key in sorted(old.keys() | new.keys())
                 if old.get(key) != new.get(key))


def _leaves(key: str, value: Any) -> Iterator[tuple[str, Any]]:
    """What stands at the ends of nested mappings, by its keys with dots between; what is not set is left out."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _leaves(f"{key}.{name}" if key else str(name), inner)
    elif value not in (None, [], ()):
        yield key, value


def _told(value: Any) -> str:
    return "–" if value is None else str(value)

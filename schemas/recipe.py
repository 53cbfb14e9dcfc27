"""Recipes and annotation configs: YAML that people write, validated with the line that is wrong (design D11)."""

from __future__ import annotations

from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from schemas.errors import SettingError


class Recipe(BaseModel):
    """Base of everything that people write in YAML: unknown keys are mistakes."""

    model_config = ConfigDict(frozen=True, extra="forbid")


R = TypeVar("R", bound=Recipe)


def parse_recipe(kind: type[R], text: str, where: str) -> R:
    """Reads a recipe.

    Args:
        kind: the recipe's model.
        text: YAML.
        where: its file, for the message.

    Raises:
        SettingError: one line a mistake, with file, line, name, value and what was expected.
    """
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        values = yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f":{mark.line + 1}" if mark else ""
        raise SettingError(f"{where}{line}: not YAML: {getattr(error, 'problem', None) or error}") from None
    if not isinstance(values, dict):
        raise SettingError(f"{where}:1: expected names with values, such as `name: {where.split('/')[-1].split('.')[0]}`")
    try:
        return kind.model_validate(values)
    except ValidationError as error:
        lines = [f"{where}:{_line(node, item['loc'])}: {_named(item)}" for item in error.errors()]
        raise SettingError("\n".join(lines)) from None


def _named(item: Any) -> str:
    """A mistake as people read it: name, value, what was expected; of a mistake that is about the whole, only the last."""
    if not item["loc"]:
        return str(item["msg"]).removeprefix("Value error, ")
    name = ".".join(map(str, item["loc"]))
    if item["type"] == "missing":
        return f"{name} is missing"
    return f"{name} is {item['input']!r}: {item['msg'].removeprefix('Value error, ')}"


def _line(node: Any, path: tuple[Any, ...]) -> int:
    """The line of a value, or of the nearest thing around it."""
    for step in path:
        if isinstance(node, yaml.MappingNode):
            found = next((value for key, value in node.value if key.value == str(step)), None)
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            found = node.value[step]
        else:
            found = None
        if found is None:
            break
        node = found
    return int(node.start_mark.line) + 1

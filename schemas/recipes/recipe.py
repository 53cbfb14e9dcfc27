"""Recipes and annotation configs: YAML that people write, validated with the line that is wrong (design D11)."""

from __future__ import annotations

import types
from collections.abc import Iterator
from typing import Any, TypeVar, get_args

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from saegim.names import did_you_mean
from schemas.errors import SettingError


class Recipe(BaseModel):
    """Base of everything that people write in YAML: unknown keys are mistakes."""

    model_config = ConfigDict(frozen=True, extra="forbid")


R = TypeVar("R", bound=Recipe)


def parse_recipe(kind: type[R], text: str, where: str, known: Any = None) -> R:
    """Reads a recipe.

    Args:
        kind: the recipe's model.
        text: YAML.
        where: its file, for the message.
        known: names that its validators compare those in it with, as their ``info.context``.

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
    if twice := [f"{where}:{line}: {key} stands here a second time: the first would be ignored" for line, key in _twice(node)]:
        raise SettingError("\n".join(twice))
    try:
        return kind.model_validate(values, context=known)
    except ValidationError as error:
        lines = [f"{where}:{_line(node, item['loc'])}: {_named(item, kind)}" for item in error.errors()]
        raise SettingError("\n".join(lines)) from None


def _twice(node: Any) -> Iterator[tuple[int, str]]:
    """Line and name of each key that its mapping has already."""
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if isinstance(key, yaml.ScalarNode):
                if key.value in seen:
                    yield key.start_mark.line + 1, key.value
                seen.add(key.value)
            yield from _twice(value)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _twice(item)


def _named(item: Any, kind: type[Recipe]) -> str:
    """A mistake as people read it: name, value, what was expected; of a mistake that is about the whole, only the last."""
    if not item["loc"]:
        return str(item["msg"]).removeprefix("Value error, ")
    name = ".".join(map(str, item["loc"]))
    if item["type"] == "missing":
        return f"{name} is missing"
    if item["type"] == "extra_forbidden":
        keys = _keys(kind, item["loc"][:-1])
        return f"there is no key {name}" + (did_you_mean(str(item["loc"][-1]), keys) if keys else " here")
    return f"{name} is {item['input']!r}: {item['msg'].removeprefix('Value error, ')}"


def _keys(kind: Any, path: tuple[Any, ...]) -> list[str]:
    """The keys that may stand at a place of a recipe."""
    for step in path:
        if _is_recipe(kind):
            kind = kind.model_fields[step].annotation if step in kind.model_fields else None
        else:  # list[Model], dict[str, Model]
            kind = next(reversed(get_args(kind)), None)
        if isinstance(kind, types.UnionType):  # Model | None
            kind = get_args(kind)[0]
    return list(kind.model_fields) if _is_recipe(kind) else []


def _is_recipe(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, Recipe)


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

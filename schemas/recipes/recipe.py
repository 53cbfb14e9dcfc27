"""What people write in YAML, recipes and annotation configs: checked, each mistake with its line (design D11)."""

from __future__ import annotations

import types
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar, get_args

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import PydanticCustomError

from saegim.names import did_you_mean
from schemas.errors import SettingError


class Recipe(BaseModel):
    """Base of everything that people write in YAML: unknown keys are mistakes."""

    model_config = ConfigDict(frozen=True, extra="forbid")


R = TypeVar("R", bound=Recipe)


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing that is wrong with a recipe.

    Attributes:
        line: counted from 1; None where YAML's reader names none.
        wrong: what is wrong, with the name and the value.
        expected: what should be there instead; empty where ``wrong`` says it.
    """

    line: int | None
    wrong: str
    expected: str = ""

    def told(self, where: str) -> str:
        """The mistake as one line of a message about the file ``where``."""
        place = where if self.line is None else f"{where}:{self.line}"
        return f"{place}: {self.wrong}" + (f": {self.expected}" if self.expected else "")


class WrongRecipe(SettingError):
    """A recipe that cannot be used: one line a mistake, with file, line, name, value and what was expected.

    Attributes:
        mistakes: all of them.
    """

    def __init__(self, where: str, mistakes: Sequence[Mistake]) -> None:
        super().__init__("\n".join(mistake.told(where) for mistake in mistakes))
        self.mistakes = tuple(mistakes)


def wrong_at(key: str, message: str) -> PydanticCustomError:
    """An error of a validator that looks at several values, about one of them: its line is the one that people read.

    Args:
        key: of the wrong value, in the mapping that is validated.
        message: what is wrong with it.
    """
    return PydanticCustomError("wrong_at", "{message}", {"message": message, "key": key})


def parse_recipe(kind: type[R], text: str, where: str, known: Any = None) -> R:
    """Reads a recipe.

    Args:
        kind: the recipe's model.
        text: YAML.
        where: its file, for the message.
        known: names that its validators compare those in it with, as their ``info.context``.

    Raises:
        WrongRecipe: it is no YAML, has a name twice, or departs from the model.
    """
    try:
        values = yaml.safe_load(text)
        twice = [Mistake(_line(key), f"{key.value} stands here a second time", "the first would be ignored")
                 for key in _repeated_keys(yaml.compose(text, Loader=yaml.SafeLoader))]
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or str(error)
        raise WrongRecipe(where, [Mistake(mark.line + 1 if mark else None, "not YAML", problem)]) from None
    if not isinstance(values, dict):
        name = where.split("/")[-1].split(".")[0]
        raise WrongRecipe(where, [Mistake(1, f"expected names with values, such as `name: {name}`")])
    if twice:
        raise WrongRecipe(where, twice)
    try:
        return kind.model_validate(values, context=known)
    except ValidationError as error:
        raise WrongRecipe(where, [_mistake(item, kind, text) for item in error.errors()]) from None


def line_of(text: str, path: Sequence[str | int]) -> int:
    """The line, counted from 1, of what a path leads to in a YAML text, or of the nearest thing around it.

    Args:
        text: YAML.
        path: keys of mappings and numbers of items, from the outside in.

    Returns:
        Of a key, the line where the key stands, not that of a value below it; of an empty path, the first line of the content.
    """
    node: Any = yaml.compose(text, Loader=yaml.SafeLoader)
    line = _line(node)
    for step in path:
        if isinstance(node, yaml.MappingNode):
            key, node = next(((key, value) for key, value in node.value if key.value == str(step)), (None, None))
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            key = node = node.value[step]
        else:
            break
        if key is None:
            break
        line = _line(key)
    return line


def _line(node: Any) -> int:
    return int(node.start_mark.line) + 1


def _repeated_keys(node: Any) -> Iterator[yaml.ScalarNode]:
    """Each key that its mapping has already, at any depth."""
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if isinstance(key, yaml.ScalarNode):
                if key.value in seen:
                    yield key
                seen.add(key.value)
            yield from _repeated_keys(value)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _repeated_keys(item)


def _mistake(item: Any, kind: type[Recipe], text: str) -> Mistake:
    """One of pydantic's errors, with the name of what is wrong; a validator of the whole model says all in its message."""
    place = item["loc"]
    value = item["input"]
    if item["type"] == "wrong_at":
        key = item["ctx"]["key"]
        place = (*place, key)
        value = value.get(key) if isinstance(value, dict) else value
    line = line_of(text, place)
    message = str(item["msg"]).removeprefix("Value error, ")
    name = ".".join(map(str, place))
    if not place:
        return Mistake(line, message)
    if item["type"] == "missing":
        return Mistake(line, f"{name} is missing")
    if item["type"] == "extra_forbidden":
        keys = _keys(kind, place[:-1])
        meant, _, listed = (did_you_mean(str(place[-1]), keys) if keys else " here").partition(": ")
        return Mistake(line, f"there is no key {name}{meant}", listed)
    return Mistake(line, f"{name} is {value!r}", message)


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

"""Named slices: what people call a slice that is more than one attribute, with the condition that says what belongs to it."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Annotated

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from saegim.names import did_you_mean
from schemas.points import PHOTOGRAPH
from schemas.reading import ALL_SLICES, Condition, ImageKind
from schemas.recipes.gates import EVERY
from schemas.recipes.recipe import Recipe, parse_recipe
from schemas.text import normalise

EVERYTHING_IS = "all"
"""What a recipe's ``least`` calls all images of a split."""
TAKEN = frozenset({*ALL_SLICES, *ImageKind, *Condition, EVERYTHING_IS, PHOTOGRAPH, EVERY})
"""Names that mean something already."""

Understand = Callable[[str], object]
"""Reads a condition; raises ValueError with what is wrong with it."""


def _condition(text: str, info: ValidationInfo) -> str:
    if callable(info.context):
        info.context(text)
    return text


class NamedSlice(Recipe):
    """One slice.

    Attributes:
        name: as recipes and commands call it: letters, digits, ``-`` and ``_``; Korean ones too.
        where: which regions belong to it, in the language of the client's ``where``; a condition on the image alone holds for all
            of its regions.
        owner: who answers questions about it.
        why: what it is good for.
    """

    name: str = Field(pattern=r"^[^\W_][\w-]*$", max_length=60)
    where: Annotated[str, AfterValidator(_condition)]
    owner: str = Field(min_length=1)
    why: str = Field(min_length=1)

    @field_validator("name", mode="before")
    @classmethod
    def _normalised(cls, name: object) -> object:
        return normalise(name) if isinstance(name, str) else name

    @field_validator("name")
    @classmethod
    def _free(cls, name: str) -> str:
        if name in TAKEN:
            raise ValueError("this is a name of the vocabulary already: call it otherwise")
        return name


class Slices(Recipe):
    """The file recipes/slices.yaml.

    Attributes:
        slices: all named slices; the order says nothing.
    """

    slices: list[NamedSlice] = Field([])

    @field_validator("slices")
    @classmethod
    def _once(cls, slices: list[NamedSlice]) -> list[NamedSlice]:
        seen: set[str] = set()
        for item in slices:
            if item.name in seen:
                raise ValueError(f"the name {item.name} stands here a second time")
            seen.add(item.name)
        return slices


def parse_slices(text: str, where: str, understand: Understand | None = None) -> Slices:
    """Reads recipes/slices.yaml.

    Args:
        text: YAML.
        where: its file, for the message.
        understand: reads a condition; without it conditions are taken as they are.

    Raises:
        WrongRecipe: with each wrong line.
    """
    return parse_recipe(Slices, text, where, understand)


@dataclass(frozen=True, slots=True)
class SliceNames:
    """What a recipe may call a slice, as the context of its validators; None where any name will do.

    The recipe of a release that is out may name a slice that has no definition any more.
    """

    slices: Collection[str] | None = None


def slices_known(info: ValidationInfo) -> Collection[str] | None:
    """What a recipe may call a slice, from the ``slices`` of its context; None where any name will do.

    Without a context it is the vocabulary alone.
    """
    known: Collection[str] | None = getattr(info.context, "slices", ALL_SLICES)
    return known


def known_slice(name: str, info: ValidationInfo) -> str:
    """A slice that a recipe names, as its definition has the name.

    Raises:
        ValueError: no slice has this name.
    """
    name = normalise(name)
    known = slices_known(info)
    if known is not None and name not in known:
        raise ValueError(f"no such slice{did_you_mean(name, known)}")
    return name


def known_least(least: dict[str, dict[str, int]], info: ValidationInfo) -> dict[str, dict[str, int]]:
    """How much of which slices each split must have; ``all`` stands for everything.

    Raises:
        ValueError: no slice has one of the names.
    """
    named = {split: {normalise(name): count for name, count in slices.items()} for split, slices in least.items()}
    known = slices_known(info)
    there = {*(known or ()), EVERYTHING_IS}
    unknown = sorted({name for slices in named.values() for name in slices} - there) if known is not None else []
    if unknown:
        raise ValueError(f"no such slice: {unknown[0]}{did_you_mean(unknown[0], there)}")
    return named


KnownSlice = Annotated[str, AfterValidator(known_slice)]
"""A slice of the vocabulary, or a named one."""
KnownLeast = Annotated[dict[str, dict[str, Annotated[int, Field(ge=1)]]], AfterValidator(known_least)]
"""``{split: {slice: count}}``."""

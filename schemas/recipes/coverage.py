"""A release's own specification: which slices and which crossings of attributes it should have enough of."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from saegim.names import did_you_mean
from schemas.reading import REGION_VOCABULARY
from schemas.recipes.recipe import Recipe
from schemas.recipes.slices import KnownSlice


def _attribute(name: str) -> str:
    if name not in REGION_VOCABULARY:
        raise ValueError(f"no attribute of regions with names for values{did_you_mean(name, REGION_VOCABULARY)}")
    return name


def _two(crossing: list[str]) -> list[str]:
    if len(set(crossing)) != 2 or len(crossing) != 2:
        raise ValueError("a crossing is of two different attributes, such as [language, direction]")
    return crossing


Crossing = Annotated[list[Annotated[str, AfterValidator(_attribute)]], AfterValidator(_two)]
"""Two attributes of regions: each value of the one beside each of the other is a cell."""


class Coverage(Recipe):
    """What the card checks a release against; it stops no release.

    Attributes:
        slices: that the card lists beside those of the vocabulary: named ones.
        crossings: pairs of attributes, such as ``[language, direction]``.
        least: regions that a cell and a slice should have; one with fewer is thin.
    """

    slices: list[KnownSlice] = Field([])
    crossings: list[Crossing] = Field([])
    least: int = Field(30, ge=1)

"""Which public data sets a dataset recipe takes, by name and by licence."""

from __future__ import annotations

from collections.abc import Collection
from typing import Annotated

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from saegim.names import did_you_mean
from schemas.recipes.recipe import Recipe, wrong_at
from schemas.sources import PUBLIC

EVERY_SOURCE = "*"
"""Stands for all sources that were imported, also those that are imported later."""


def _source(name: str, info: ValidationInfo) -> str:
    known: Collection[str] | None = getattr(info.context, "sources", None)
    if known is not None and name not in known:
        full = name if "/" in name else f"{PUBLIC}/{name}"
        raise ValueError(f"no public data set of this name was imported{did_you_mean(full, known)}")
    return name


def _taken_source(name: str, info: ValidationInfo) -> str:
    return name if name == EVERY_SOURCE else _source(name, info)


def _licence(text: str, info: ValidationInfo) -> str:
    known: Collection[str] | None = getattr(info.context, "licences", None)
    if known is not None and text not in known:
        raise ValueError(f"no public data set has this licence, letter by letter{did_you_mean(text, known)}")
    return text


class SourceChoice(Recipe):
    """Which public data sets a release takes.

    Attributes:
        take: their names, or ``*`` for all; none where empty.
        leave: names of some that ``*`` would take.
    """

    take: list[Annotated[str, AfterValidator(_taken_source)]] = Field([])
    leave: list[Annotated[str, AfterValidator(_source)]] = Field([])

    def takes(self, source: str) -> bool:
        """Whether a source is taken."""
        return source not in self.leave and (source in self.take or EVERY_SOURCE in self.take)


class LicenceChoice(Recipe):
    """Which of their licences a release takes.

    Attributes:
        take: the licences; all where empty.
        leave: those that are not taken.
    """

    take: list[Annotated[str, AfterValidator(_licence)]] = Field([])
    leave: list[Annotated[str, AfterValidator(_licence)]] = Field([])

    def takes(self, licence: str) -> bool:
        """Whether a licence is taken."""
        return licence not in self.leave and (not self.take or licence in self.take)


class PublicReadings(Recipe):
    """What ``readings`` of a dataset recipe says of public data sets.

    Attributes:
        sources: which of them are taken; none where left out.
        licences: only those of these licences.
        own_splits: where images go that a data set has in a split whose name does not say what it is for: ``{challenge: test}``.
    """

    sources: SourceChoice = SourceChoice()
    licences: LicenceChoice = LicenceChoice()
    own_splits: dict[str, str] = Field({})

    @field_validator("licences")
    @classmethod
    def _of_taken(cls, licences: LicenceChoice, info: ValidationInfo) -> LicenceChoice:
        sources = info.data.get("sources")
        if licences.take and sources is not None and not sources.take:
            raise wrong_at("take", 'no public data set is taken: add sources: {take: ["*"]}')
        return licences

"""Who made a reading, as readings, releases and the ledger name it: ``model:…``, ``person:…``, ``merged:…`` or ``source:…``."""

from __future__ import annotations

from enum import StrEnum
from typing import Self


class ReaderKind(StrEnum):
    """What a reader is: the part of its text before the colon."""

    MODEL = "model"
    """An OCR model in one version; its name is ``<name>@<version>``."""
    PERSON = "person"
    """An annotator; the name is an e-mail address in the ledger and a pseudonym in a release."""
    MERGED = "merged"
    """Several people, whose readings were merged; the name is a digest of these readings."""
    SOURCE = "source"
    """A public data set, whose labels were imported; the name is ``public/<name>``."""


class Reader(str):
    """A reader as text, such as ``model:ppocr-korean@1``: it is stored, compared and printed as that text."""

    __slots__ = ()

    def __new__(cls, text: str) -> Self:
        """Reads a text.

        Raises:
            ValueError: it does not begin with a ``ReaderKind`` and a colon.
        """
        kind, colon, _ = text.partition(":")
        if not colon or kind not in _KINDS:
            raise ValueError(f"{text!r} is no reader: one is written model:NAME@VERSION, person:NAME, "
                             "merged:DIGEST or source:public/NAME")
        return super().__new__(cls, text)

    @classmethod
    def model(cls, name: str) -> Self:
        """The model ``name``, written ``<name>@<version>``."""
        return cls(f"{ReaderKind.MODEL}:{name}")

    @classmethod
    def person(cls, name: str) -> Self:
        """The annotator with this e-mail address or pseudonym."""
        return cls(f"{ReaderKind.PERSON}:{name}")

    @classmethod
    def merged(cls, digest: str) -> Self:
        """Several people, by the digest of their readings."""
        return cls(f"{ReaderKind.MERGED}:{digest}")

    @classmethod
    def source(cls, name: str) -> Self:
        """A public data set, ``public/<name>``."""
        return cls(f"{ReaderKind.SOURCE}:{name}")

    @property
    def kind(self) -> ReaderKind:
        """What it is."""
        return ReaderKind(self.partition(":")[0])

    @property
    def name(self) -> str:
        """What stands after the first colon: what people read where the kind is clear."""
        return self.partition(":")[2]

    @property
    def by_person(self) -> bool:
        """Whether it is a person, or several whose readings were merged."""
        return self.kind in (ReaderKind.PERSON, ReaderKind.MERGED)


_KINDS = frozenset(map(str, ReaderKind))

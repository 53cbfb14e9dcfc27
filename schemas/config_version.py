"""An annotation config in one version, written ``name@2``: the run of what people read under it."""

from __future__ import annotations

from typing import Self


class ConfigVersion(str):
    """An annotation config's name and version as text: it is stored, compared and printed as that text."""

    __slots__ = ()

    def __new__(cls, text: str) -> Self:
        """Reads a text.

        Raises:
            ValueError: it is not a name, ``@`` and a whole number.
        """
        name, at, version = text.rpartition("@")
        if not (name and at and version.isascii() and version.isdecimal()):
            raise ValueError(f"{text!r} is no version of an annotation config: one is written NAME@VERSION")
        return super().__new__(cls, text)

    @classmethod
    def of(cls, name: str, version: int) -> Self:
        """Version ``version`` of the annotation config ``name``."""
        return cls(f"{name}@{version}")

    @property
    def name(self) -> str:
        """Name of the annotation config."""
        return self.rpartition("@")[0]

    @property
    def version(self) -> int:
        """Its version."""
        return int(self.rpartition("@")[2])

"""A dataset recipe: which readings make a release, how they are split, and what stops it."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import Field, ValidationInfo, field_validator

from schemas.reading import ALL_SLICES, Unit
from schemas.recipe import Recipe, parse_recipe
from schemas.text import normalise

SHARES, SALT, GROUPS, DROP, THAW = "shares", "salt", "groups", "drop", "thaw"
WORDS = (SHARES, SALT, GROUPS)
WORD = re.compile(rf"{'|'.join(WORDS)}|({DROP}|{THAW}) \w+")
"""What a recipe may agree to."""

Share = Annotated[float, Field(ge=0, le=1)]


class Readings(Recipe):
    """Which accepted readings a release takes.

    Attributes:
        annotation_configs: whose; where several have accepted a reading of an image, the first one's is taken.
        campaigns: only photographs that were sent to these; all where empty.
        slices: only images with a region in one of these; all where empty.
        least_agreement: images whose two readers agreed less are left out; those that one person read stay.
        leave_out: ids of images that stay out whatever else holds, such as those that a gate named.
    """

    annotation_configs: list[str] = Field(min_length=1)
    campaigns: list[str] = Field([])
    slices: list[str] = Field([])
    least_agreement: Share = 0.0
    leave_out: list[str] = Field([])

    @field_validator("campaigns")
    @classmethod
    def _normalised(cls, campaigns: list[str]) -> list[str]:
        return list(map(normalise, campaigns))

    @field_validator("slices")
    @classmethod
    def _known(cls, slices: list[str]) -> list[str]:
        if unknown := sorted(set(slices) - set(ALL_SLICES)):
            raise ValueError(f"no such slice: {', '.join(unknown)}; expected some of {', '.join(ALL_SLICES)}")
        return slices


class Groups(Recipe):
    """What belongs together besides near duplicates, and so never stands in two splits.

    Attributes:
        burst_minutes: photographs of one submitter, each taken at most so long after the one before; 0 for no bursts.
        by_submitter: all photographs of one submitter.
    """

    burst_minutes: float = Field(10, ge=0, le=1440)
    by_submitter: bool = False


class Gates(Recipe):
    """What stops a release, besides undecodable images, invalid polygons and images that are on hold.

    Attributes:
        leaks: how many pairs of near duplicates across splits are borne.
        least: how many regions of a slice each split must have: ``{test: {vertical: 50}}``; slice ``all`` counts images.
    """

    leaks: int = Field(0, ge=0)
    least: dict[str, dict[str, Annotated[int, Field(ge=1)]]] = Field({})

    @field_validator("least")
    @classmethod
    def _known(cls, least: dict[str, dict[str, int]]) -> dict[str, dict[str, int]]:
        if unknown := sorted({name for slices in least.values() for name in slices} - {*ALL_SLICES, "all"}):
            raise ValueError(f"no such slice: {', '.join(unknown)}; expected some of all, {', '.join(ALL_SLICES)}")
        return least


class Agreed(Recipe):
    """Consent to changes of what decides splits, of which an earlier release promised that they do not change.

    Attributes:
        release: number of the one release that may be made with them.
        to: the changes, in the words in which ``saegim datasets plan`` asks for them.
    """

    release: int = Field(ge=1)
    to: list[str] = Field(min_length=1)

    @field_validator("to")
    @classmethod
    def _are_words(cls, to: list[str]) -> list[str]:
        if unknown := [word for word in to if not WORD.fullmatch(word)]:
            raise ValueError(f"no such change: {', '.join(unknown)}; expected some of {', '.join(WORDS)}, drop SPLIT, thaw SPLIT")
        return to


class Dataset(Recipe):
    """A file of recipes/datasets/.

    Attributes:
        name: of its releases: ``name@1``.
        description: what engineers read.
        licence: of the images and labels, in words or as an SPDX identifier.
        consent: what the people agreed to who sent the photographs.
        readings: which accepted readings are taken.
        unit: what one region of a release is.
        splits: share of each split; they add up to 1.
        salt: decides which group falls into which split. Changing it moves only groups that no release has.
        groups: what never stands in two splits.
        frozen: splits that take nothing new once a release has them, also where a later recipe does not name them here.
        gates: what stops a release.
        agreed: to changes of splits, salt, groups and frozen since the newest release.
        formats: that engineers are told of on the card; each is made from the release when it is pulled.
    """

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    description: str
    licence: str
    consent: str = ""
    readings: Readings
    unit: Unit
    splits: dict[str, Share]
    salt: str
    groups: Groups = Groups()
    frozen: list[str] = Field([])
    gates: Gates = Gates()
    agreed: Agreed | None = None
    formats: list[str] = Field(["hf"])

    @field_validator("splits")
    @classmethod
    def _add_up(cls, splits: dict[str, float]) -> dict[str, float]:
        if abs(sum(splits.values()) - 1) > 1e-9:
            raise ValueError(f"shares add up to {sum(splits.values()):g}, expected 1")
        if any(not name.isidentifier() or normalise(name) != name for name in splits):
            raise ValueError("a split's name has letters, digits and underscores only, and each letter is one character (NFC)")
        if len({name.casefold() for name in splits}) < len(splits):
            raise ValueError("two splits differ in capital letters only: many disks have one folder for both")
        return splits

    @field_validator("formats")
    @classmethod
    def _made(cls, formats: list[str]) -> list[str]:
        if unknown := sorted(set(formats) - {"hf"}):
            raise ValueError(f"no such format: {', '.join(unknown)}; expected some of hf")
        return formats

    @field_validator("frozen", "gates")
    @classmethod
    def _are_splits(cls, value: list[str] | Gates, info: ValidationInfo) -> list[str] | Gates:
        splits = info.data.get("splits", {})
        named = set(value.least if isinstance(value, Gates) else value)
        if splits and (unknown := sorted(named - set(splits))):
            raise ValueError(f"no such split: {', '.join(unknown)}; expected some of {', '.join(splits)}")
        if splits and not isinstance(value, Gates) and set(splits) <= named:
            raise ValueError("every split is frozen: nothing new could be taken")
        return value


def parse_dataset(text: str, where: str) -> Dataset:
    """Reads a dataset recipe's YAML; raises SettingError with the wrong line."""
    return parse_recipe(Dataset, text, where)

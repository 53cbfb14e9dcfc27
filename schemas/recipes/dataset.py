"""A dataset recipe: which readings make a release, how they are split, and what stops it."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo, field_validator

from saegim.names import did_you_mean
from schemas.reading import ALL_SLICES, Unit
from schemas.recipes.coverage import Coverage
from schemas.recipes.recipe import Recipe, parse_recipe
from schemas.recipes.slices import KnownLeast, KnownSlice
from schemas.recipes.source_choice import PublicReadings
from schemas.sources import Use
from schemas.text import normalise

FORMATS = ("ufo", "paddleocr", "paddleocr-rec", "lmdb", "doctr", "doctr-rec", "icdar", "coco-text", "textocr", "page-xml",
           "yolo-obb", "hf", "imagefolder", "donut", "webdataset")
"""Formats that a release's card may name: those of ``saegim datasets pull --format``."""
SHARES = "shares"
SALT = "salt"
GROUPS = "groups"
DROP = "drop"
THAW = "thaw"
WORDS = (SHARES, SALT, GROUPS)
WORD = re.compile(rf"{'|'.join(WORDS)}|({DROP}|{THAW}) \w+")
"""What a recipe may agree to."""

Fraction = Annotated[float, Field(ge=0, le=1)]
ID = re.compile("[0-9a-f]{6,64}")


@dataclass(frozen=True, slots=True)
class Known:
    """What the names in a recipe are compared with; without it they are taken as they are.

    Attributes:
        campaigns: that have a file, or that something was sent to.
        annotation_configs: that have a folder, or under which a reading was accepted.
        image_ids: tells a few ids that begin with some digits.
        slices: of the vocabulary, and named ones.
        sources: public data sets that were imported.
        licences: of these.
    """

    campaigns: Collection[str]
    annotation_configs: Collection[str]
    image_ids: Callable[[str], Sequence[str]]
    slices: Collection[str] = ALL_SLICES
    sources: Collection[str] = ()
    licences: Collection[str] = ()


def _campaign(name: str, info: ValidationInfo) -> str:
    name = normalise(name)
    if isinstance(info.context, Known) and name not in info.context.campaigns:
        raise ValueError(f"no campaign has this name{did_you_mean(name, info.context.campaigns)}")
    return name


def _annotation_config(name: str, info: ValidationInfo) -> str:
    if isinstance(info.context, Known) and name not in info.context.annotation_configs:
        raise ValueError(f"no annotation config has this name{did_you_mean(name, info.context.annotation_configs)}")
    return name


def _in_quotes(value: object) -> object:
    if isinstance(value, int):  # YAML reads 012345 as an octal number: its digits are lost
        raise ValueError("an id of figures alone has to stand in quotes")
    return value


def _image_id(beginning: str, info: ValidationInfo) -> str:
    """The whole id of an image that the recipe names by its beginning."""
    if not isinstance(info.context, Known):
        return beginning
    if not ID.fullmatch(beginning):
        raise ValueError("expected an image's id or its beginning: 6 to 64 digits of 0 to 9 and a to f")
    found = info.context.image_ids(beginning)
    if not found:
        raise ValueError("no image has an id that begins so")
    if len(found) > 1:
        raise ValueError(f"several images' ids begin so: {', '.join(found)}; give more digits")
    return found[0]


class Readings(PublicReadings):
    """Which accepted readings a release takes.

    Attributes:
        sources: public data sets whose readings are taken too; none where left out.
        licences: of these data sets; all where left out.
        own_splits: what splits of these data sets are for whose names do not say it: ``{challenge: test}``.
        annotation_configs: whose; where several have accepted a reading of an image, the first one's is taken, and a public data
            set's only where no config has one. It may be empty where sources are taken.
        campaigns: of what was collected, only photographs that were sent to these; all where empty.
        slices: only images with a region in one of these; all where empty.
        least_agreement: images whose two readers agreed less are left out; those that one person read stay.
        leave_out: ids of images that stay out whatever else holds, such as those that a gate named; 6 digits or more of an id
            will do where no other image's begins so.
    """

    annotation_configs: list[Annotated[str, AfterValidator(_annotation_config)]]
    campaigns: list[Annotated[str, AfterValidator(_campaign)]] = Field([])
    slices: list[KnownSlice] = Field([])
    least_agreement: Fraction = 0.0
    leave_out: list[Annotated[str, BeforeValidator(_in_quotes), AfterValidator(_image_id)]] = Field([])

    @field_validator("annotation_configs")
    @classmethod
    def _any(cls, names: list[str], info: ValidationInfo) -> list[str]:
        sources = info.data.get("sources")
        if not names and sources is not None and not sources.take:
            raise ValueError("expected an annotation config, or public data sets under sources")
        return names


class GroupRules(Recipe):
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
    least: KnownLeast = Field({})


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
        allows: what its releases are made for; nothing that a public data set forbids gets into one.
        unit: what one region of a release is.
        splits: share of each split; they add up to 1.
        salt: decides which group falls into which split. Changing it moves only groups that no release has.
        groups: what never stands in two splits.
        least: how many groups of a slice each split is given before the shares count: ``{test: {vertical: 50}}``; slice ``all``
            counts all groups. At most half of a slice's groups are brought into splits in this way.
        frozen: splits that take nothing new once a release has them, also where a later recipe does not name them here.
        gates: what stops a release.
        coverage: what the card checks a release against.
        agreed: to changes of splits, salt, groups and frozen since the newest release.
        formats: that engineers are told of on the card; each is made from the release when it is pulled.
    """

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    description: str
    licence: str
    consent: str = ""
    readings: Readings
    allows: list[Use] = Field([Use.TRAIN, Use.EVALUATE], min_length=1)
    unit: Unit
    splits: dict[str, Fraction]
    salt: str
    groups: GroupRules = GroupRules()
    least: KnownLeast = Field({})
    frozen: list[str] = Field([])
    gates: Gates = Gates()
    coverage: Coverage = Coverage()
    agreed: Agreed | None = None
    formats: list[str] = Field(["hf"])

    @property
    def slices_planned(self) -> frozenset[str]:
        """Slices that decide which images it takes and where they go; ``all`` may be among them."""
        return frozenset(self.readings.slices).union(*self.least.values())

    @property
    def slices_counted(self) -> frozenset[str]:
        """All slices that it names."""
        return self.slices_planned.union(self.coverage.slices, *self.gates.least.values())

    @field_validator("splits")
    @classmethod
    def _add_up(cls, splits: dict[str, float], info: ValidationInfo) -> dict[str, float]:
        if abs(sum(splits.values()) - 1) > 1e-9:
            raise ValueError(f"shares add up to {sum(splits.values()):g}, expected 1")
        if any(not name.isidentifier() or normalise(name) != name for name in splits):
            raise ValueError("a split's name has letters, digits and underscores only, and each letter is one character (NFC)")
        if len({name.casefold() for name in splits}) < len(splits):
            raise ValueError("two splits differ in capital letters only: many disks have one folder for both")
        own_splits = info.data["readings"].own_splits if "readings" in info.data else {}
        if unknown := sorted(set(own_splits.values()) - set(splits)):
            raise ValueError(f"no such split, and readings.own_splits names it: {unknown[0]}{did_you_mean(unknown[0], splits)}")
        return splits

    @field_validator("formats")
    @classmethod
    def _made(cls, formats: list[str]) -> list[str]:
        if unknown := sorted(set(formats).difference(FORMATS)):
            raise ValueError(f"no such format: {unknown[0]}{did_you_mean(unknown[0], FORMATS)}")
        return formats

    @field_validator("least", "frozen", "gates")
    @classmethod
    def _are_splits(cls, value: Collection[str] | Gates, info: ValidationInfo) -> Collection[str] | Gates:
        splits = info.data.get("splits", {})
        named = set(value.least if isinstance(value, Gates) else value)
        if splits and (unknown := sorted(named - set(splits))):
            raise ValueError(f"no such split: {unknown[0]}{did_you_mean(unknown[0], splits)}")
        if splits and info.field_name == "frozen" and set(splits) <= named:
            raise ValueError("every split is frozen: nothing new could be taken")
        return value


def parse_dataset(text: str, where: str, known: Known | None = None) -> Dataset:
    """Reads a dataset recipe's YAML; raises SettingError with the wrong line."""
    return parse_recipe(Dataset, text, where, known)

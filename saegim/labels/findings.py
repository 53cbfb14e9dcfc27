"""What became of each image and region of a conversion or an import: counted, listed, and shown as one table."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from saegim.tables import Table


class Handling(StrEnum):
    """What became of something that did not go through as it was."""

    CHANGED = "changed"
    """It is there, and something of it is not as it was."""
    NOT_HELD = "not held"
    """It is there, and something of it is not, for the format has no place for it."""
    LEFT_OUT = "left out"
    """It is not there."""
    DOUBTFUL = "doubtful"
    """It is there as it was, and may be wrong."""


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing that did not go through as it was.

    Attributes:
        handling: what became of it.
        image: name of the image; of a file that is none, its name.
        region: number of the region in its image's labels, from 0 on; None for the image itself.
        reason: a sentence that all of its kind share, without names and numbers.
        detail: what is particular about this one.
        regions: of an image that is left out, how many regions went with it.
    """

    handling: Handling
    image: str
    region: int | None
    reason: str
    detail: str = ""
    regions: int = 0


@dataclass(slots=True)
class _Alike:
    """Remarks on regions of one image that differ by the region alone: there may be as many as there are regions."""

    handling: Handling
    image: str
    reason: str
    detail: str
    regions: list[int | None]
    lost: int


@dataclass(frozen=True, slots=True)
class _Origin:
    """What an image that is written was called where it was read.

    Attributes:
        name: of the image.
        numbers: of its regions, in the order in which they are written; empty where these are their places.
    """

    name: str
    numbers: Sequence[int]


@dataclass(slots=True)
class Findings:
    """Of one conversion or import. Regions that came in are those that were written and those that were left out.

    Attributes:
        images_in: images that were read.
        regions_in: regions that were read.
        images_out: images that were written.
        regions_out: regions that were written.
    """

    images_in: int = 0
    regions_in: int = 0
    images_out: int = 0
    regions_out: int = 0
    _found: list[_Alike] = field(default_factory=list)
    _of_image: dict[tuple[str, Handling, str, str], _Alike] = field(default_factory=dict)
    _origins: dict[str, _Origin] = field(default_factory=dict)
    _images: Counter[tuple[Handling, str]] = field(default_factory=Counter)
    _regions: Counter[tuple[Handling, str]] = field(default_factory=Counter)

    @property
    def remarks(self) -> list[Remark]:
        """What did not go through as it was, in the order in which it was found; alike ones of an image stand together."""
        return [Remark(alike.handling, alike.image, region, alike.reason, alike.detail, alike.lost)
                for alike in self._found for region in alike.regions]

    def comes_of(self, written: str, name: str, numbers: Sequence[int]) -> None:
        """From now on, remarks on an image name it and its regions as the data set does that it was read from.

        Args:
            written: name that it is written under, which no other image of these findings has.
            name: in its data set.
            numbers: of its regions there, in the order in which they are written.
        """
        same = all(number == place for place, number in enumerate(numbers))
        if written != name or not same:
            self._origins[written] = _Origin(name, () if same else numbers)

    def came(self, regions: int) -> None:
        """Counts an image that was read with so many regions, left out ones among them."""
        self.images_in += 1
        self.regions_in += regions

    def went(self, regions: int) -> None:
        """Counts an image of which so many regions were written."""
        self.images_out += 1
        self.regions_out += regions

    def changed(self, image: str, region: int | None, reason: str, detail: str = "") -> None:
        """Notes that something was mended or made simpler."""
        self._note(Handling.CHANGED, image, region, reason, detail)

    def not_held(self, image: str, region: int | None, reason: str, detail: str = "") -> None:
        """Notes that the format has no place for something of it."""
        self._note(Handling.NOT_HELD, image, region, reason, detail)

    def doubtful(self, image: str, region: int | None, reason: str, detail: str = "") -> None:
        """Notes that something went through as it was, and may be wrong."""
        self._note(Handling.DOUBTFUL, image, region, reason, detail)

    def left_out(self, image: str, region: int | None, reason: str, detail: str = "", regions: int = 0) -> None:
        """Notes that something is not there; of an image, how many regions went with it."""
        self._note(Handling.LEFT_OUT, image, region, reason, detail, regions)

    def _note(self, handling: Handling, image: str, region: int | None, reason: str, detail: str, lost: int = 0) -> None:
        if origin := self._origins.get(image):
            image = origin.name
            region = origin.numbers[region] if region is not None and origin.numbers else region
        (self._images if region is None else self._regions)[handling, reason] += 1
        if lost:
            self._regions[handling, reason] += lost
        key = (image, handling, reason, detail)
        alike = self._of_image.get(key) if region is not None else None
        if alike:
            alike.regions.append(region)
            return
        alike = _Alike(handling, image, sys.intern(reason), detail, [region], lost)
        self._found.append(alike)
        if region is not None:
            if self._found[-2:-1] and self._found[-2].image != image:
                self._of_image.clear()
            self._of_image[key] = alike

    def unaccounted(self) -> int:
        """Regions that came in and neither went out nor were left out: 0, or a format is wrong."""
        left_out = sum(count for (handling, _), count in self._regions.items() if handling is Handling.LEFT_OUT)
        return self.regions_in - self.regions_out - left_out

    def follows(self, earlier: Findings) -> None:
        """Adds what was found when that was read which these findings say how it was written."""
        self.images_in = earlier.images_in
        self.regions_in = earlier.regions_in
        self._found[:0] = earlier._found
        self._images += earlier._images
        self._regions += earlier._regions

    def table(self) -> Table:
        """The reconciliation: in, out, and by reason what changed, what is not held and what was left out."""
        rows = [("in", "", f"{self.images_in:,}", f"{self.regions_in:,}"),
                ("out", "", f"{self.images_out:,}", f"{self.regions_out:,}")]
        for handling in Handling:
            for key in sorted({*self._images, *self._regions}):
                if key[0] is handling:
                    rows.append((str(handling), key[1], _count(self._images[key]), _count(self._regions[key])))
        if lost := self.unaccounted():
            rows.append(("?", "in, and neither out nor left out: please report it", "", f"{lost:,}"))
        return Table("", ("", "why", "images", "regions"), tuple(rows), left=2)

    def lines(self) -> Iterator[str]:
        """Remarks as lines of JSON, those on regions of one image that are alike in one: ``regions`` has their numbers."""
        encode = json.JSONEncoder(ensure_ascii=False).encode
        for alike in self._found:
            line: dict[str, Any] = {"handling": alike.handling, "image": alike.image, "reason": alike.reason}
            if alike.detail:
                line["detail"] = alike.detail
            if alike.regions != [None]:
                line["regions"] = alike.regions
            elif alike.lost:
                line["regions_lost"] = alike.lost
            yield encode(line) + "\n"


def _count(number: int) -> str:
    return f"{number:,}" if number else ""

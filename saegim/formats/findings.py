"""What became of each image and region of a conversion or an import: counted, listed, and shown as one table."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

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
class Findings:
    """Of one conversion or import. Regions that came in are those that were written and those that were left out.

    Attributes:
        images_in: images that were read.
        regions_in: regions that were read.
        images_out: images that were written.
        regions_out: regions that were written.
        remarks: what did not go through as it was, in the order in which it was found.
    """

    images_in: int = 0
    regions_in: int = 0
    images_out: int = 0
    regions_out: int = 0
    remarks: list[Remark] = field(default_factory=list)

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
        self.remarks.append(Remark(Handling.CHANGED, image, region, sys.intern(reason), detail))

    def not_held(self, image: str, region: int | None, reason: str, detail: str = "") -> None:
        """Notes that the format has no place for something of it."""
        self.remarks.append(Remark(Handling.NOT_HELD, image, region, sys.intern(reason), detail))

    def doubtful(self, image: str, region: int | None, reason: str, detail: str = "") -> None:
        """Notes that something went through as it was, and may be wrong."""
        self.remarks.append(Remark(Handling.DOUBTFUL, image, region, reason, detail))

    def left_out(self, image: str, region: int | None, reason: str, detail: str = "", regions: int = 0) -> None:
        """Notes that something is not there; of an image, how many regions went with it."""
        self.remarks.append(Remark(Handling.LEFT_OUT, image, region, sys.intern(reason), detail, regions))

    def unaccounted(self) -> int:
        """Regions that came in and neither went out nor were left out: 0, or a format is wrong."""
        left_out = sum(remark.regions if remark.region is None else 1 for remark in self.remarks
                       if remark.handling is Handling.LEFT_OUT)
        return self.regions_in - self.regions_out - left_out

    def follows(self, earlier: Findings) -> None:
        """Adds what was found when that was read which these findings say how it was written."""
        self.images_in = earlier.images_in
        self.regions_in = earlier.regions_in
        self.remarks[:0] = earlier.remarks

    def table(self) -> Table:
        """The reconciliation: in, out, and by reason what changed, what is not held and what was left out."""
        images: Counter[tuple[Handling, str]] = Counter()
        regions: Counter[tuple[Handling, str]] = Counter()
        for remark in self.remarks:
            (images if remark.region is None else regions)[remark.handling, remark.reason] += 1
            regions[remark.handling, remark.reason] += remark.regions
        rows = [("in", "", f"{self.images_in:,}", f"{self.regions_in:,}"),
                ("out", "", f"{self.images_out:,}", f"{self.regions_out:,}")]
        for handling in Handling:
            for key in sorted({*images, *regions}):
                if key[0] is handling:
                    rows.append((str(handling), key[1], f"{images[key]:,}" if images[key] else "",
                                 f"{regions[key]:,}" if regions[key] else ""))
        if lost := self.unaccounted():
            rows.append(("?", "in, and neither out nor left out: please report it", "", f"{lost:,}"))
        return Table("", ("", "why", "images", "regions"), tuple(rows), left=2)

    def lines(self) -> Iterator[str]:
        """Every remark as one line of JSON."""
        for remark in self.remarks:
            yield json.dumps({"handling": remark.handling, "image": remark.image, "region": remark.region,
                              "reason": remark.reason, "detail": remark.detail, "regions": remark.regions},
                             ensure_ascii=False) + "\n"

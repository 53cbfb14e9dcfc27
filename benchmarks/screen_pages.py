"""The pages that scripted people label: lines of made text, drawn, and what a model would have read there."""

from __future__ import annotations

import io
import random
from dataclasses import dataclass, replace

from PIL import Image, ImageDraw

from apps.demo.contact_sheet import hangul_font
from schemas.ids import digest, region_id
from schemas.reading import Attributes, Language, Reading, Region, Unit
from tests.read_images import READER, RUN, WORDS, made_reading

DENSE_WIDTH = 1240
"""Pixels of an A4 page at 150 dpi, across; down it has 1754."""
DENSE_HEIGHT = 1754
DENSE_STEP = 27
"""Pixels from one line of the dense page to the next."""
DENSE_LINE = 21
"""Pixels that such a line is high."""
DENSE_REACH = 780
"""Pixels from a line's left end to its right end. Of 48 pages of Korean documents at 150 dpi the upper quartile of the lines is
766 pixels wide and 52 characters long, and half of all lines are 20.8 pixels high or less."""
LETTERS = 46
"""Characters of a line of the dense page, about."""
SCORE = 0.9
"""That the model gives each line."""
LAST = [word for word in WORDS if word.isalpha()]
"""Words that end a line: Ctrl+Left goes over one of them at once."""
RIGHT, WRONG = "7", "1"
"""The letter before the last word of a misread line: as it stands there, and as the model has read it. A person types it with
one key."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One made page.

    Attributes:
        jpeg: the picture.
        reading: what a model has read, wrong in some lines.
        truth: what stands there, by region id.
    """

    jpeg: bytes
    reading: Reading
    truth: dict[str, str]

    @property
    def wrong(self) -> list[str]:
        """Ids of the regions that a person must mend."""
        return [region.region_id for region in self.reading.regions if region.text != self.truth[region.region_id]]


def grid_sheet(image_id: str, regions: int) -> Sheet:
    """A page of short texts in five columns, all read rightly."""
    reading = made_reading(image_id, regions)
    truth = {region.region_id: region.text for region in reading.regions}
    return Sheet(_drawn(reading, truth, 30), reading, truth)


def dense_sheet(name: str, lines: int, wrong: int) -> Sheet:
    """A page of long lines in one column; in ``wrong`` of them, evenly spread, the model has misread one letter."""
    image_id = digest("dense page", name)
    draws = random.Random(name)
    misread = {(2 * index + 1) * lines // (2 * wrong) for index in range(wrong)}
    regions = []
    truth = {}
    for index in range(lines):
        text = _line(draws)
        top = 60 + index * DENSE_STEP
        corners = ((60, top), (60 + DENSE_REACH, top), (60 + DENSE_REACH, top + DENSE_LINE), (60, top + DENSE_LINE))
        region = Region(region_id(image_id, READER, RUN, index), tuple((float(x), float(y)) for x, y in corners), text,
                        Attributes(language=Language.MIXED), SCORE)
        truth[region.region_id] = text
        before, space, last = text.rpartition(" ")
        regions.append(replace(region, text=f"{before[:-1]}{WRONG}{space}{last}") if index in misread else region)
    reading = Reading(image_id, READER, RUN, 0, Unit.LINE, DENSE_WIDTH, DENSE_HEIGHT, tuple(regions))
    return Sheet(_drawn(reading, truth, DENSE_LINE - 4), reading, truth)


def _line(draws: random.Random) -> str:
    words = [draws.choice(WORDS)]
    while len(" ".join(words)) < LETTERS:
        words.append(draws.choice(WORDS))
    return f"{' '.join(words)}{RIGHT} {draws.choice(LAST)}"


def _drawn(reading: Reading, truth: dict[str, str], size: int) -> bytes:
    image = Image.new("RGB", (reading.width, reading.height), "white")
    draw = ImageDraw.Draw(image)
    for region in reading.regions:
        draw.text(region.polygon[0], truth[region.region_id], fill="black", font=hangul_font(size))
    out = io.BytesIO()
    image.save(out, "JPEG", quality=90)
    return out.getvalue()

"""What reading code that is not ours has to give of a data set that we wrote, and whether it did."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from saegim.labels.dont_care import DONT_CARE
from saegim.labels.labelled import LabelledImage, LabelledRegion
from saegim.labels.quads import quad_around

Outline = tuple[tuple[float, float], ...]
NEAR = 0.02
"""Pixels by which corners may miss: readers keep them as 32-bit floats, some as shares of a side."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What one sample is to a reader.

    Attributes:
        key: the picture's name without folder and ending; empty where a reader gives none.
        size: width and height of the picture as the reader decoded it; None of crops.
        texts: that a training would take, NFC, sorted; blank ones are none.
        outlines: of all regions, sorted; empty where the format has none.
    """

    key: str
    size: tuple[int, int] | None
    texts: tuple[str, ...]
    outlines: tuple[Outline, ...] = ()


def page(key: str, size: tuple[int, int], texts: Iterable[str], outlines: Iterable[Sequence[Sequence[float]]] = ()) -> Seen:
    """A picture as a detector's reader sees it."""
    return Seen(key, size, _texts(texts), tuple(sorted(
        tuple((float(x), float(y)) for x, y in outline) for outline in outlines)))


def crop(text: str) -> Seen:
    """One sample of a recogniser."""
    return Seen("", None, _texts([text]))


def pages(images: Iterable[LabelledImage], form: str, *, outlines: Callable[[LabelledRegion], Outline] | None = None,
          empty: bool = True) -> list[Seen]:
    """What is expected of pictures.

    Args:
        images: as they were written.
        form: whose spellings of "don't care" no training takes for a text.
        outlines: of a region, as the format has it; None where the reader gives none.
        empty: whether the reader gives pictures without regions.
    """
    return [page(image.name.rpartition(".")[0], (image.width, image.height),
                 [region.text for region in image.regions if is_text(region) and not _spelled(form, region)],
                 map(outlines, image.regions) if outlines else ()) for image in images if image.regions or empty]


def crops(images: Iterable[LabelledImage], form: str = "") -> list[Seen]:
    """What is expected of a recogniser's set: each legible text."""
    return [crop(region.text) for image in images for region in image.regions
            if is_text(region) and region.kind == "text" and not _spelled(form, region)]


def is_text(region: LabelledRegion) -> bool:
    """Whether there is a text to be trained with."""
    return region.legible and bool(region.text.strip())


def as_it_is(region: LabelledRegion) -> Outline:
    """The outline itself."""
    return region.polygon


def as_quad(region: LabelledRegion) -> Outline:
    """Four corners."""
    return quad_around(region.polygon)


def without_start(seen: Seen) -> Seen:
    """The same for a reader that keeps neither where an outline starts nor one of two that are the same."""
    return replace(seen, outlines=tuple(sorted({tuple(sorted(outline)) for outline in seen.outlines})))


def found_of(expected: Sequence[Seen], seen: Sequence[Seen]) -> int:
    """How many of the samples that were expected the reader gave, each as it was written."""
    there: defaultdict[tuple[object, ...], list[Seen]] = defaultdict(list)
    for one in seen:
        there[one.key, one.size, one.texts].append(one)
    found = 0
    for one in expected:
        alike = there[one.key, one.size, one.texts]
        place = next((number for number, other in enumerate(alike) if _near(one.outlines, other.outlines)), None)
        if place is not None:
            found += 1
            del alike[place]
    return found


def _near(one: tuple[Outline, ...], other: tuple[Outline, ...]) -> bool:
    return [len(outline) for outline in one] == [len(outline) for outline in other] and all(
        abs(a - b) <= NEAR for mine, theirs in zip(one, other, strict=True)
        for corner, its in zip(mine, theirs, strict=True) for a, b in zip(corner, its, strict=True))


def _spelled(form: str, region: LabelledRegion) -> bool:
    return form in DONT_CARE and region.text.strip() in DONT_CARE[form].texts


def _texts(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(unicodedata.normalize("NFC", text) for text in texts if text.strip()))


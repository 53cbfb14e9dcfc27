"""Pictures with labels, whatever format they come from or go to: what every format is read into and written from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from saegim.release import Release

Corner = tuple[float, float]
Polygon = tuple[Corner, ...]
"""Pixels of the upright picture, clockwise on the screen from the reading start, three corners or more, not closed."""


@dataclass(frozen=True, slots=True)
class LabelledRegion:
    """One piece of text, check box or stamp. An attribute that is None or empty is one of which the format says nothing.

    Attributes:
        polygon: see ``Polygon``.
        text: NFC; of an illegible region what stands there all the same, mostly nothing. Never a spelling of "don't care".
        legible: false for "don't care".
        direction: ``horizontal``, ``vertical`` or ``curved``.
        writing: ``printed`` or ``handwritten``.
        effects: ``embossed``, ``dot_matrix``, ``boundary_violation``, ``reflective``; sorted.
        language: ``ko``, ``en``, ``mixed``, ``digits`` or ``other``.
        kind: ``text``, ``checkbox``, ``stamp`` or ``signature``.
        checked: of a check box.
        region_id: of a release's region, and of what was written from one.
        number: in the labels that it was read from, from 0 on, left out ones counted: remarks name it by that. None where it is
            its place among its image's regions.
    """

    polygon: Polygon
    text: str
    legible: bool = True
    direction: str | None = None
    writing: str | None = None
    effects: tuple[str, ...] = ()
    language: str | None = None
    kind: str = "text"
    checked: bool | None = None
    region_id: str = ""
    number: int | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class LabelledImage:
    """One picture with its regions.

    Attributes:
        name: how its data set names it, a path with ``/`` and its ending; unique in the data set. Of a release, the image id
            with its ending.
        picture: reads the encoded file as it is stored. Labels are those of the upright picture, whatever its EXIF says.
        width: of the upright picture, in pixels.
        height: of the upright picture, in pixels.
        unit: ``word``, ``line`` or ``character``.
        regions: in reading order, where the format keeps one.
        split: its own, such as ``train``; empty where it has none.
        group: what it is a part of, such as a document with several pages; never in two splits. Empty where it stands alone.
        image_id: sha256 of a canonical picture; empty but for what comes of a release.
        image_kind: ``scene`` or ``document``; None where the format does not say.
        conditions: ``wrinkled``, ``damaged``, ``low_light``, ``blurred``; sorted.
        source: the public data set that it comes from; empty for what was collected.
        licence: of that source, or of this picture, as its format says it; empty where nothing says so.
    """

    name: str
    picture: Callable[[], bytes]
    width: int
    height: int
    unit: str
    regions: tuple[LabelledRegion, ...] = ()
    split: str = ""
    group: str = ""
    image_id: str = ""
    image_kind: str | None = None
    conditions: tuple[str, ...] = ()
    source: str = ""
    licence: str = ""


def numbered(regions: Iterable[LabelledRegion]) -> Iterator[tuple[int, LabelledRegion]]:
    """Regions of an image, each with the number by which remarks name it."""
    return ((place if region.number is None else region.number, region) for place, region in enumerate(regions))


@dataclass(frozen=True, slots=True)
class LabelledSet:
    """A data set that streams: its images are gone through once.

    Attributes:
        title: as people know it, such as ``scene-text@7`` or a folder.
        images: in an order that is always the same.
        count: how many images there are; None where nobody knows before they are read.
        licence: of the data set.
        description: of the data set.
        release: that it is, or the part of one; None for anything else.
    """

    title: str
    images: Iterable[LabelledImage]
    count: int | None = None
    licence: str = ""
    description: str = ""
    release: Release | None = field(default=None, compare=False)

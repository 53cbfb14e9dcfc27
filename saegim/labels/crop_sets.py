"""Data sets whose pictures are crops of regions: what stands beside them, and how a crop is read as a labelled image.

Beside the crops of a split a file ``regions.jsonl`` tells of each which region of which image it shows and all of its attributes,
so that a sample on which a recogniser fails is found on its page, and a conversion back loses nothing of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from saegim.errors import FormatWrong
from saegim.labels.ahead import made_ahead
from saegim.labels.beside import line_beside
from saegim.labels.crops import Crop, cut_out
from saegim.labels.dont_care import means_dont_care
from saegim.labels.extras import KEY, extras_of, extras_of_image, with_extras, with_image_extras
from saegim.labels.findings import Findings
from saegim.labels.format import Holds, Shape
from saegim.labels.frames import frame_of
from saegim.labels.labelled import LabelledImage, LabelledRegion, Polygon
from saegim.labels.output import Output
from saegim.labels.picture_files import UNREADABLE
from saegim.labels.split_names import SplitNames
from saegim.labels.texts import as_text

BESIDE = "regions.jsonl"
"""In the folder of each split."""
PAGE = "page"
"""Key of what is known of the image that a crop was cut from."""
HELD = Holds(Shape.NONE, frozenset({"legible", "direction", "writing", "effects", "language", "kind", "checked", "region_id"}),
             frozenset({"split", "group", "image_kind", "conditions", "source", "licence", "unit"}), empty=False)
"""By a set of crops with such a file. Only legible text becomes a crop at all."""
CROPS = ("Each region becomes a JPEG of its own, cut by perspective from its outline; vertical text is turned a quarter "
         "counter-clockwise, nothing else is. Crops stay in the split of their image.")
NOT_CROPS = ("illegible regions, regions without text, check boxes, stamps, signatures; of others' sets texts that may mean "
             "don't care")
"""What is not written of a data set."""
BESIDE_NOTE = "`regions.jsonl` beside the crops tells of each its image, outline and attributes; training does not read it."


@dataclass(frozen=True, slots=True)
class SavedCrop:
    """A crop that was written as a file.

    Attributes:
        crop: what was cut out.
        split: name of its split's folder.
        file: its path below ``images/`` of that folder; crops spread over 256 folders, for some disks are slow with full ones.
    """

    crop: Crop
    split: str
    file: str


def saved_crops(images: Iterable[LabelledImage], output: Output, splits: SplitNames,
                findings: Findings) -> Iterator[SavedCrop]:
    """Crops as files ``<split>/images/<two digits>/<name>``, in the order of the images and of their regions.

    Written once, they are not cut again.

    Args:
        images: as they are written.
        output: the folder.
        splits: give each split its folder.
        findings: told why a region is no crop.
    """
    def place(image: LabelledImage, name: str) -> str:
        return f"{splits.of(image.split)}/images/{name[:2]}/{name}"

    def save(crops: list[Crop]) -> None:
        for crop in crops:
            if crop.data:
                output.write(place(crop.image, crop.name), crop.data)

    for crops, _ in made_ahead(save, cut_out(images, findings, lambda image, name: output.has(place(image, name)))):
        for crop in crops:
            yield SavedCrop(crop, splits.of(crop.image.split), f"{crop.name[:2]}/{crop.name}")
        output.advance(1)


def crop_line(of: str, crop: Crop, label: str, form: str) -> str:
    """The line of ``regions.jsonl`` for a crop.

    Args:
        of: the crop, as the format names it.
        crop: what was cut out.
        label: its text as the format has it.
        form: name of the format, for its spelling of "don't care".
    """
    region = crop.region
    kept = {"text": region.text} if label != region.text or means_dont_care(form, label) else {}
    return line_beside(of, {"image": crop.image.name, "polygon": region.polygon, **kept, KEY: extras_of(region),
                            PAGE: {"group": crop.image.name, **extras_of_image(crop.image)}})


def crop_image(name: str, read: Callable[[], bytes], label: object, beside: Mapping[str, Any], split: str, unit: str, form: str,
               findings: Findings, written_as: Callable[[str], str] = str) -> LabelledImage | None:
    """A crop that was read, as an image with one region; None where its picture is broken. Counts it as read.

    Args:
        name: of the crop's file.
        read: reads the file.
        label: its text as the format has it.
        beside: its line of ``regions.jsonl``, where there is one.
        split: that the names of its files say.
        unit: what its region is where nothing says so.
        form: name of the format, for its spelling of "don't care".
        findings: take the remarks.
        written_as: how the format writes a text; where somebody changed the label since, the label counts.
    """
    findings.came(1)
    try:
        data = read()
    except FormatWrong as error:
        findings.left_out(name, None, UNREADABLE, str(error), regions=1)
        return None
    frame = frame_of(data, name, findings, ((),))
    if frame is None:
        return None
    findings.went(1)
    text = as_text(label)
    known = beside.get("text")
    told = isinstance(known, str) and as_text(written_as(known)) == text
    region = with_extras(LabelledRegion((), as_text(known) if told else text), beside.get(KEY))
    if means_dont_care(form, text) and not told:
        region = replace(region, text="", legible=False)
    outline = _outline(frame.width, frame.height, region.direction == "vertical")
    image = LabelledImage(name, lambda: data, frame.width, frame.height, unit, (replace(region, polygon=outline),), split)
    page = beside.get(PAGE)
    made = with_image_extras(image, page) if page else image
    return replace(made, image_id="")


def _outline(width: int, height: int, vertical: bool) -> Polygon:
    """All of a crop, from its reading start: that of vertical text is at the lower left, since it was turned."""
    corners = ((0.0, 0.0), (float(width), 0.0), (float(width), float(height)), (0.0, float(height)))
    return corners[3:] + corners[:3] if vertical else corners

"""Labels fitted to what a format holds: what it has no place for is taken off and told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from saegim.labels.findings import Findings
from saegim.labels.format import Format, Holds, Shape
from saegim.labels.labelled import LabelledImage, LabelledRegion, Polygon
from saegim.labels.quads import quad_around

OF_REGIONS = ("legible", "direction", "writing", "effects", "language", "kind", "checked")
OF_IMAGES = ("split", "image_kind", "conditions", "source")
USUAL = {"legible": (True,), "direction": ("horizontal", None), "writing": ("printed", None), "kind": ("text",),
         "language": (None,), "effects": ((),), "checked": (None,), "split": ("",), "image_kind": (None,), "conditions": ((),),
         "source": ("",)}
"""Values that lose nothing where a format has no place for them. Ids are never told."""
START = "where reading starts: its first corner"
TEXT = "its text"
ROUNDED = "its corners were rounded to whole pixels"
GROUP = "group: what belongs together and is never parted by a split"


def fitted(image: LabelledImage, form: Format, licence: str, findings: Findings) -> LabelledImage:
    """An image as a format can hold it; what it loses is among the findings. Counts it as read.

    Args:
        image: as it is.
        form: the format.
        licence: of its data set: an image's own one is told where it is another.
        findings: take the remarks.
    """
    findings.came(len(image.regions))
    for reason in _lost(image, form, licence):
        findings.not_held(image.name, None, reason)
    if _takes_regions(form.holds):
        return image
    regions = tuple(_fitted(region, number, image, form, findings) for number, region in enumerate(image.regions))
    return replace(image, regions=regions)


def _takes_regions(holds: Holds) -> bool:
    """Whether every region stays as it is."""
    return (holds.shape is Shape.POLYGON and holds.text and holds.start and not holds.whole
            and holds.attributes.issuperset(OF_REGIONS))


def _lost(image: LabelledImage, form: Format, licence: str) -> Iterator[str]:
    """What of an image itself the format has no place for."""
    held = form.holds.of_image
    for name in OF_IMAGES:
        value = getattr(image, name)
        if name not in held and value not in USUAL[name]:
            yield f"{name} {_said(value)}"
    if "group" not in held and image.group not in ("", image.image_id):
        yield GROUP
    if "licence" not in held and image.licence not in ("", licence):
        yield f"licence {image.licence}"
    if "unit" not in held and image.unit != form.unit and image.regions:
        yield f"unit {image.unit}"


def _fitted(region: LabelledRegion, number: int, image: LabelledImage, form: Format, findings: Findings) -> LabelledRegion:
    for name in OF_REGIONS:
        if name not in form.holds.attributes and (value := getattr(region, name)) not in USUAL[name]:
            findings.not_held(image.name, number, f"{name} {_said(value)}")
    if region.text and not form.holds.text:
        findings.not_held(image.name, number, TEXT)
        region = replace(region, text="")
    polygon = _shaped(region.polygon, number, image, form.holds.shape, findings)
    if form.holds.whole and any(x != round(x) or y != round(y) for x, y in polygon):
        findings.changed(image.name, number, ROUNDED)
        polygon = tuple((float(round(x)), float(round(y))) for x, y in polygon)
    if not form.holds.start and form.holds.shape in (Shape.POLYGON, Shape.QUAD) and polygon[0] != min(polygon, key=sum):
        findings.not_held(image.name, number, START)
    return region if polygon is region.polygon else replace(region, polygon=polygon)


def _shaped(polygon: Polygon, number: int, image: LabelledImage, shape: Shape, findings: Findings) -> Polygon:
    if shape in (Shape.POLYGON, Shape.NONE) or (shape is Shape.QUAD and len(polygon) == 4):
        return polygon
    if shape is Shape.QUAD:
        findings.changed(image.name, number, "its outline became the least rectangle around it")
        return quad_around(polygon)
    across = [x for x, _ in polygon]
    down = [y for _, y in polygon]
    boxed = ((min(across), min(down)), (max(across), min(down)), (max(across), max(down)), (min(across), max(down)))
    if boxed != polygon:
        findings.changed(image.name, number, "its outline became the upright box around it")
    return boxed


def _said(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)

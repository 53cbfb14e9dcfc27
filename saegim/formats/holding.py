"""Labels fitted to what a format holds: what it has no place for is taken off and told."""

from __future__ import annotations

from dataclasses import replace

from saegim.formats.findings import Findings
from saegim.formats.format import Format, Shape
from saegim.formats.labelled import LabelledImage, LabelledRegion, Polygon
from saegim.formats.quads import quad_around

PLAIN = LabelledRegion((), "")
"""What a region is where a format says nothing of an attribute."""
OF_REGIONS = ("legible", "direction", "writing", "effects", "language", "kind", "checked", "region_id")
USUAL = {"direction": ("horizontal", None), "writing": ("printed", None), "kind": ("text",), "language": (None,),
         "effects": ((),), "checked": (None,), "region_id": None}
"""Values that lose nothing where a format has no place for them; an id is never told."""


def fitted(image: LabelledImage, form: Format, findings: Findings) -> LabelledImage:
    """An image as a format can hold it; what it loses is among the findings. Counts it as read.

    Args:
        image: as it is.
        form: the format.
        findings: take the remarks.
    """
    findings.came(len(image.regions))
    regions = tuple(_fitted(region, number, image, form, findings) for number, region in enumerate(image.regions))
    return replace(image, regions=regions)


def _fitted(region: LabelledRegion, number: int, image: LabelledImage, form: Format, findings: Findings) -> LabelledRegion:
    for name in OF_REGIONS:
        value = getattr(region, name)
        usual = USUAL.get(name, ())
        if name in form.holds.attributes or usual is None or value in usual or (name == "legible" and value):
            continue
        findings.not_held(image.name, number, f"{name} {_said(value)}")
    return replace(region, polygon=_shaped(region.polygon, number, image, form.holds.shape, findings))


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
    return "false" if value is False else "true" if value is True else ", ".join(map(str, value)) if isinstance(
        value, tuple) else str(value)

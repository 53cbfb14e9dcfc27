"""What each format keeps and loses, in words: ``saegim datasets formats`` and docs/formats.md show it."""

from __future__ import annotations

from dataclasses import dataclass

from saegim.labels.format import Format, Holds, Shape

OF_REGIONS = {"legible": "legible", "direction": "direction", "writing": "writing", "effects": "effects",
              "language": "language", "kind": "kind", "checked": "checked", "region_id": "region ids"}
OF_IMAGES = {"unit": "unit", "split": "split", "group": "group", "image_kind": "image kind", "conditions": "conditions",
             "source": "source", "licence": "licence", "image_id": "image ids"}
ALL = "everything"
REST = "everything else"
OF_WRITTEN = " that is written"
FEW = 3
"""So many things that have no place are named alone: the rest is kept."""
NO_LABELS = "no labels"
OUTLINES = {Shape.POLYGON: "polygons", Shape.QUAD: "four corners", Shape.BOX: "upright boxes", Shape.NONE: "crops"}


@dataclass(frozen=True, slots=True)
class Kept:
    """Of one format.

    Attributes:
        name: that ``--format`` takes.
        title: as people know it.
        is_written: whether releases can be written in it.
        is_read: whether data sets can be read from it.
        outlines: what of an outline it has a place for.
        keeps: what comes back as it was when Saegim reads it, in words.
        loses: what has no place, in words; the table that ends a conversion says of how much.
        left_out: which regions and images are not written at all, in words.
        sees: what the format's own readers and training take of it, in words.
        notes: what else to know, as sentences.
    """

    name: str
    title: str
    is_written: bool
    is_read: bool
    outlines: str
    keeps: tuple[str, ...]
    loses: tuple[str, ...]
    left_out: str
    sees: str
    notes: str


def kept(form: Format) -> Kept:
    """What a format keeps and loses."""
    places = _places(form.holds)
    has = tuple(word for word, is_held in places if is_held)
    lacks = tuple(word for word, is_held in places if not is_held)
    outlines = OUTLINES[form.holds.shape] if form.holds.text or form.holds.shape is not Shape.NONE else NO_LABELS
    most = (REST if lacks else ALL) + (OF_WRITTEN if form.leaves_out else "")
    return Kept(form.name, form.title, form.write is not None, form.read is not None, outlines,
                has if len(lacks) > FEW else (most,), lacks, form.leaves_out, form.sees, " ".join(form.notes))


def _places(holds: Holds) -> list[tuple[str, bool]]:
    """What a label has, in words, and whether a format has a place for it."""
    return [
        ("text", holds.text),
        *((word, name in holds.attributes) for name, word in OF_REGIONS.items()),
        *((word, name in holds.of_image) for name, word in OF_IMAGES.items()),
        ("reading start", holds.start),
        ("legible regions without text", holds.empty),
        ("fractions of pixels", not holds.whole),
    ]

"""Labels of a stranger's data set in our own words: polygons that are valid, texts as they are stored, attributes."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from saegim.labels.findings import Findings
from saegim.labels.format import Format
from saegim.labels.labelled import LabelledImage, LabelledRegion, numbered
from schemas.geometry import LOST, mend
from schemas.ids import digest
from schemas.reading import Attributes, Condition, Direction, Effect, ImageKind, Kind, Language, Region, Unit, Writing
from schemas.sources import ImportedLabels, Use
from schemas.text import language_of, normalise

NO_POLYGON = "its outline encloses nothing inside the picture"
CUT = "its outline crosses itself: its largest part is kept"
TEXT_TIDIED = "characters that nobody sees, or white space, taken out of its text"
UNKNOWN_WORD = "a value that is none of ours, taken for the usual one"

Word = TypeVar("Word", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class ImportRequest:
    """What somebody wants imported, and what they say of it.

    Attributes:
        source: ``public/NAME``.
        form: that it is read by.
        licence: of the data set.
        allows: what it may be used for.
        unit: of its regions; what the data set or its format says where None.
        split: of all its pictures, and a folder of their keys; the data set's own where empty.
    """

    source: str
    form: Format
    licence: str
    allows: tuple[Use, ...]
    unit: Unit | None = None
    split: str = ""


def imported_labels(image: LabelledImage, key: str, raw_sha256: str, request: ImportRequest,
                    findings: Findings) -> ImportedLabels:
    """The labels of a picture as they are kept. A region that cannot be kept is left out and told.

    Args:
        image: as its data set has it.
        key: of the picture in the bucket of submissions.
        raw_sha256: of the picture.
        request: what was asked for.
        findings: take what was mended or left out.
    """
    says_nothing = not image.regions and not request.form.is_truth
    return ImportedLabels(
        key=key, source=request.source, name=image.name, raw_sha256=raw_sha256, width=image.width, height=image.height,
        unit=request.unit or Unit(image.unit), regions=None if says_nothing else _regions(image, raw_sha256, findings),
        licence=image.licence if image.licence not in ("", request.licence) else None, split=request.split or image.split,
        part_of=image.group, image_kind=_word(ImageKind, image.image_kind, image.name, None, findings),
        conditions=_words(Condition, image.conditions, image.name, None, findings))


def _regions(image: LabelledImage, raw_sha256: str, findings: Findings) -> tuple[Region, ...]:
    """Regions with ids that come of the picture and the outline: they stay where a text is corrected."""
    found = []
    drawn: Counter[str] = Counter()
    for number, region in numbered(image.regions):
        mended = mend(region.polygon, image.width, image.height)
        if mended.polygon is None:
            findings.left_out(image.name, number, NO_POLYGON)
            continue
        if mended.lost >= LOST:
            findings.changed(image.name, number, CUT, f"{mended.lost:.0%} of its area is gone")
        outline = repr(mended.polygon)
        drawn[outline] += 1
        text = normalise(region.text)
        if text != region.text:
            findings.changed(image.name, number, TEXT_TIDIED, f"{region.text!r} became {text!r}")
        found.append(Region(digest("region", raw_sha256, outline, str(drawn[outline]), length=10), mended.polygon, text,
                            _attributes(region, text, image.name, number, findings)))
    return tuple(found)


def _attributes(region: LabelledRegion, text: str, name: str, number: int, findings: Findings) -> Attributes:
    """What the data set says, else the usual; the language is told by the text."""
    return Attributes(
        direction=_word(Direction, region.direction, name, number, findings) or Direction.HORIZONTAL,
        writing=_word(Writing, region.writing, name, number, findings) or Writing.PRINTED,
        effects=_words(Effect, region.effects, name, number, findings),
        language=_word(Language, region.language, name, number, findings) or language_of(text),
        legible=region.legible, kind=_word(Kind, region.kind, name, number, findings) or Kind.TEXT, checked=region.checked)


def _words(vocabulary: type[Word], values: tuple[str, ...], name: str, number: int | None,
           findings: Findings) -> tuple[Word, ...]:
    return tuple(sorted({word for value in values if (word := _word(vocabulary, value, name, number, findings))}))


def _word(vocabulary: type[Word], value: str | None, name: str, number: int | None, findings: Findings) -> Word | None:
    """A value of the vocabulary; None where the data set says nothing, or something that is none of it."""
    if value is None:
        return None
    try:
        return vocabulary(value)
    except ValueError:
        findings.changed(name, number, UNKNOWN_WORD, f"{vocabulary.__name__.lower()} {value!r}")
        return None

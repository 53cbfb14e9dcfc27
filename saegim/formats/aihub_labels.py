"""Label files of AI-Hub taken apart: documents, images with their regions, and one region's text and attributes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from saegim.errors import FormatWrong, SettingMissing
from saegim.formats.word_index import ASTRAY
from saegim.labels.dont_care import means_dont_care
from saegim.labels.drafts import NO_TEXT, Draft
from saegim.labels.findings import Findings
from saegim.labels.json_pieces import as_mapping, mappings, piece_at, pieces
from saegim.labels.labelled import LabelledRegion
from saegim.labels.texts import as_number, as_text, decoded, documents
from saegim.release import need

NAME = "aihub"
LARGE = 1 << 25
"""Characters from which on a file is read in pieces: one of the letter forms has a million annotations."""
YAML_MOST = 1 << 24
"""Characters up to which broken JSON is tried as YAML."""
AS_YAML = "no JSON, but YAML: read as that"
CHARACTERS = "a region of another unit than its image's: one image has one, words before their characters"
SINGLE_JAMO = "its text mixes syllables and single jamo"
MIXED = re.compile(r"(?=.*[가-힣]).*[ㄱ-ㅎㅏ-ㅣ]", re.DOTALL)
DIRECTIONS = {"가로": "horizontal", "세로": "vertical"}
HANDS = {"handwrite": "handwritten", "handwritten": "handwritten", "print": "printed", "printed": "printed"}
OF_A_WRITER = ("gender", "age", "job")
"""Attributes of the letter forms that were written by hand; those that were printed have the font."""
UNITS = {"word": "word", "character": "character", "단어": "word", "글자": "character", "문장": "line"}
"""By ``attributes.class`` of text in the wild, and by the start of ``attributes.type`` of the letter forms."""
LETTERS = "image_text_coord"
"""Member of the old books: lines of letters, beside the fields of the image itself."""
IGNORED = "ignored"
"""Class of text in the wild that nobody transcribed."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """The labels of one image.

    Attributes:
        image: the entry of the image.
        image_member: the member of the document that held it, in small letters.
        regions: entries of a list beside it.
        regions_member: the member that held the list, in small letters; empty where there is none.
        rest: all other members of the document by their names in small letters.
    """

    image: Mapping[str, Any]
    image_member: str
    regions: Sequence[Mapping[str, Any]]
    regions_member: str
    rest: Mapping[str, Any]


def labels_in(data: bytes, name: str, findings: Findings) -> Iterator[Any]:
    """The documents of a label file; a large one as its text.

    Raises:
        FormatWrong: it is no JSON, and no YAML either.
    """
    text = decoded(data, name, findings)
    if len(text) > LARGE:
        yield text
        return
    try:
        found = list(documents(text, name, findings))
    except FormatWrong as error:
        found = _as_yaml(text, error)
        if not found:
            raise
        findings.changed(name, None, AS_YAML)
    yield from found


def sheets_of(document: Any, name: str, findings: Findings) -> Iterator[Sheet]:
    """The images of a document with their regions; regions of none are left out."""
    if isinstance(document, str):
        yield from _large(document, name, findings)
        return
    given = {str(member).lower(): value for member, value in as_mapping(document).items()}
    image_member = next((member for member in ("images", "image") if member in given), "")
    if isinstance(letters := given.get(LETTERS), list):
        lines = (line if isinstance(line, list) else [line] for line in letters)
        yield Sheet(given, "", [region for line in lines for region in mappings(line)], LETTERS, given)
        return
    regions_member = next((member for member in ("annotations", "bbox") if isinstance(given.get(member), list)), "")
    images = given.get(image_member)
    regions = mappings(given.get(regions_member))
    entries = [images] if isinstance(images, Mapping) else mappings(images)
    if len(entries) < 2:
        yield Sheet(entries[0] if entries else {}, image_member, regions, regions_member, given)
        return
    by_image: dict[str, list[Mapping[str, Any]]] = {}
    for region in regions:
        by_image.setdefault(str(region.get("image_id")), []).append(region)
    for entry in entries:
        yield Sheet(entry, image_member, by_image.pop(str(entry.get("id")), []), regions_member, given)
    _astray(sum(map(len, by_image.values())), name, findings)


def _large(text: str, name: str, findings: Findings) -> Iterator[Sheet]:
    """The same of one large document, without all of it as objects."""
    images: list[int] = []
    by_image: dict[str, list[int]] = {}
    for piece in pieces(text, name, "images", "annotations"):
        if piece.member == "images" and isinstance(piece.value, Mapping):
            images.append(piece.start)
        elif piece.member == "annotations" and isinstance(piece.value, Mapping):
            by_image.setdefault(str(piece.value.get("image_id")), []).append(piece.start)
    for start in images:
        entry = piece_at(text, start)
        regions = [piece_at(text, place) for place in by_image.pop(str(entry.get("id")), [])]
        yield Sheet(entry, "images", regions, "annotations", {})
    _astray(sum(map(len, by_image.values())), name, findings)


def _astray(count: int, name: str, findings: Findings) -> None:
    findings.regions_in += count
    for number in range(count):
        findings.left_out(name, number, ASTRAY)


def _as_yaml(text: str, wrong: FormatWrong) -> list[Any]:
    """What YAML makes of a file, every value a text; nothing where that is no object.

    Args:
        text: of the file.
        wrong: what is wrong with it as JSON.
    """
    if len(text) > YAML_MOST:
        return []
    try:
        yaml = need("yaml", "pyyaml")
    except SettingMissing as missing:
        raise FormatWrong(f"{wrong}; YAML may read it: pip install pyyaml") from missing
    try:
        found = yaml.load(text, Loader=yaml.BaseLoader)  # makes texts, lists and mappings alone
    except (yaml.YAMLError, RecursionError, ValueError):
        return []
    return [found] if isinstance(found, dict) else []


def joined_words(regions: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The characters of a word as the word, in the box around them; without a box where one has none."""
    boxes = [box if isinstance(box := region.get("charbox"), list) else [] for region in regions]
    edges = [[number for number in map(as_number, box) if number is not None] for box in boxes]
    whole = bool(edges) and all(len(box) == 4 for box in edges)
    around = [min(box[0] for box in edges), min(box[1] for box in edges), max(box[2] for box in edges),
              max(box[3] for box in edges)] if whole else None
    text = "".join(as_text(region.get("value")) for region in regions)
    return [{"value": text, "charbox": around, "joined": True}] if regions else []


def unit_of(region: Mapping[str, Any], otherwise: str) -> str:
    """The unit that a region's attributes say."""
    attributes = as_mapping(region.get("attributes"))
    said = as_text(attributes.get("class")) or as_text(attributes.get("type")).partition("(")[0]
    return UNITS.get(said, otherwise)


def draft_of(region: Mapping[str, Any], text_field: str, sheet: Sheet) -> Draft:
    """A region without its outline: text, legibility, direction, hand.

    Args:
        region: as the file has it.
        text_field: that holds its text.
        sheet: what it stands in.
    """
    value = region.get(text_field)
    text = as_text(value)
    attributes = as_mapping(region.get("attributes"))
    meant = means_dont_care(NAME, text) or attributes.get("class") == IGNORED
    label = LabelledRegion((), "" if means_dont_care(NAME, text) else text, bool(text.strip()) and not meant, _direction(sheet),
                           _writing(attributes, sheet))
    lost = ("boxes of the characters of a word",) if region.get("joined") else ()
    return Draft(None, label, changes=() if text.strip() or meant else (NO_TEXT,), lost=lost,
                 doubts=(SINGLE_JAMO,) if MIXED.match(text) else ())


def _direction(sheet: Sheet) -> str | None:
    """That of all text of an image (``metadata[0].wordorientation`` of the photographs outdoors)."""
    metadata = mappings(sheet.rest.get("metadata"))
    return DIRECTIONS.get(as_text(metadata[0].get("wordorientation"))) if metadata else None


def _writing(attributes: Mapping[str, Any], sheet: Sheet) -> str | None:
    if said := HANDS.get(as_text(as_mapping(sheet.rest.get("text")).get("output"))):
        return said
    if any(name in attributes for name in OF_A_WRITER):
        return "handwritten"
    return "printed" if "font" in attributes else None

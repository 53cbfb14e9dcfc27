"""A PAGE document of one picture (schema 2019-07-15): a text region with one line, and one word, a region of ours.

A line that holds a word has the word's text too: trainers of lines read no words.
"""

from __future__ import annotations

import re
from urllib.parse import quote
from xml.sax.saxutils import escape, quoteattr

from saegim.labels.extras import extras_of, extras_of_image
from saegim.labels.labelled import LabelledImage, LabelledRegion

NAMESPACE = "http://schema.primaresearch.org/PAGE/gts/pagecontent/2019-07-15"
SOME_TIME = "2000-01-01T00:00:00"
"""The schema wants times; the same data set gives the same bytes whenever it is written."""
LEVELS = {"line": ("TextLine",), "word": ("TextLine", "Word"), "character": ("TextLine", "Word", "Glyph")}
"""Elements within the text region, down to the one that a region of ours is, by unit."""
LANGUAGES = {"ko": "Korean", "en": "English", "other": "other"}
DIRECTIONS = {"horizontal": "left-to-right", "vertical": "top-to-bottom"}
PRODUCTIONS = {"printed": "printed", "handwritten": "handwritten-cursive"}
GRAPHICS = ("stamp", "signature")
"""Kinds for which PAGE has a type of graphic."""
CUSTOM = "saegim"
"""Name of our own properties in the attribute ``custom``, written as Transkribus writes its own: ``name {key:value;}``."""
KEPT = {"\r": "&#13;"}
"""What every XML reader would take for a line feed."""
NOT_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 cannot hold, not even as references."""
REPLACED = "\ufffd"


def page_of(image: LabelledImage, licence: str) -> str:
    """The document of an image; its picture lies beside it under the image's name.

    Args:
        image: with corners in whole pixels and texts that XML can hold.
        licence: of the data set.
    """
    comments = f"<Comments>Licence: {escape(image.licence or licence)}</Comments>" if image.licence or licence else ""
    regions = "".join(_region(region, number, image.unit) for number, region in enumerate(image.regions))
    return (f'<?xml version="1.0" encoding="UTF-8"?>\n<PcGts xmlns="{NAMESPACE}">\n<Metadata><Creator>saegim</Creator>'
            f"<Created>{SOME_TIME}</Created><LastChange>{SOME_TIME}</LastChange>{comments}</Metadata>\n"
            f"<Page imageFilename={quoteattr(image.name)} imageWidth=\"{image.width}\" imageHeight=\"{image.height}\""
            f"{_custom(extras_of_image(image))}>\n{regions}</Page>\n</PcGts>\n")


def _region(region: LabelledRegion, number: int, unit: str) -> str:
    coords = f'<Coords points="{" ".join(f"{x:.0f},{y:.0f}" for x, y in region.polygon)}"/>'
    if region.kind != "text":
        custom = _custom(extras_of(region) | ({"text": region.text} if region.text else {}))
        name = "GraphicRegion" if region.kind in GRAPHICS else "CustomRegion"
        return f'<{name} id="r{number}" type="{region.kind}"{custom}>{coords}</{name}>\n'
    levels = LEVELS[unit]
    inner = ""
    for depth, level in reversed(list(enumerate(levels, 1))):
        said = _attributes(region, level) if depth == len(levels) else ""
        inner = f'<{level} id="r{number}{"lwg"[:depth]}"{said}>{coords}{inner}{_text(region)}</{level}>'
    return f'<TextRegion id="r{number}">{coords}{inner}</TextRegion>\n'


def _text(region: LabelledRegion) -> str:
    """What is read; nothing of what nobody can read, which trainers pass over then."""
    return f"<TextEquiv><Unicode>{escape(region.text, KEPT)}</Unicode></TextEquiv>" if region.legible else ""


def _attributes(region: LabelledRegion, level: str) -> str:
    """Those of a line, a word or a glyph, in the schema's words as far as it has them."""
    fields = {"production": PRODUCTIONS.get(region.writing or "")}
    held = {"writing"}
    if level != "Glyph":
        fields["readingDirection"] = DIRECTIONS.get(region.direction or "")
        fields["primaryLanguage" if level == "TextLine" else "language"] = LANGUAGES.get(region.language or "")
        held |= {"direction"} if region.direction in DIRECTIONS else set()
        held |= {"language"} if region.language in LANGUAGES else set()
    said = extras_of(region, held)
    if region.legible:
        said.pop("legible")
    return "".join(f' {name}="{value}"' for name, value in fields.items() if value) + _custom(said)


def _custom(said: dict[str, object]) -> str:
    """The attribute ``custom``; nothing where nothing is to say. Values are percent-encoded, lists with commas between."""
    values = {name: ",".join(map(str, value)) if isinstance(value, list) else str(value).lower() if isinstance(value, bool)
              else str(value) for name, value in said.items()}
    given = " ".join(f"{name}:{quote(value, safe=',/')};" for name, value in values.items())
    return f" custom={quoteattr(f'{CUSTOM} {{{given}}}')}" if given else ""

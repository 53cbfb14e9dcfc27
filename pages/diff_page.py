"""A diff as one self-contained HTML page with the pictures before and after. Texts come from strangers: all is escaped."""

from __future__ import annotations

import base64
import functools
from collections.abc import Mapping

from jinja2 import Template
from markupsafe import Markup

from pages.diff_pictures import MOST_NUMBERED, colour_of, outlines
from pages.diff_tables import NOTHING_CHANGED, images_table, short_reader, summary, tables
from pages.diff_texts import cut_to, marked
from pages.html import template
from saegim.tables import Table
from schemas.shown_text import shortened, visible
from schemas.text import normalise
from stages.diff.diff import Diff
from stages.diff.images import ShownImage
from stages.diff.regions import RegionChange
from stages.diff.texts import pieces

MOST_LISTED = 60
"""Images listed below the pictures."""
TEXT = 80
"""Characters of a text in such a list, about."""


def render(found: Diff, pictures: Mapping[str, bytes]) -> str:
    """The page.

    Args:
        found: the diff.
        pictures: JPEG thumbnails of ``Diff.pictured`` by image id; one that is missing is drawn as outlines on grey.
    """
    return _template().render(
        diff=found, nothing=NOTHING_CHANGED, cards=summary(found), tables=tables(found)[1:], pictures=pictures,
        listed=images_table(found, MOST_LISTED), most=MOST_NUMBERED)


def details(change: RegionChange) -> Markup:
    """What happened to a region, beside its text."""
    lines = []
    if change.moved:
        lines.append(f"IoU {change.iou:.2f}")
    if change.turned:
        lines.append("reads from another corner")
    lines += [f"{name}: {before} → {after}" for name, before, after in change.attributes]
    return Markup(" · ").join(lines)


def text_of(change: RegionChange) -> Markup:
    """A region's text with its edits marked; of one that was added or removed, all of it."""
    before, after = (normalise(region.text) if region else "" for region in (change.before, change.after))
    if change.before and change.after:
        return marked(cut_to(pieces(before, after), TEXT))
    return Markup("<{0}>{1}</{0}>").format("ins" if change.after else "del", visible(shortened(before or after, TEXT)))


def _people(picture: ShownImage) -> str:
    earlier, reader = map(short_reader, picture.image.reader)
    return f"read by {reader}" + (f", before by {earlier}" if earlier and earlier != reader else "")


def _wide(table: Table) -> bool:
    return len(table.headings) > 5


@functools.cache
def _template() -> Template:
    # Compiled where a page is drawn: it takes up to 0.2 s, and each command imports this module.
    return template("diff", {
        "base64": lambda data: base64.b64encode(data).decode(), "details": details, "text": text_of, "colour": colour_of,
        "people": _people, "wide": _wide}, {"outlines": outlines})

"""Edited texts of a diff as HTML, and as short as their place. Texts are strangers': escaped."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup, escape

from schemas.shown_text import ABBREVIATED, shortened, visible
from stages.diff.texts import Stretch


def marked(stretches: Sequence[Stretch]) -> Markup:
    """A character diff as HTML: what was taken out, what was put in."""
    out = Markup("")
    for stretch in stretches:
        if stretch.same:
            out += escape(visible(stretch.after))
            continue
        if stretch.before:
            out += Markup("<del>{}</del>").format(visible(stretch.before, spaces=True))
        if stretch.after:
            out += Markup("<ins>{}</ins>").format(visible(stretch.after, spaces=True))
    return out


def cut_to(stretches: Sequence[Stretch], most: int) -> list[Stretch]:
    """About so many characters of two texts; stretches in which nothing changed give way first."""
    room = most - sum(max(len(stretch.before), len(stretch.after)) for stretch in stretches if not stretch.same)
    each = max(8, room // max(1, sum(stretch.same for stretch in stretches)))
    kept: list[Stretch] = []
    length = 0
    for number, stretch in enumerate(stretches):
        if length > most:
            return [*kept, Stretch(ABBREVIATED, ABBREVIATED)]
        if stretch.same and len(stretch.after) > each:
            start = "" if number == 0 else stretch.after[:each // 2]
            end = "" if number == len(stretches) - 1 else stretch.after[-(each // 2):]
            middle_out = f"{start}{ABBREVIATED}{end}"
            kept.append(Stretch(shortened(middle_out, most), shortened(middle_out, most)))
        else:
            kept.append(Stretch(shortened(stretch.before, most), shortened(stretch.after, most)))
        length += max(len(kept[-1].before), len(kept[-1].after))
    return kept

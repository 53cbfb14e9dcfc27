"""How a scripted person worked through a page on the screens before: ``scene_text@2`` and ``line_text@1``.

On the picture of ``scene_text@2`` a person sees a region's text in a list of regions that follows no key, and the picture does
not follow either. So a row out of sight is brought in sight by the wheel, and a text that is cut in the list is opened by Enter
and closed again: each only where the screen, asked, shows that it is so.
"""

from __future__ import annotations

from benchmarks.screen_pages import Sheet
from benchmarks.screen_people import Seat, timed
from benchmarks.screen_ways import (
    DRAWN,
    IN_NO_TEXT,
    IN_TEXT,
    SELECTED,
    WHERE,
    Played,
    bring_in_sight,
    mend,
    put_guide_away,
    submit,
    wrong_texts,
)

LINE = "() => document.querySelector('.saegim-line input:not([type=checkbox])').value"
"""The text of the one line of ``line_text@1``."""
LINE_DRAWN = """before => Boolean(window.Htx?.annotationStore?.selected && `${Htx.task.id}` !== before && document.images.length
    && document.querySelector('.saegim-line input:not([type=checkbox])') && [...document.images].every(one => one.complete))"""
"""Whether another line than ``before`` is drawn."""


def play_picture_2(seat: Seat, sheet: Sheet, address: str) -> Played:
    """A page on ``scene_text@2``: Alt+. selects, Enter opens the text, Enter closes it."""
    played = Played()
    count = len(sheet.reading.regions)
    seat.goes_to(address, DRAWN, [count, ""])
    put_guide_away(seat)
    seat.start()
    wrong = set(sheet.wrong)
    for region in sheet.reading.regions:
        is_wrong = region.region_id in wrong
        with timed(seat, played.mended if is_wrong else played.untouched):
            _picture_line_2(seat, region.region_id, is_wrong)
    played.wrong = wrong_texts(seat, sheet)
    with timed(seat, played.between):
        submit(seat, DRAWN, count)
    return played


def _picture_line_2(seat: Seat, region_id: str, is_wrong: bool) -> None:
    seat.press("Alt+.")
    seat.until(SELECTED, region_id)
    bring_in_sight(seat)
    where = seat.asks(WHERE)
    if where["rowTop"] is None or where["rowTop"] < where["listTop"] or where["rowBottom"] > where["listBottom"]:
        _turn_the_list(seat, where)
        where = seat.asks(WHERE)
    seat.read()
    if where["cut"] or is_wrong:
        seat.press("Enter")
        seat.until(IN_TEXT)
        if is_wrong:
            mend(seat)
        seat.press("Enter")
        seat.until(IN_NO_TEXT)


def _turn_the_list(seat: Seat, where: dict[str, float]) -> None:
    """Turns the wheel over the list until the selected row is its first one."""
    row = where["rowTop"] if where["rowTop"] is not None else where["listBottom"]
    seat.turn(where["listLeft"] + 100, where["listTop"] + 100, row - where["listTop"])
    seat.until("top => { const row = document.querySelector('.lsf-tree-treenode-selected'); "
               "return row && row.getBoundingClientRect().top >= top && row.getBoundingClientRect().bottom <= innerHeight }",
               where["listTop"] - 1)


def play_lines_1(seat: Seat, sheet: Sheet, address: str) -> Played:
    """A page as single lines of ``line_text@1``: the text is open, Tab leaves it, Ctrl+Enter brings the next line."""
    played = Played()
    wrong = set(sheet.wrong)
    seat.goes_to(address, LINE_DRAWN, "")
    put_guide_away(seat)
    seat.start()
    for place, region in enumerate(sheet.reading.regions, 1):
        lines = played.mended if region.region_id in wrong else played.untouched
        with timed(seat, lines):
            _single_line_1(seat, region.region_id in wrong)
        played.wrong += seat.asks(LINE) != sheet.truth[region.region_id]
        if place < len(sheet.reading.regions):
            with timed(seat, played.between):
                submit(seat, LINE_DRAWN)
    return played


def _single_line_1(seat: Seat, is_wrong: bool) -> None:
    in_text = seat.read(IN_TEXT)
    if is_wrong:
        if not in_text:
            box = seat.page.locator(".saegim-line input:not([type=checkbox])").bounding_box()
            assert box
            seat.click(box["x"] + box["width"] - 5, box["y"] + box["height"] / 2)
        mend(seat)
    seat.press("Tab")

"""How a scripted person works through a page on each screen, as its guide tells it: ``play_…``, one function a screen.

Where the picture hides a line it is turned on by the wheel, and made larger once where its lines are lower than 14 pixels: each
only where the screen, asked, shows that it is so. The screens before are in ``screen_before.py``.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from benchmarks.screen_pages import RIGHT, Sheet
from benchmarks.screen_people import Seat, timed

READABLE = 14
"""Pixels that a line is high on the screen where a person reads it with ease."""
ROOM = 160
"""Pixels above the picture that Label Studio takes."""
FOOT = 60
"""Pixels of its bar with the button Submit."""

SOON = 2_000
"""Milliseconds after which a person sees that keys go elsewhere."""

TASK = "() => window.Htx?.task && `${Htx.task.id}`"
"""Number of the task on the screen."""
DRAWN = """([count, before]) => {
  const found = window.Htx?.annotationStore?.selected;
  const image = [...document.querySelectorAll('img')].some(item => item.naturalWidth > 1000 && item.complete);
  return Boolean(found && image && `${Htx.task.id}` !== before && found.regions.length >= count
                 && document.querySelectorAll('.konvajs-content canvas').length);
}"""
"""Whether another task than ``before`` is drawn, with ``count`` regions."""
SELECTED = "id => Htx.annotationStore.selected.regionStore.selection.highlighted?.cleanId === id"
"""Whether a region is selected."""
WHERE = """() => {
  const region = Htx.annotationStore.selected.regionStore.selection.highlighted;
  const image = Htx.annotationStore.selected.names.get('image');
  const stage = document.querySelector('.konvajs-content').getBoundingClientRect();
  const down = region.points.map(point => stage.y + image.zoomingPositionY + point.canvasY * image.zoomScale);
  const list = document.querySelector('.lsf-tree-list-holder')?.getBoundingClientRect() ?? {top: 0, bottom: 0, left: 0};
  const row = document.querySelector('.lsf-tree-treenode-selected');
  const box = row?.getBoundingClientRect();
  const text = row?.querySelector('input, textarea');
  return {top: Math.min(...down), bottom: Math.max(...down), left: stage.x, stageTop: stage.y,
          stageBottom: Math.min(stage.bottom, innerHeight), listTop: list.top, listBottom: Math.min(list.bottom, innerHeight),
          listLeft: list.left, rowTop: box?.top ?? null, rowBottom: box?.bottom ?? null,
          cut: Boolean(text && text.scrollWidth > text.clientWidth)};
}"""
"""Where the selected region and its row in the list are on the screen, in pixels."""
LINES_DRAWN = """before => {
  const texts = [...document.querySelectorAll('.saegim-line textarea')];
  return Boolean(window.Htx?.annotationStore?.selected && `${Htx.task.id}` !== before && texts.length
                 && document.activeElement === texts[0] && [...document.images].every(one => one.complete)
                 && texts.every(one => getComputedStyle(one).visibility === 'visible'));
}"""
"""Whether other lines than those of the task ``before`` are drawn, keys go into the first one, and Tab can reach the others."""
LINE_IDS = "() => Htx.task.dataObj.lines.map(line => line.id)"
"""Ids of the lines on the screen."""
LINE_TEXTS = "() => [...document.querySelectorAll('.saegim-line textarea')].map(one => one.value)"
"""Their texts."""
LINE_FOCUS = "place => document.querySelectorAll('.saegim-line textarea')[place] === document.activeElement"
"""Whether keys go into the text of the line at a place."""
IN_TEXT = "() => ['INPUT', 'TEXTAREA'].includes(document.activeElement.tagName)"
"""Whether keys go into a text."""
IN_NO_TEXT = "() => !['INPUT', 'TEXTAREA'].includes(document.activeElement.tagName)"
"""Whether keys go into none."""
TEXT_IS = "text => document.activeElement.value === text"
"""Whether keys go into this text."""
TEXTS = """() => Object.fromEntries(Htx.annotationStore.selected.regions.filter(region => region.points).map(region =>
    [region.cleanId, region.results.find(item => item.from_name.name === 'text')?.mainValue[0] ?? '']))"""
"""Texts of the regions, by region id."""


@dataclass(slots=True)
class Played:
    """One page, worked through.

    Attributes:
        untouched: seconds of each line that was right.
        mended: seconds of each line in which a letter was mended.
        between: seconds of each submit, until the next task is there, and of what is done once a page.
        astray: how often keys went into another text than the person's.
        wrong: lines that are not as they stand on the picture afterwards.
    """

    untouched: list[float] = field(default_factory=list)
    mended: list[float] = field(default_factory=list)
    between: list[float] = field(default_factory=list)
    astray: int = 0
    wrong: int = 0

    @property
    def seconds(self) -> float:
        """Of the whole page."""
        return sum(self.untouched) + sum(self.mended) + sum(self.between)

    @property
    def an_untouched_line(self) -> float:
        """Seconds of a line that is right, with its share of what is done between."""
        lines = len(self.untouched) + len(self.mended)
        return sum(self.untouched) / len(self.untouched) + sum(self.between) / lines


def mend(seat: Seat) -> None:
    """Types the letter before the last word of a text anew."""
    seat.press("Control+End", "Control+ArrowLeft", "ArrowLeft", "Backspace", RIGHT)


def bring_in_sight(seat: Seat) -> None:
    """Makes the picture larger where its line cannot be read, and turns it on where the line is out of sight."""
    where = seat.asks(WHERE)
    if where["bottom"] - where["top"] < READABLE:
        seat.turn(where["left"] + 30, where["top"], -100, "Control")
        for _ in range(10):
            where = seat.asks(WHERE)
            if where["bottom"] - where["top"] >= READABLE:
                break
            seat.page.keyboard.down("Control")
            seat.page.mouse.wheel(0, -100)
            seat.page.keyboard.up("Control")
    if where["top"] < max(where["stageTop"], ROOM) or where["bottom"] > where["stageBottom"] - FOOT:
        seat.turn(where["left"] + 100, (where["stageTop"] + where["stageBottom"]) / 2, where["top"] - where["stageTop"] - ROOM)
        seat.until(f"() => {{ const where = ({WHERE})(); return where.top >= 0 && where.bottom <= innerHeight - {FOOT} }}")


def play_picture_3(seat: Seat, sheet: Sheet, address: str) -> Played:
    """A page on ``scene_text@3``: Tab leads out of a text and into the next region's."""
    played = Played()
    wrong = set(sheet.wrong)
    seat.goes_to(address, DRAWN, [len(sheet.reading.regions), ""])
    put_guide_away(seat)
    seat.start()
    for region in sheet.reading.regions:
        lines = played.mended if region.region_id in wrong else played.untouched
        with timed(seat, lines):
            _picture_line_3(seat, region.region_id, region.text, region.region_id in wrong)
    seat.press("Tab")
    played.wrong = wrong_texts(seat, sheet)
    with timed(seat, played.between):
        submit(seat, DRAWN, len(sheet.reading.regions))
    return played


def _picture_line_3(seat: Seat, region_id: str, text: str, is_wrong: bool) -> None:
    step_3(seat)
    seat.until(SELECTED, region_id)
    seat.until(TEXT_IS, text)
    bring_in_sight(seat)
    seat.read()
    if is_wrong:
        mend(seat)


def step_3(seat: Seat) -> None:
    """To the next region's text, from a text or from outside."""
    if seat.asks(IN_TEXT):
        seat.press("Tab")
        seat.until(IN_NO_TEXT)
    seat.press("Tab")


def play_lines_2(seat: Seat, sheet: Sheet, address: str) -> Played:
    """A page on ``line_text@2``, some lines a task: Tab leads from text to text, Ctrl+Enter brings the next lines."""
    played = Played()
    texts = {region.region_id: region.text for region in sheet.reading.regions}
    if address:
        seat.goes_to(address, LINES_DRAWN, "")
        put_guide_away(seat)
    seat.start()
    shown = 0
    while shown < len(texts):
        region_ids: list[str] = seat.asks(LINE_IDS)
        for place, region_id in enumerate(region_ids):
            is_wrong = texts[region_id] != sheet.truth[region_id]
            lines = played.mended if is_wrong else played.untouched
            with timed(seat, lines):
                played.astray += _one_of_lines_2(seat, place, len(region_ids), is_wrong)
        typed: list[str] = seat.asks(LINE_TEXTS)
        played.wrong += sum(text != sheet.truth[name] for text, name in zip(typed, region_ids, strict=True))
        shown += len(region_ids)
        with timed(seat, played.between):
            submit(seat, LINES_DRAWN)
    return played


def _one_of_lines_2(seat: Seat, place: int, count: int, is_wrong: bool) -> int:
    """Returns how often keys went elsewhere than a person would expect, who then leads them back by Tab."""
    astray = 0
    seat.read()
    if is_wrong:
        mend(seat)
    seat.press("Tab")
    there = LINE_FOCUS if place + 1 < count else IN_NO_TEXT
    while not seat.waits(there, place + 1, SOON):
        astray += 1
        seat.press("Tab")
    return astray


def submit(seat: Seat, condition: str, *given: object) -> None:
    """Submits; the next task comes."""
    before = seat.asks(TASK)
    seat.press("Control+Enter")
    seat.until(condition, [*given, before] if given else before, "Tab", "Control+Enter")


def wrong_texts(seat: Seat, sheet: Sheet) -> int:
    """Regions whose text is not what stands on the picture."""
    shown = seat.asks(TEXTS)
    return sum(shown.get(name) != text for name, text in sheet.truth.items())


def put_guide_away(seat: Seat) -> None:
    """The guide opens by itself where a person comes to a project."""
    guide = seat.page.get_by_text("Labeling Instructions")
    for _ in range(20):
        if guide.count():
            seat.page.keyboard.press("Escape")
            guide.first.wait_for(state="hidden")
            return
        seat.page.wait_for_timeout(50)


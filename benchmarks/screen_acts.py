"""Five hundred acts of a hurried person on a page of 100 regions, and what became of the page beside what the person meant.

After each act the screen's own state is read and compared with what the person meant (``screen_harm.py``). Half of the acts are
blind: the person does not look whether the screen is ready, and types on after the time of a key. Acts and words are drawn with a
fixed seed, so every screen gets the same ones.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from benchmarks.screen_harm import Harm, Meant, Shown
from benchmarks.screen_people import KEY, Seat
from benchmarks.screen_ways import IN_NO_TEXT, IN_TEXT, SELECTED

SEED = 20261126
"""Of the acts."""
LETTERS = "abcdefgjklmnopqrstuvwxyz1234567890"
"""That words are made of: each is a key of some screen."""
BLIND = 0.5
"""Share of acts in which the person does not look."""
TURNS = 12
"""Turns of the wheel after which a region cannot be brought in sight."""
SLOT = 0.016
"""Share of the picture's width that each drawn region has for itself: over another one it cannot be drawn without a key."""
SLOTS = 60
"""Such places at the foot of the picture."""
GLANCE = 2_000
"""Milliseconds after which a person who looks goes on."""
BETWEEN_LETTERS = 40
"""Milliseconds."""

STATE = """() => Object.fromEntries(Htx.annotationStore.selected.regions
  .filter(region => ['polygonregion', 'rectangleregion', 'ellipseregion'].includes(region.type)).map(region => {
    const text = region.results.find(item => item.from_name.name === 'text');
    const said = item => [].concat(item.mainValue ?? []).map(one => typeof one === 'string' ? one : JSON.stringify(one));
    const marks = region.results.filter(item => item !== text).map(item => `${item.from_name.name}=${said(item)}`);
    return [region.cleanId, {text: text?.mainValue?.[0] ?? '', marks: marks.sort().join(' ')}];
}))"""
"""Text and marks of each region, by region id."""
PLACE = """id => {
  const region = Htx.annotationStore.selected.regions.find(one => one.cleanId === id);
  const image = Htx.annotationStore.selected.names.get('image');
  const stage = document.querySelector('.konvajs-content').getBoundingClientRect();
  const points = region.points ? region.points.map(one => [one.canvasX, one.canvasY]) : [[region.canvasX, region.canvasY],
      [region.canvasX + region.canvasWidth, region.canvasY + region.canvasHeight]];
  const middle = [0, 1].map(axis => points.reduce((sum, point) => sum + point[axis], 0) / points.length);
  const x = stage.x + image.zoomingPositionX + middle[0] * image.zoomScale;
  const y = stage.y + image.zoomingPositionY + middle[1] * image.zoomScale;
  const top = document.elementFromPoint(x, y);
  return {x, y, free: Boolean(top?.closest('.konvajs-content')), middle: stage.x + stage.width / 2};
}"""
"""Where a region's middle is in the window, and whether nothing lies over it."""
EMPTY = """([across, down, wide]) => {
  const image = Htx.annotationStore.selected.names.get('image');
  const stage = document.querySelector('.konvajs-content').getBoundingClientRect();
  const at = (x, y) => ({x: stage.x + image.zoomingPositionX + x * image.stageWidth * image.zoomScale,
                         y: stage.y + image.zoomingPositionY + y * image.stageHeight * image.zoomScale});
  const first = at(across, down), last = at(across + wide, down + .02);
  const free = [first, last].every(one => document.elementFromPoint(one.x, one.y)?.closest('.konvajs-content'));
  return {...first, x2: last.x, y2: last.y, free, middle: stage.x + stage.width / 2};
}"""
"""Where a place of the picture, in shares of it, is in the window."""


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys of a screen, as its guide tells them.

    Attributes:
        step: from outside of a text to the next region.
        into_text: from a selected region into its text.
        out_of_text: from a text to outside of it.
        illegible: marks the selected region as illegible; pressed outside of a text.
        rectangle: begins a rectangle with text; pressed outside of a text.
        new_text: where to click for the text of a region just drawn; empty where ``into_text`` leads there too.
        undo: takes the last change back; pressed outside of a text.
    """

    step: tuple[str, ...]
    into_text: tuple[str, ...]
    out_of_text: tuple[str, ...]
    illegible: str
    rectangle: tuple[str, ...]
    new_text: str = ""
    undo: str = "Control+z"


VERSION_2 = Keys(("Alt+.",), ("Enter",), ("Enter",), "x", ("5",))
"""Of ``scene_text@2``."""
VERSION_3 = Keys(("Tab",), (), ("Tab",), "Alt+x", ("Escape", "Control+Alt+5"), ".saegim-text input")
"""Of ``scene_text@3``: from a text Tab leads out, from there the next one leads into the next region's text."""


class Hurried:
    """A person who plays acts on the task that is open."""

    def __init__(self, seat: Seat, keys: Keys, seed: int = SEED) -> None:
        self.seat = seat
        self.keys = keys
        self.draws = random.Random(seed)
        self.harm = Harm(self._state())
        self.drawn = 0

    def play(self, acts: int) -> Harm:
        """Plays so many acts; what each one did is compared with what it meant."""
        ways: tuple[Callable[[], Meant], ...] = (self.click_and_type, self.step_and_type, self.type_after_a_stray_click,
                                                 self.draw_and_type, self.draw_and_undo, self.mark)
        for act in self.draws.choices(ways, (8, 6, 3, 1, 1, 1), k=acts):
            self._judge(act.__name__.replace("_", " "), act())
        return self.harm

    def click_and_type(self) -> Meant:
        """Clicks a region on the picture and mends its last letter."""
        region_id = self._some_region()
        self._click_region(region_id)
        return self._mend(region_id)

    def step_and_type(self) -> Meant:
        """Steps on some regions and mends the last letter of the one that is reached."""
        for _ in range(self.draws.randint(1, 3)):
            self.seat.press(*self.keys.step, *(() if self._outside() else self.keys.step))
            self.seat.page.wait_for_timeout(KEY * 1000)
        region_id = self._selected()
        self._look(SELECTED, region_id)
        return self._mend(region_id) if region_id and self._has_text(region_id) else Meant()

    def type_after_a_stray_click(self) -> Meant:
        """Clicks a region, then something that is no region, and types what belongs to the region."""
        region_id = self._some_region()
        self._click_region(region_id)
        beside = self.seat.asks("() => { const bar = document.querySelector('.lsf-bottombar').getBoundingClientRect(); "
                                "return [bar.x + bar.width / 2, bar.y + bar.height / 2]; }")
        self.seat.click(*beside)
        before = self.harm.page[region_id].text
        word = self._word()
        self.seat.press("Backspace")
        self._type(word)
        return Meant(region_id, (before, before[:-1] + word))

    def draw_and_type(self) -> Meant:
        """Draws a region where there is none and types its text."""
        before = set(self._state())
        self._draw()
        new = next(iter(set(self._state()) - before), "")
        word = self._word()
        if not new:
            self.harm.note("not drawn", "draw and type")
            return Meant()
        self._look(SELECTED, new)
        if self.keys.new_text:
            box = self.seat.page.locator(self.keys.new_text).bounding_box()
            assert box
            self.seat.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        self.seat.press(*self.keys.into_text)
        self._look(IN_TEXT)
        self._type(word)
        self.seat.press(*self.keys.out_of_text)
        return Meant(new, (word,), drawn=1)

    def draw_and_undo(self) -> Meant:
        """Draws a region and takes it back."""
        before = set(self._state())
        self._draw()
        new = set(self._state()) - before
        if not self._outside():
            self.seat.press(*self.keys.out_of_text)
        for _ in range(4):
            if not new & set(self._state()):
                break
            self.seat.press(self.keys.undo)
            self.seat.page.wait_for_timeout(2 * KEY * 1000)
        return Meant()

    def mark(self) -> Meant:
        """Marks a region as illegible."""
        region_id = self._some_region()
        self._click_region(region_id)
        if not self._outside():
            self.seat.press(*self.keys.out_of_text)
        self._look(IN_NO_TEXT)
        self.seat.press(self.keys.illegible)
        return Meant(region_id, (self.harm.page[region_id].text,), marks=True)

    def _mend(self, region_id: str) -> Meant:
        """Types another end to a region's text, as the guide tells it."""
        before = self.harm.page[region_id].text if region_id in self.harm.page else ""
        word = self._word()
        self.seat.press(*self.keys.into_text)
        self._look(IN_TEXT)
        self.seat.press("Backspace")
        self._type(word)
        self.seat.press(*self.keys.out_of_text)
        return Meant(region_id, (before[:-1] + word,))

    def _judge(self, act: str, meant: Meant) -> None:
        self.seat.page.wait_for_timeout(KEY * 1000)
        self.harm.judge(act, meant, self._state())

    def _some_region(self) -> str:
        """A region with text, other than the selected one."""
        selected = self._selected()
        return self.draws.choice([name for name in self.harm.page if name != selected and self._has_text(name)])

    def _has_text(self, region_id: str) -> bool:
        return region_id in self.harm.page and "illegible" not in self.harm.page[region_id].marks

    def _word(self) -> str:
        return "".join(self.draws.choices(LETTERS, k=self.draws.randint(2, 4)))

    def _type(self, word: str) -> None:
        for letter in word:
            self.seat.press(letter)
            self.seat.page.wait_for_timeout(BETWEEN_LETTERS)

    def _click_region(self, region_id: str) -> None:
        place = self._in_sight(PLACE, region_id)
        self.seat.click(place["x"], place["y"])
        self._look(SELECTED, region_id)

    def _draw(self) -> None:
        """Begins a rectangle by its key and drags it over an empty place at the foot of the picture."""
        if not self._outside():
            self.seat.press(*self.keys.out_of_text)
        place = self._in_sight(EMPTY, [0.02 + SLOT * (self.drawn % SLOTS), 0.96, 0.6 * SLOT])
        self.drawn += 1
        before = len(self._state())
        self.seat.press(*self.keys.rectangle)
        self.seat.page.wait_for_timeout(KEY * 1000)
        mouse = self.seat.page.mouse
        mouse.move(place["x"], place["y"])
        mouse.down()
        mouse.move(place["x2"], place["y2"], steps=4)
        mouse.up()
        self._look("before => Htx.annotationStore.selected.regions.length > before", before)
        self.seat.page.wait_for_timeout(KEY * 1000)

    def _in_sight(self, question: str, given: object) -> Any:
        """Turns the wheel over the picture until a place can be clicked."""
        for _ in range(TURNS):
            place = self.seat.asks(question, given)
            if place["free"]:
                return place
            self.seat.page.mouse.move(place["middle"], 500)
            self.seat.page.mouse.wheel(0, place["y"] - 500)
            self.seat.page.wait_for_timeout(100)
        raise AssertionError(f"{given} cannot be brought in sight: {place}")

    def _look(self, condition: str, given: object = None) -> None:
        """Waits until the person sees that the screen is ready; where blind, for the time of a key."""
        if self.draws.random() < BLIND:
            self.seat.page.wait_for_timeout(KEY * 1000)
        else:
            self.seat.glance(condition, given, GLANCE)

    def _outside(self) -> bool:
        return bool(self.seat.asks(IN_NO_TEXT))

    def _selected(self) -> str:
        found = self.seat.asks("() => Htx.annotationStore.selected.regionStore.selection.highlighted?.cleanId ?? ''")
        return str(found)

    def _state(self) -> dict[str, Shown]:
        found = self.seat.asks(STATE)
        return {region_id: Shown(**shown) for region_id, shown in found.items()}

"""What a page costs an annotator, and what becomes of work on the screen: ours beside the screens before and Label Studio's own.

Scripted people work in Chromium. Their model, in seconds: a key 0.2, a chord of two keys 0.4, a click or a turn of the wheel 1.3,
reading a line and comparing it with its text 1.5, and what the system takes, which is measured (``screen_people.py``). What they
do on each screen is what its guide tells (``screen_ways.py``; ``screen_before.py`` for ``scene_text@2`` and ``line_text@1``,
which are kept in ``tests/screens/``). Hurried people play random acts, of which half are blind (``screen_acts.py``).
"""

from __future__ import annotations

import secrets
import statistics
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from adapters.label_studio.tasks import tasks_after
from benchmarks import screen_tasks
from benchmarks.figures import Figure, interleaved
from benchmarks.label_studio import stack, workbench
from benchmarks.screen_acts import VERSION_2, VERSION_3, Hurried
from benchmarks.screen_before import play_lines_1, play_picture_2
from benchmarks.screen_harm import Harm
from benchmarks.screen_order import order_figures
from benchmarks.screen_pages import RIGHT, dense_sheet, grid_sheet
from benchmarks.screen_people import SELECT_AFTER_CREATE, LogIn, Seat, seated
from benchmarks.screen_tasks import next_task_of, this_task
from benchmarks.screen_ways import (
    DRAWN,
    LINES_DRAWN,
    TEXT_IS,
    Played,
    play_lines_2,
    play_picture_3,
    put_guide_away,
    step_3,
)
from schemas.ids import digest
from schemas.label_tasks import SUBJECT
from schemas.labelling import Side
from schemas.reading import Region
from workbench.bench import Workbench
from workbench.label.people import add_person

REGIONS = 100
"""Of the page that opens, and on which people are hurried."""
LINES = 60
"""Of the page that is read."""
MISREAD = 6
"""Lines of that page with one wrong letter."""
ON_PICTURE = 24
"""Lines of the page that is read on the picture."""
A_TASK = 16
"""Lines of the line page that opens."""
OPENINGS = 5
"""Rounds of opening a page, each with its peer's."""
PAGES = 2
"""Rounds of reading a page."""
ACTS = 500
"""Acts of a hurried person on our screen."""
PEER_ACTS = 100
"""As many of the same acts on the screen before: each of them takes a second or two."""


@dataclass(frozen=True, slots=True)
class Room:
    """Where people work: the systems, and two seats, one for ours (an account as the product makes it), one for the others."""

    bench: Workbench
    ours: Seat
    others: Seat


def run() -> list[Figure]:
    """Plays everything in one browser."""
    with stack() as settings, tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        bench = workbench(settings, Path(folder))
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=[
            "--no-sandbox", "--disable-gpu", "--disable-background-networking"])
        room = _room(bench, browser)
        parts = (reading_figures, picture_figures, mending_figures, harm_figures, opening_figures)
        figures = [figure for part in parts for figure in part(room)]
        browser.close()
    return [*figures, *order_figures()]


def reading_figures(room: Room) -> list[Figure]:
    """A page of lines, read on line pages, on the picture before, and as single lines before."""
    sheets = [dense_sheet(f"page {number}", LINES, MISREAD) for number in range(PAGES + 1)]
    ours = next_task_of(room.bench, screen_tasks.lines(room.bench, sheets).number)
    on_picture = next_task_of(room.bench, screen_tasks.pictures_on_version_2(room.bench, sheets)[0])
    played: dict[str, list[Played]] = {"ours": [], "picture": [], "lines": []}
    for sheet in sheets[:PAGES]:
        single = next_task_of(room.bench, screen_tasks.lines_on_version_1(room.bench, sheet))
        played["ours"].append(play_lines_2(room.ours, sheet, ours))
        played["picture"].append(play_picture_2(room.others, sheet, on_picture))
        played["lines"].append(play_lines_1(room.others, sheet, single))

    def compared(name: str, peer: str, seconds: Callable[[Played], float], target: str, met: Callable[[float, float], bool],
                 said: str) -> Figure:
        mine = [seconds(one) for one in played["ours"]]
        theirs = [seconds(one) for one in played[peer]]
        ratios = [one / other for one, other in zip(mine, theirs, strict=True)]
        ratio = statistics.median(ratios)
        return Figure(f"{name}, {_wrong(played['ours'])}", f"{statistics.median(mine):.2f} s",
                      f"{statistics.median(theirs):.2f} s ({said}, {_wrong(played[peer])})", _spread(ratios), target,
                      met(statistics.median(mine), ratio) if target else None)

    page = f"a page of {LINES} lines, {MISREAD} of them with one wrong letter"
    pairs = (("picture", "scene_text@2"), ("lines", "line_text@1"))
    return [
        *(compared("an untouched line of a dense page", peer, lambda one: one.an_untouched_line, "≤ 2.0 s",
                   lambda mine, _: mine <= 2.0, said) for peer, said in pairs),
        compared(page, "picture", lambda one: one.seconds, "≤ 0.5 ×", lambda _, ratio: ratio <= 0.5, pairs[0][1]),
        compared(page, "lines", lambda one: one.seconds, "", lambda *_: True, pairs[1][1])]


def picture_figures(room: Room) -> list[Figure]:
    """A page that is read on the picture, on ours and on the one before: a promise was made for line pages only."""
    sheets = [dense_sheet(f"picture {number}", ON_PICTURE, 0) for number in range(2)]
    ours = next_task_of(room.bench, screen_tasks.pictures(room.bench, sheets).number)
    before = next_task_of(room.bench, screen_tasks.pictures_on_version_2(room.bench, sheets)[0])
    mine = play_picture_3(room.ours, sheets[0], ours)
    other = play_picture_2(room.others, sheets[0], before)
    ratio = mine.an_untouched_line / other.an_untouched_line
    return [Figure(f"an untouched line of a page of {ON_PICTURE} lines on the picture, {_wrong([mine])}",
                   f"{mine.an_untouched_line:.2f} s", f"{other.an_untouched_line:.2f} s (scene_text@2, {_wrong([other])})",
                   f"{ratio:.2f}")]


def mending_figures(room: Room) -> list[Figure]:
    """One letter of each region of a page is mended, by steps from region to region."""
    sheet = grid_sheet(digest("mended page"), REGIONS)
    project = screen_tasks.pictures(room.bench, [sheet])
    seat = room.ours
    seat.goes_to(next_task_of(room.bench, project.number), DRAWN, [REGIONS, ""])
    put_guide_away(seat)
    seat.start()
    keys: list[int] = []
    right = sum(_mended(seat, region, keys) for region in sheet.reading.regions)
    most = max(keys)
    return [Figure("one letter is mended, from selecting a region to the next one", f"{most} keys", "6 keys (scene_text@2)", "",
                   "≤ 5 keys", most <= 5),
            Figure("keys go into the text of the region stepped to", f"{right} of {REGIONS}",
                   "never before Enter, and not where its row is out of sight (scene_text@2)", "", f"{REGIONS} of {REGIONS}",
                   right == REGIONS)]


def _mended(seat: Seat, region: Region, keys: list[int]) -> bool:
    """Whether the letter before the last one could be typed anew; adds how many keys it took."""
    before = seat.keys
    step_3(seat)
    focused = seat.glance(TEXT_IS, region.text, 10_000)
    seat.press("ArrowLeft", "Backspace", RIGHT)
    keys.append(seat.keys - before)
    return focused and seat.glance(TEXT_IS, f"{region.text[:-2]}{RIGHT}{region.text[-1]}", 1_000)


def harm_figures(room: Room) -> list[Figure]:
    """What a hurried person destroys."""
    sheet = grid_sheet(digest("hurried page"), REGIONS)
    before, _ = screen_tasks.pictures_on_version_2(room.bench, [sheet])
    other = _hurried(room.others, next_task_of(room.bench, before)).play(PEER_ACTS)
    project = screen_tasks.pictures(room.bench, [sheet])
    mine = _hurried(room.ours, next_task_of(room.bench, project.number), ours=True).play(ACTS)
    return [Figure(f"words in the wrong region or lost, regions deleted, marked or drawn by a stray key, in {ACTS} acts",
                   _said(mine), f"{_said(other)} (scene_text@2, the first {PEER_ACTS} of them)", "", "none", not mine.counts)]


def opening_figures(room: Room) -> list[Figure]:
    """How long people wait for a page of many regions, and for a page of lines."""
    sheet = grid_sheet(digest("opened page"), REGIONS)
    project = screen_tasks.pictures(room.bench, [sheet])
    plain, [task] = screen_tasks.pictures_on_the_template(room.bench, [sheet])
    ours = _task_of(room.bench, project.number)
    theirs = this_task(room.bench, plain, task)
    lines = dense_sheet("opened lines", A_TASK, 0)
    line_page = _task_of(room.bench, screen_tasks.lines(room.bench, [lines]).number)

    def opens(seat: Seat, address: str) -> None:
        seat.goes_to(address, DRAWN, [REGIONS, ""])

    for seat, address in ((room.ours, ours), (room.others, theirs)):
        opens(seat, address)  # every picture and script is in the browser's cache from here on
    mine, other, ratios = interleaved(lambda: opens(room.ours, ours), lambda: opens(room.others, theirs), rounds=OPENINGS)
    slower = [1 / ratio for ratio in ratios]
    room.ours.goes_to(line_page, LINES_DRAWN, "")
    opened = [room.ours.goes_to(line_page, LINES_DRAWN, "") for _ in range(OPENINGS)]
    return [Figure(f"a page of {REGIONS} pre-labelled regions opens", f"{mine:.2f} s",
                   f"{other:.2f} s (the OCR template, the same polygons and texts)", _spread(slower), "≤ 1.0 ×",
                   statistics.median(slower) <= 1.0),
            Figure(f"a page of {A_TASK} lines opens, and keys go into the first one", f"{statistics.median(opened):.2f} s", "",
                   f"({min(opened):.2f}–{max(opened):.2f} s)", "≤ 1.5 s", statistics.median(opened) <= 1.5)]


def _room(bench: Workbench, browser: Browser) -> Room:
    settings = bench.settings
    name = f"bench.{secrets.token_hex(4)}@labels.example.kr"
    added = add_person(bench, bench.annotation_config, name, "", Side.A)
    assert added.password
    url = settings.label_studio_url
    ours = seated(browser, LogIn(url, name, added.password), SELECT_AFTER_CREATE)
    administrator = LogIn(url, settings.label_studio_user, settings.label_studio_password.get_secret_value())
    return Room(bench, ours, seated(browser, administrator, SELECT_AFTER_CREATE))


def _hurried(seat: Seat, address: str, *, ours: bool = False) -> Hurried:
    seat.goes_to(address, DRAWN, [REGIONS, ""])
    put_guide_away(seat)
    return Hurried(seat, VERSION_3 if ours else VERSION_2)


def _task_of(bench: Workbench, project: int, place: int = -1) -> str:
    """Address of a project's task, by its place; the newest one where left out."""
    return this_task(bench, project, tasks_after(bench.label_studio, project, 0, SUBJECT)[place].task_id)


def _spread(ratios: Sequence[float]) -> str:
    return f"{statistics.median(ratios):.2f} ({min(ratios):.2f}–{max(ratios):.2f})"


def _wrong(played: Sequence[Played]) -> str:
    wrong = sum(one.wrong for one in played)
    astray = sum(one.astray for one in played)
    said = f"{wrong} lines wrong afterwards" if wrong else "every line right afterwards"
    return f"{said}, keys astray {astray} times" if astray else said


def _said(harm: Harm) -> str:
    """What happened, and the first act of each kind."""
    return str(harm) + "".join(f"; {what}: {example}" for what, example in sorted(harm.examples.items()))

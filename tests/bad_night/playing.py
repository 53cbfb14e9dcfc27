"""Plays one scene: bad, red, mended as the page says, healthy."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass

from tests.bad_night.night import Night
from tests.bad_night.page import Section
from tests.bad_night.scenes import Scene


@dataclass(frozen=True, slots=True)
class Played:
    """What became of a scene.

    Attributes:
        name: its anchor.
        seen: the sentence of the morning page.
        repaired_in: seconds that the lines of the page took, until its last one had ended.
        all_in: seconds of the whole scene.
    """

    name: str
    seen: str
    repaired_in: float
    all_in: float


def play(night: Night, scene: Scene, section: Section) -> Played:
    """Plays it.

    Raises:
        AssertionError: the page does not show it, a line of the runbook fails, or the page is not healthy at the end.
    """
    began = time.monotonic()
    making = scene.bad(night)
    next(making)
    red = night.troubles()
    about = re.compile(".+".join(map(re.escape, scene.about.split("…"))))
    seen = [item for item in red if item.kind is scene.kind and about.fullmatch(item.about)]
    assert seen, f"{section.name}: the morning page shows {red}"
    assert section.shows(seen[0].what), f"{section.name}: docs/runbook.md does not show {seen[0].what!r}"
    print(f"    red: {' / '.join(f'{item.kind} {item.about}: {item.what}' for item in red)}\n    repair: {seen[0].repair}",
          flush=True)
    next(making, None)
    mended = time.monotonic()
    shown = night.type(section)
    seconds = time.monotonic() - mended
    print("".join(f"    | {line}\n" for line in shown.splitlines()[-12:]), end="", flush=True)
    left = night.troubles()
    assert not left, f"{section.name}: after the repair the morning page shows {left}"
    return Played(section.name, seen[0].what, seconds, time.monotonic() - began)

"""A scripted person at Label Studio's screen: what the hand and the eye take is counted, what the system takes is measured.

The model of the person, in seconds: a key 0.2, a chord of two keys 0.4, a click or a turn of the wheel 1.3 (the hand goes to the
mouse and back), reading a line and comparing it with its text 1.5. The system's part of an act is measured: from the last key or
click of the act until the screen is ready for the next one. What a person takes is added to the clock, and only a part of each
reading really passes.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, Page
from playwright.sync_api import TimeoutError as PlaywrightTimeout

KEY = 0.2
"""Seconds that a key takes."""
CHORD = 0.4
"""Seconds that two keys at once take."""
CLICK = 1.3
"""Seconds that a click takes, and a turn of the wheel: the hand goes there and back."""
READING = 1.5
"""Seconds to read a line on the picture and to compare it with its text."""
WINDOW = (1440, 900)
"""Pixels of the browser's window."""
PATIENCE = 120_000
"""Milliseconds after which something never came."""
NAP = 250
"""Milliseconds of a reading that the script really lets pass: nobody presses a key in the instant in which a line appears."""
LONG = 10_000
"""Milliseconds after which a person thinks that a key was not taken."""
SELECT_AFTER_CREATE = "localStorage.setItem('labelStudio:settings', JSON.stringify({selectAfterCreate: true}))"
"""What the guides of version 2 tell each person to switch on, on the first day."""


@dataclass(frozen=True, slots=True)
class LogIn:
    """Who sits there, and how that person comes in."""

    url: str
    email: str
    password: str


@dataclass
class Seat:
    """One person at one browser.

    Attributes:
        page: the browser's.
        person: seconds that hand and eye took since ``start``.
        system: seconds that the person waited.
        keys: keys and chords pressed.
    """

    page: Page
    person: float = 0.0
    system: float = 0.0
    keys: int = 0
    _sent: float = field(default_factory=time.perf_counter)

    def start(self) -> None:
        """Sets the clock to nothing."""
        self.person = 0.0
        self.system = 0.0
        self.keys = 0

    @property
    def seconds(self) -> float:
        """Since ``start``."""
        return self.person + self.system

    def press(self, *keys: str) -> None:
        """Presses keys, one after the other; ``A+B`` is a chord."""
        for key in keys:
            self.person += CHORD if "+" in key[:-1] else KEY
            self.keys += 1
            self._sent = time.perf_counter()
            self.page.keyboard.press(key)

    def click(self, x: float, y: float) -> None:
        """Clicks at a place of the window."""
        self.person += CLICK
        self.page.mouse.move(x, y)
        self._sent = time.perf_counter()
        self.page.mouse.click(x, y)

    def turn(self, x: float, y: float, pixels: float, *held: str) -> None:
        """Turns the wheel over a place of the window, with keys held down."""
        self.person += CLICK
        self.page.mouse.move(x, y)
        for key in held:
            self.page.keyboard.down(key)
        self._sent = time.perf_counter()
        self.page.mouse.wheel(0, pixels)
        for key in held:
            self.page.keyboard.up(key)

    def read(self, meanwhile: str = "") -> bool:
        """Reads a line.

        Args:
            meanwhile: what the system may do in that time: a JavaScript function that is true when it is done. A script does not
                sleep as long, so without it keys would come faster than a hand presses them.

        Returns:
            Whether it was done by the end of the reading.
        """
        self.person += READING
        self.page.wait_for_timeout(NAP)
        return not meanwhile or self.glance(meanwhile, None, READING * 1000)

    def until(self, condition: str, given: object = None, *or_again: str) -> None:
        """Waits until a JavaScript function of ``given`` is true.

        Args:
            condition: the function.
            given: its argument.
            or_again: the keys that a person presses again where nothing has come of it for a while.
        """
        if or_again and not self.waits(condition, given, LONG):
            self.press(*or_again)
        self.page.wait_for_function(condition, arg=given, timeout=PATIENCE)
        self.system += time.perf_counter() - self._sent

    def waits(self, condition: str, given: object, milliseconds: float) -> bool:
        """Waits until a JavaScript function of ``given`` is true, so long at most; whether it is."""
        is_true = self.glance(condition, given, milliseconds)
        self.system += time.perf_counter() - self._sent
        self._sent = time.perf_counter()
        return is_true

    def glance(self, condition: str, given: object, milliseconds: float) -> bool:
        """Whether a JavaScript function of ``given`` becomes true in that time; costs the person nothing."""
        try:
            self.page.wait_for_function(condition, arg=given, timeout=milliseconds)
        except PlaywrightTimeout:
            return False
        return True

    def asks(self, question: str, given: object = None) -> Any:
        """What a JavaScript function of ``given`` answers; costs the person nothing."""
        return self.page.evaluate(question, given)

    def goes_to(self, address: str, condition: str, given: object = None) -> float:
        """Opens a page; seconds until the condition holds."""
        self.page.goto("about:blank")
        started = time.perf_counter()
        self.page.goto(address, wait_until="commit", timeout=PATIENCE)
        self.page.wait_for_function(condition, arg=given, timeout=PATIENCE, polling=50)
        return time.perf_counter() - started


def seated(browser: Browser, who: LogIn, *scripts: str) -> Seat:
    """A person in a window of his or her own, logged in; ``scripts`` run before each page."""
    context = browser.new_context(viewport={"width": WINDOW[0], "height": WINDOW[1]})
    for script in scripts:
        context.add_init_script(script)
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(f"{who.url}/user/login/")
    page.fill("input[name=email]", who.email)
    page.fill("input[name=password]", who.password)
    page.click("button[type=submit]")
    page.wait_for_url(lambda address: "login" not in address)
    return Seat(page)


@contextlib.contextmanager
def timed(seat: Seat, seconds: list[float]) -> Iterator[None]:
    """Adds the seconds of an act on the clock."""
    before = seat.seconds
    yield
    seconds.append(seat.seconds - before)

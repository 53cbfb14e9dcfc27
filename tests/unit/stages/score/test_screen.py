"""A screen's grid is seen where the camera resolves it; paper has none. It stays a hint: what it misses is tested too."""

from __future__ import annotations

import numpy as np
import pytest

from stages.score.screen import LEAST_SIDE, screen_likeness
from stages.score.unfair import SCREEN_LIMIT
from tests.made_screens import photograph_of, text_page

FOCUSED = 0.6


def likeness(pitch: float, angle: float, is_screen: bool, blur: float = FOCUSED) -> float:
    generator = np.random.default_rng(7)
    page = text_page(generator, int(1100 / pitch), int(900 / pitch))
    return screen_likeness(photograph_of(generator, page, pitch, angle, blur, is_screen))


@pytest.mark.slow
@pytest.mark.parametrize("pitch", [3.1, 4.2])
@pytest.mark.parametrize("angle", [0.05, 0.15])
def test_a_screen_in_focus_is_told_from_paper(pitch: float, angle: float) -> None:
    assert likeness(pitch, angle, is_screen=True) >= SCREEN_LIMIT
    assert likeness(pitch, angle, is_screen=False) < SCREEN_LIMIT


@pytest.mark.slow
def test_a_screen_out_of_focus_is_missed() -> None:
    assert likeness(2.3, 0.05, is_screen=True, blur=3.0) < SCREEN_LIMIT


def test_small_and_plain_pictures_say_nothing() -> None:
    generator = np.random.default_rng(7)
    assert screen_likeness(np.zeros((LEAST_SIDE - 1, 2000, 3), np.uint8)) == 0.0
    assert screen_likeness(np.full((700, 900, 3), 200, np.uint8)) < SCREEN_LIMIT
    assert screen_likeness(generator.integers(0, 255, (700, 900, 3), np.uint8)) < SCREEN_LIMIT

"""Readings of pictures that never were: words at seeded places, and what a detector would make of them."""

from __future__ import annotations

import math
import random

from schemas.reading import Attributes, Polygon, Reading, Region, Unit

SYLLABLES = "가나다라마바사아자차카타파하 12ab"
SIDE = 1280


def scattered(number: int, words: int = 30) -> tuple[Reading, Reading]:
    """The truth of picture ``number`` and a detector's reading: some words moved, some split, merged, missed or made up."""
    chance = random.Random(number)
    truth: list[Region] = []
    found: list[Region] = []
    while len(truth) < words:
        text = "".join(chance.choices(SYLLABLES, k=chance.randint(1, 8))).strip() or "가"
        at = (chance.uniform(60, SIDE - 160), chance.uniform(40, SIDE - 60))
        size = (len(text) * chance.uniform(10, 18), chance.uniform(12, 28))
        turn = chance.gauss(0, 0.1)
        kept = Attributes(legible=chance.random() > 0.1)
        truth.append(Region(f"t{len(truth)}", _quad(at, size, turn), text, kept))
        for part_at, part_size, read in _seen(chance, at, size, text):
            found.append(Region(f"f{len(found)}", _quad(part_at, part_size, turn + chance.gauss(0, 0.02)), read))
    chance.shuffle(found)
    return _reading(truth, "person:1"), _reading(found, "model:m@1")


def _seen(chance: random.Random, at: tuple[float, float], size: tuple[float, float],
          text: str) -> list[tuple[tuple[float, float], tuple[float, float], str]]:
    def near(shift: float = 0.0, share: float = 1.0) -> tuple[tuple[float, float], tuple[float, float]]:
        blur = size[1] * 0.12
        return ((at[0] + shift * size[0] + chance.gauss(0, blur), at[1] + chance.gauss(0, blur)),
                (max(2.0, size[0] * share + chance.gauss(0, blur)), max(2.0, size[1] + chance.gauss(0, blur))))

    half = len(text) // 2
    what = chance.random()
    if what < 0.08:
        return []
    if what < 0.2:
        return [(*near(0, 0.5), text[:half]), (*near(0.5, 0.5), text[half:])]
    if what < 0.28:
        return [(*near(), text), (*near(0.1, 0.8), text)]
    if what < 0.36:
        return [(*near(0, 1.8), text)]
    return [(*near(), text)]


def _quad(at: tuple[float, float], size: tuple[float, float], turn: float) -> Polygon:
    across = (size[0] * math.cos(turn), size[0] * math.sin(turn))
    down = (-size[1] * math.sin(turn), size[1] * math.cos(turn))
    x, y = at
    right = (x + across[0], y + across[1])
    return (at, right, (right[0] + down[0], right[1] + down[1]), (x + down[0], y + down[1]))


def _reading(regions: list[Region], reader: str) -> Reading:
    return Reading("a" * 64, reader, "r", 0, Unit.WORD, SIDE, SIDE, tuple(regions))

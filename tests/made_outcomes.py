"""Made images with truths and what a model of ours would have read on them, for tests of evaluations."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import replace

from schemas.outcomes import EvaluatedImage
from schemas.reading import Attributes, Condition, Direction, Language, Polygon, Reading, Region, Unit, Writing

LETTERS = "가나다라마바사아자차카타파하서울역합계사업자등록번호"


def box(x: float, y: float, width: float = 200, height: float = 24) -> Polygon:
    return ((x, y), (x + width, y), (x + width, y + height), (x, y + height))


def image(number: int, truth: Sequence[Region], found: Sequence[Region], *, group: str = "", campaign: str = "spring",
          conditions: tuple[Condition, ...] = (), unit: Unit = Unit.LINE) -> EvaluatedImage:
    image_id = f"{number:064x}"
    return EvaluatedImage(
        Reading(image_id, "person:kim", "scene_text@3", 1, unit, 1000, 2000, tuple(truth), conditions=conditions),
        Reading(image_id, "model:m@1", "run", 0, unit, 1000, 2000, tuple(found)),
        group or image_id, campaign, f"someone {number % 7}", "image/jpeg", ((),) * len(truth))


def made_images(images: int, regions: int = 8, wrong: float = 0.1, seed: int = 0,
                damaged: Callable[[Region], bool] = lambda region: False, damage: float = 0.5) -> list[EvaluatedImage]:
    """Images whose lines are read with a wrong letter here and there.

    Args:
        images: how many.
        regions: of each.
        wrong: share of the lines in which a letter is wrong.
        seed: of truths and of slips; the same truths and slips for the same seed.
        damaged: regions that are read worse.
        damage: share of the letters that are wrong in these.
    """
    texts = random.Random(seed)
    slips = random.Random(seed + 1)
    damages = random.Random(seed + 2)
    made = []
    for number in range(images):
        truth = [_line(texts, place) for place in range(regions)]
        found = []
        for region in truth:
            text = _slipped(slips, region.text) if slips.random() < wrong else region.text
            if damaged(region):
                text = "".join("?" if damages.random() < damage else letter for letter in text)
            found.append(replace(region, text=text, score=round(0.99 if text == region.text else 0.6, 3)))
        made.append(image(number, truth, found, campaign=f"campaign {number % 3}"))
    return made


def _line(source: random.Random, place: int) -> Region:
    attributes = Attributes(direction=source.choices([Direction.HORIZONTAL, Direction.VERTICAL], (4, 1))[0],
                            writing=source.choices([Writing.PRINTED, Writing.HANDWRITTEN], (4, 1))[0],
                            language=source.choice([Language.KO, Language.EN]))
    text = "".join(source.choice(LETTERS) for _ in range(source.randint(4, 14)))
    return Region(f"r{place}", box(20, 40 + 60 * place, height=source.choice((12, 24, 40))), text, attributes)


def _slipped(source: random.Random, text: str) -> str:
    place = source.randrange(len(text))
    return text[:place] + "꽥" + text[place + 1:]

"""What a picture allows that has a licence of its own: never more than its data set, and nothing is given on that nobody read."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from schemas.licences import allowed_uses, is_open
from schemas.reading import Unit
from schemas.sources import PublicSource, Use

EVERYTHING = tuple(Use)
AT_HOME = (Use.TRAIN, Use.EVALUATE)


def source(licence: str = "CC-BY-4.0", allows: tuple[Use, ...] = EVERYTHING) -> PublicSource:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    return PublicSource("public/set", licence, allows, "ufo", Unit.WORD, True, now, now)


@pytest.mark.parametrize(("licence", "allows", "found"), [
    (None, EVERYTHING, EVERYTHING), ("", EVERYTHING, EVERYTHING), ("CC-BY-NC-ND-4.0", EVERYTHING, AT_HOME),
    ("All rights reserved", EVERYTHING, AT_HOME), ("CC0-1.0", EVERYTHING, EVERYTHING), ("cc by 4.0", EVERYTHING, EVERYTHING),
    ("CC-BY-NC-ND-4.0", (Use.EVALUATE, Use.SHARE_LABELS), (Use.EVALUATE,)), ("CC0-1.0", (Use.TRAIN,), (Use.TRAIN,)),
    ("CC-BY-NC-ND-4.0", (), ())])
def test_a_pictures_own_licence_narrows_what_its_data_set_allows(licence: str | None, allows: tuple[Use, ...],
                                                                 found: tuple[Use, ...]) -> None:
    assert allowed_uses(licence, source(allows=allows)) == found


def test_one_licence_is_no_other_one_because_it_is_spelled_otherwise() -> None:
    assert allowed_uses("AI-Hub  Terms", source("ai_hub terms")) == EVERYTHING
    assert is_open("cc_by_sa 4.0") and not is_open("CC-BY-NC-4.0") and not is_open("")

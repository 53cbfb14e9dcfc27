"""The file of named slices: what it may say, and each mistake with its line."""

from __future__ import annotations

import pytest

from schemas.errors import SettingError
from schemas.reading import ALL_SLICES
from schemas.recipes.slices import TAKEN, parse_slices
from workbench.named_slices import understood

TEXT = """slices:
  - name: signs
    where: direction == 'vertical' and language == 'ko'
    owner: team
    why: they are hard
  - name: 세로간판
    where: >-
      campaign == '봄' and
      width > 100
    owner: team
    why: they are hard too
"""


def test_a_name_is_kept_in_one_form_and_may_be_korean() -> None:
    decomposed = TEXT.replace("세로간판", "세로간판")
    assert [item.name for item in parse_slices(decomposed, "slices.yaml", understood).slices] == ["signs", "세로간판"]
    assert parse_slices("slices: []", "slices.yaml").slices == []


@pytest.mark.parametrize(("old", "new", "told"), [
    ("name: signs", "name: vertical", "2: slices.0.name is 'vertical': this is a name of the vocabulary already"),
    ("name: signs", "name: all", "2: slices.0.name is 'all'"),
    ("name: signs", "name: a,b", "2: slices.0.name is 'a,b'"),
    ("name: signs", "name: 세로간판", "1: slices is .*the name 세로간판 stands here a second time"),
    ("owner: team\n    why: they are hard\n", "why: they are hard\n", "2: slices.0.owner is missing"),
    ("owner: team", "ownr: team", "4: there is no key slices.0.ownr; did you mean owner"),
    ("language == 'ko'", "langage == 'ko'", "3: slices.0.where is .*there is no column langage; did you mean language.*"
                                            "Columns: image_kind, conditions, width, height, unit, campaign; of regions: "
                                            "direction, writing, effects, language, legible, kind, checked, text"),
    ("language == 'ko'", "score > 0.5", "3: slices.0.where is .*there is no column score"),
    ("language == 'ko'", "submitter == 'kim'", "3: slices.0.where is .*there is no column submitter"),
    ("language == 'ko'", "language == 'kr'", "3: slices.0.where is .*language is never 'kr'"),
    ("width > 100", "width >", "7: slices.1.where is .*no Python expression"),
    ("campaign == '봄' and\n      width > 100", "__import__('os')", "7: slices.1.where is .*nothing is called or computed"),
])
def test_a_wrong_line_is_told_with_its_number(old: str, new: str, told: str) -> None:
    assert old in TEXT
    with pytest.raises(SettingError, match=rf"(?m)^slices.yaml:{told}"):
        parse_slices(TEXT.replace(old, new, 1), "slices.yaml", understood)


def test_no_named_slice_takes_a_name_that_means_something() -> None:
    assert set(ALL_SLICES) < TAKEN and {"scene", "blurred", "all", "photograph"} < TAKEN

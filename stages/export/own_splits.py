"""What splits are for, by their names, and where a public data set's own split goes: its test set never becomes training."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable
from enum import StrEnum

WORD = re.compile(r"[^\W\d_]+")
"""A word in the name of a split, such as the last one of ``1.Public_Test2``."""
HELD_OUT = re.compile(r"(held|hold)[\W_]*out")
"""A word for measuring that many write as two."""


class SplitKind(StrEnum):
    """What a split is for."""

    TRAIN = "train"
    VAL = "val"
    TEST = "test"


WORDS = {
    SplitKind.TEST: re.compile(r"test|tst|eval|heldout|holdout|.*(test|tst|eval)(s|set|ing|data)?$|.*(평가|시험|테스트)"),
    SplitKind.VAL: re.compile(r"val|devel|.*(val|valid|validation|dev)(s|set|data)?$|.*(검증|개발)"),
    SplitKind.TRAIN: re.compile(r"train|trn|.*(train|training|trn)(s|set|data)?$|.*(학습|훈련)"),
}
"""Words that say what a split is for, in small letters, also glued to the end of another one; what is tested on comes first."""


def kind_of(split: str) -> SplitKind | None:
    """What a split is for, by any word of its name; None where the name does not say.

    Where words say several, what is kept for measuring comes first: nobody may train with ``train_and_test`` by its name alone.
    """
    words = WORD.findall(HELD_OUT.sub(" heldout ", unicodedata.normalize("NFC", split).casefold()))
    return next((kind for kind, says in WORDS.items() if any(map(says.match, words))), None)


def own_split(own: str, splits: Collection[str]) -> str | None:
    """The split of a recipe that a data set's own one is: the one of its name, else the first that is for the same.

    Args:
        own: name of the data set's split.
        splits: names of the recipe's.

    Returns:
        None where there is none.
    """
    named = next((split for split in splits if split.casefold() == own.casefold()), None)
    kind = kind_of(own)
    return named or next((split for split in splits if kind and kind_of(split) is kind), None)


def held_out(own: str) -> bool:
    """Whether a data set keeps a split for measuring: nobody may train with it who compares figures with others."""
    return kind_of(own) in (SplitKind.VAL, SplitKind.TEST)


def goes_unharmed(own: str, to: str | None) -> bool:
    """Whether images that a data set has in one split may stand in another: what it does not train with is never trained with.

    Args:
        own: name of the data set's split; empty where it has none.
        to: name of the recipe's; None where there is none.
    """
    if not own or kind_of(own) is SplitKind.TRAIN:
        return True
    return to is not None and (held_out(to) or to.casefold() == own.casefold())


def splits_of_groups(owns: Iterable[tuple[str, str]], group_of: Callable[[str], str], splits: Collection[str]) -> dict[str, str]:
    """The splits that new groups go to because public data sets say so, by group.

    Where the images of a group name several, the first by ``rank`` counts.

    Args:
        owns: (image, name of a split that a data set has it in), in an order that is always the same.
        group_of: the group of an image.
        splits: of the recipe.
    """
    found: dict[str, str] = {}
    for image_id, own in owns:
        split = own_split(own, splits)
        group = group_of(image_id)
        if split and (group not in found or rank(split) < rank(found[group])):
            found[group] = split
    return found


def rank(split: str) -> int:
    """Which split counts where data sets have a picture in several, by its name: the smallest. What is tested on comes first."""
    return {SplitKind.TEST: 0, SplitKind.VAL: 1, None: 2, SplitKind.TRAIN: 3}[kind_of(split)]

"""What splits are for, by their names, and where a public data set's own split goes: its test set never becomes training."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable
from enum import StrEnum

from schemas.sample import Candidate

BEFORE_WORDS = re.compile(r"^[\W\d_]+")
"""What stands before the word in names such as ``1.Training``."""


class SplitKind(StrEnum):
    """What a split is for."""

    TRAIN = "train"
    VAL = "val"
    TEST = "test"


BEGINNINGS = {
    SplitKind.TRAIN: ("train", "trn", "학습"),
    SplitKind.VAL: ("val", "dev", "검증"),
    SplitKind.TEST: ("test", "tst", "eval", "평가", "시험"),
}
"""How names of splits begin, in small letters."""


def kind_of(split: str) -> SplitKind | None:
    """What a split is for, by its name; None where the name does not say."""
    word = BEFORE_WORDS.sub("", split).casefold()
    return next((kind for kind, beginnings in BEGINNINGS.items() if word.startswith(beginnings)), None)


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


def splits_of_groups(candidates: Iterable[Candidate], group_of: Callable[[str], str],
                     splits: Collection[str]) -> dict[str, str]:
    """The splits that new groups go to because public data sets say so, by group.

    Where the images of a group name several, one that is held out comes first.

    Args:
        candidates: that are taken, in order of image id.
        group_of: the group of an image.
        splits: of the recipe.
    """
    found: dict[str, str] = {}
    for candidate in candidates:
        if not candidate.source or not candidate.source.split:
            continue
        split = own_split(candidate.source.split, splits)
        group = group_of(candidate.image_id)
        if split and (group not in found or (held_out(split) and not held_out(found[group]))):
            found[group] = split
    return found

"""Regions that a label has and a model does not find, or the other way round: which of them speak against the label."""

from __future__ import annotations

import functools
import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rapidfuzz import fuzz, process

from schemas.outcomes import Fate
from schemas.reading import Kind
from schemas.suspects import Suspect, Suspicion
from schemas.text import without_spaces

UNLABELLED = 0.01
"""Of how many regions people forget the label."""
NEEDLESS = 0.002
"""How many labels stand where no text is."""
PARTS = 10
"""A model's scores are judged by tenths: how often it is wrong to be this sure of a region."""
ALIKE = 80.0
"""From this partial similarity on (of 100) a text is part of another one of the image: no label is missing there."""
FOUND_BY_OTHER = -5.0
"""What speaks for a label that a second model finds, as a logarithm of odds."""
LEAST_LETTERS = 2
"""A text with fewer letters and digits may be a stain."""

Row = Mapping[str, Any]
Place = tuple[str, str]


@dataclass(slots=True)
class _Image:
    """Rows of one image by what became of them."""

    matched: list[Row] = field(default_factory=list)
    missed: list[Row] = field(default_factory=list)
    extra: list[Row] = field(default_factory=list)


def suspects_among_lone_regions(rows: Sequence[Row], others: Sequence[Row] | None) -> Iterator[Suspect]:
    """Suspects among regions that only one of the two has.

    A region that the model is sure of, and the label does not have, counts the more the seldomer the model is wrong to be so
    sure; a label that it does not find, the seldomer it overlooks one. A second model that finds, or does not find, the same
    counts by how often the two do so. A text that is part of another one of the image is passed over.

    Args:
        rows: of a table of outcomes.
        others: of a second model's; None where there is none.
    """
    images = _by_image(rows)
    theirs = None if others is None else _by_image(others)
    yield from _not_labelled(images, theirs)
    yield from _not_found(images, theirs)


def _not_labelled(images: Mapping[str, _Image], theirs: Mapping[str, _Image] | None) -> Iterator[Suspect]:
    part = {id(row): int(row["score"] * PARTS) for image in images.values() for row in (*image.matched, *image.extra)
            if row["score"] is not None and math.isfinite(row["score"])}
    extra = Counter(part[id(row)] for image in images.values() for row in image.extra if id(row) in part)
    found = Counter(part.values())
    lone = [(name, row) for name, image in images.items() for row in image.extra if id(row) in part and _is_text(row["read"])
            and not _is_part(row["read"], [item["truth"] for item in (*image.matched, *image.missed)])]
    shared = [theirs is not None and name in theirs and _is_part(row["read"], [item["read"] for item in theirs[name].extra])
              for name, row in lone]
    for (name, row), both in zip(lone, shared, strict=True):
        number = part[id(row)]
        odds = math.log(UNLABELLED * (found[number] + 1) / (extra[number] - 0.5))
        odds += math.log(len(lone) / (sum(shared) - 0.5)) if both else 0.0
        read = row["read"]
        other_read = read if both else None
        yield Suspect(name, row["region_id"], "", read, other_read, row["score"], Suspicion.NOT_LABELLED, _chance(odds))


def _not_found(images: Mapping[str, _Image], theirs: Mapping[str, _Image] | None) -> Iterator[Suspect]:
    lone = [(name, row) for name, image in images.items() for row in image.missed if row["truth"]
            and not _is_part(row["truth"], [item["read"] for item in (*image.matched, *image.extra)])]
    labels = sum(len(image.matched) + len(image.missed) for image in images.values())
    seen: set[Place] = {(name, row["region_id"]) for name, image in (theirs or {}).items() for row in image.matched}
    neither = sum((name, row["region_id"]) not in seen for name, row in lone)
    for name, row in lone:
        odds = math.log(NEEDLESS * (labels + 1) / (len(lone) - 0.5))
        if theirs is not None:
            odds += FOUND_BY_OTHER if (name, row["region_id"]) in seen else math.log(len(lone) / (neither - 0.5))
        yield Suspect(name, row["region_id"], row["truth"], "", None, None, Suspicion.NOT_FOUND, _chance(odds))


def _by_image(rows: Sequence[Row]) -> dict[str, _Image]:
    found: dict[str, _Image] = defaultdict(_Image)
    for row in rows:
        if row["kind"] == Kind.TEXT:
            image = found[row["image_id"]]
            {Fate.MATCHED: image.matched, Fate.MISSED: image.missed, Fate.EXTRA: image.extra}[row["outcome"]].append(row)
    return found


def _is_text(text: str | None) -> bool:
    return sum(map(str.isalnum, text or "")) >= LEAST_LETTERS


def _is_part(text: str, texts: Sequence[str | None]) -> bool:
    """Whether a text is part of one of some others, or one of them is part of it; white space and capitals aside."""
    forms = [form for form in map(_plain, texts) if form]
    return process.extractOne(_plain(text), forms, scorer=fuzz.partial_ratio, score_cutoff=ALIKE) is not None


@functools.lru_cache(maxsize=10_000)
def _plain(text: str | None) -> str:
    return without_spaces(text or "").casefold()


def _chance(odds: float) -> float:
    return 1 / (1 + math.exp(-odds))

"""Letters that were read in place of others, left out and put in, counted over matched texts.

Texts are compared in the form ``exact``, spaces and all: a space that was left out is a letter that was left out, for Korean the
most frequent fault of all. A letter is what a person sees as one (``schemas.letters.letters``). Where the fewest edits can be
placed in several ways, one of them is counted. ``□`` in a truth, which nobody can read, is in no confusion.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from rapidfuzz.distance import Levenshtein

from schemas.evaluation import Confusion
from schemas.letters import letters, parts_of
from schemas.normalisation import ILLEGIBLE, Normalisation, normalised_texts

Confused = Counter[tuple[str, str]]
"""By letter of the truth and what was read in its place, the one empty where a letter was put in, the other where it was left
out: how often."""
LONGEST = 2_000
"""Longer texts are left out: the table behind the edits grows with the square."""
NO_FINAL = "∅"
"""In place of the final that a syllable does not have."""


def count_confusions(truths: Sequence[str], reads: Sequence[str], counter: Confused) -> None:
    """Counts what was confused in pairs of texts.

    Args:
        truths: as people typed them.
        reads: what was read in place of each.
        counter: to which it is added.

    Raises:
        ValueError: there are more of the one than of the other.
    """
    ones = normalised_texts(truths, Normalisation.EXACT)
    others = normalised_texts(reads, Normalisation.EXACT)
    for one, other in zip(ones, others, strict=True):
        if one == other or max(len(one), len(other)) > LONGEST:
            continue
        truth = letters(one)
        read = letters(other)
        for edit in Levenshtein.editops(truth, read):
            letter = "" if edit.tag == "insert" else truth[edit.src_pos]
            if letter != ILLEGIBLE:
                counter[letter, "" if edit.tag == "delete" else read[edit.dest_pos]] += 1


def confusions(counter: Confused) -> list[Confusion]:
    """What was confused, most frequent first, then by letter."""
    return _sorted(Confusion(truth, read, count, _part(truth, read)) for (truth, read), count in counter.items())


def _sorted(found: Iterable[Confusion]) -> list[Confusion]:
    return sorted(found, key=lambda item: (-item.count, item.truth, item.read))


def _part(truth: str, read: str) -> str:
    """The one part in which two Hangul syllables differ, such as ``ㅏ→ㅓ`` or ``ㅄ→∅``; empty where there is no such part."""
    one = parts_of(truth)
    other = parts_of(read)
    if one is None or other is None:
        return ""
    differing = [f"{before or NO_FINAL}→{after or NO_FINAL}" for before, after in zip(one, other, strict=True) if before != after]
    return differing[0] if len(differing) == 1 else ""

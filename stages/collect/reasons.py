"""Why a third person decides about an image, as the annotator reads it: Korean and English, plain text, nobody's name."""

from __future__ import annotations

from collections.abc import Sequence

from rapidfuzz.distance import Prefix

from schemas.labelling import Agreement
from schemas.recipes.annotation_config import Thresholds
from schemas.text import normalise
from stages.collect.agreement import Disagreement, What, missed

LISTED = 30
"""How many differences a sentence lists: all of them, but for readings that have little in common."""
LONGEST = 48
"""How many characters of a text a sentence shows."""
SKIPPED = "한 사람은 읽고 한 사람은 건너뛰었습니다.\nOne person read it, another one skipped it."
"""Why, where one of two people skipped the task."""
FIGURES = {
    "cer": "글자 차이 · characters that differ:",
    "regions": "같은 영역 · regions in common:",
    "attributes": "같은 속성 · attributes in common:",
}
"""What a sentence calls the figures of ``Agreement``."""
BEHIND = {"cer": (What.TEXT,), "regions": (What.ONLY_ONE, What.ONLY_OTHER), "attributes": (What.ATTRIBUTES,)}
"""Which disagreements make each figure worse."""
WORDS = {
    What.TEXT: "글자가 다름 · texts differ",
    What.ONLY_ONE: "첫째에만 있음 · only in the first",
    What.ONLY_OTHER: "둘째에만 있음 · only in the second",
    What.ATTRIBUTES: "속성이 다름 · attributes differ",
    What.IMAGE: "사진 속성이 다름 · whole picture differs",
    What.OUTLINE: "테두리가 다름 · outlines differ",
}
"""What a sentence calls each kind of disagreement."""


def checked(problem: str | None) -> str:
    """Why, where a check found a problem in an answer."""
    return f"검사에 걸렸습니다 · a check found: {problem}"


def sentence(found: Sequence[Disagreement], figures: Agreement, thresholds: Thresholds) -> str:
    """Why two readings go to a second look, in Korean and English: plain text, a line a thing, nobody's name.

    Args:
        found: what ``disagreements`` found.
        figures: what ``agreement`` says.
        thresholds: of the annotation config.

    Returns:
        A line for each figure that misses its threshold, then up to ``LISTED`` differences, those behind a missed
        figure first.
    """
    beyond = missed(figures, thresholds)
    behind = {what for name in beyond for what in BEHIND[name]}
    order = list(What)
    ranked = sorted(found, key=lambda difference: (difference.what not in behind, order.index(difference.what)))
    lines = [f"{FIGURES[name]} {100 * getattr(figures, name):.1f} % ({'≤' if name == 'cer' else '≥'} "
             f"{100 * getattr(thresholds, name):.4g} %)" for name in beyond]
    lines += [_line(difference) for difference in ranked[:LISTED]]
    if len(ranked) > LISTED:
        lines.append(f"외 {len(ranked) - LISTED}건 · and {len(ranked) - LISTED} more")
    return "\n".join(lines)


def _line(difference: Disagreement) -> str:
    one, other = difference.values
    match difference.what:
        case What.TEXT:
            said = " / ".join(_around(one, other))
        case What.ATTRIBUTES:
            said = f"{_named(difference)}: {one} / {other}"
        case What.IMAGE:
            said = f"{one} / {other}"
        case _:
            said = _named(difference)
    return f"{WORDS[difference.what]}: {said}"


def _named(difference: Disagreement) -> str:
    """A region by its text, or by its kind where it has none."""
    region = difference.one or difference.other
    if region is None:
        return ""
    if text := _printable(region.text):
        return _quoted(text)
    return f"({region.attributes.kind if region.attributes.legible else 'illegible'})"


def _around(one: str, other: str) -> tuple[str, str]:
    """Two texts for a screen, cut around the place where they part."""
    one = _printable(one)
    other = _printable(other)
    start = max(0, Prefix.similarity(one, other) - LONGEST // 2) if max(len(one), len(other)) > LONGEST else 0
    return _quoted(one, start), _quoted(other, start)


def _printable(text: str) -> str:
    """One line; what nobody sees is spelt out, since a stranger's text may turn the writing direction of the screen."""
    return "".join(char if char.isprintable() else repr(char)[1:-1] for char in normalise(text))


def _quoted(text: str, start: int = 0) -> str:
    return f"'{'…' * (start > 0)}{text[start:start + LONGEST]}{'…' * (len(text) > start + LONGEST)}'"

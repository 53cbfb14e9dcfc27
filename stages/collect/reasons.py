"""Why a third person decides about an image, as the annotator reads it: Korean and English, plain text, nobody's name."""

from __future__ import annotations

import re
from collections.abc import Mapping

from rapidfuzz.distance import Prefix

from schemas.answers import Answer
from schemas.labelling import Agreement
from schemas.reading import Reading
from schemas.recipes.annotation_config import Thresholds
from schemas.text import normalise
from stages.collect.agreement import Disagreement, What, disagreements, missed
from stages.collect.new_states import of_several, without_text

LISTED = 30
"""How many differences a sentence lists: all of them, but for readings that have little in common."""
LONGEST = 48
"""How many characters of a text a sentence shows."""
SKIPPED = "한 사람은 읽고 한 사람은 건너뛰었습니다.\nOne person read it, another one skipped it."
"""Why, where one of two people skipped the task."""
FOUND = "검사에 걸렸습니다 · a check found"
"""Why, where a check found a problem."""
EMPTY = "글자가 없습니다. 쓰거나 '읽을 수 없음'을 고르세요 · no text: type it, or mark it illegible"
"""What is wrong with a region that says nothing."""
TWICE = "한 영역이 두 번 있습니다. 하나를 지우고 새로 그리세요 · one region twice: delete one and draw it anew"
"""What is wrong with regions of one id."""
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


def checked(answer: Answer, before: Reading | None, name: str = "") -> str:
    """Why, where a check found a problem in an answer: a line a region, by its number in the list of the answer's reading.

    Args:
        answer: with a problem.
        before: what the screen showed at first, which says what stood where no text is now; for an answer that cannot be read,
            the reading that opens. None where there is none.
        name: what the answer's reading is called where there are two to choose from.
    """
    lines = _flaws(answer.reading, before) if answer.reading else []
    where = f"{name}: " if name else ""
    return "\n".join(f"{FOUND}: {where}{line}" for line in (lines or [_numbered(str(answer.problem), before)])[:LISTED])


def _numbered(problem: str, opens: Reading | None) -> str:
    """A problem with its region's number in place of its id, which no list shows; without either where that reading has none."""
    for number, region in enumerate(opens.regions if opens else (), 1):
        if re.match(rf"region {re.escape(region.region_id)}(?=[ :])", problem):
            return problem.replace(f"region {region.region_id}", f"#{number}", 1)
    return re.sub(r"^region \S+?(?=:? )", "a region", problem)


def _flaws(reading: Reading, before: Reading | None) -> list[str]:
    """What is wrong with a reading, a line a thing."""
    texts = {region.region_id: _printable(region.text) for region in (before.regions if before else ())}
    found = []
    for number in without_text(reading):
        was = texts.get(reading.regions[number - 1].region_id)
        found.append(f"#{number}{f' (처음에는 · at first {_quoted(was)})' if was else ''}: {EMPTY}")
    return found + [f"{', '.join(f'#{number}' for number in numbers)}: {TWICE}" for numbers in of_several(reading).values()]


def sentence(one: Reading, other: Reading, figures: Agreement, thresholds: Thresholds) -> str:
    """Why two readings go to a second look, in Korean and English: plain text, a line a thing, nobody's name.

    A region is named by its number in the list of the first reading, or of the second where only that has it, and by its text.

    Args:
        one: the first reading, which the second look opens on.
        other: the second reading.
        figures: what ``agreement`` says of them.
        thresholds: of the annotation config.

    Returns:
        A line for each figure that misses its threshold, then up to ``LISTED`` differences, those behind a missed
        figure first.
    """
    beyond = missed(figures, thresholds)
    behind = {what for name in beyond for what in BEHIND[name]}
    order = list(What)
    ranked = sorted(disagreements(one, other),
                    key=lambda difference: (difference.what not in behind, order.index(difference.what)))
    lines = [f"{FIGURES[name]} {100 * getattr(figures, name):.1f} % ({'≤' if name == 'cer' else '≥'} "
             f"{100 * getattr(thresholds, name):.4g} %)" for name in beyond]
    numbers = {id(region): number for reading in (other, one) for number, region in enumerate(reading.regions, 1)}
    lines += [_line(difference, numbers) for difference in ranked[:LISTED]]
    if len(ranked) > LISTED:
        lines.append(f"외 {len(ranked) - LISTED}건 · and {len(ranked) - LISTED} more")
    return "\n".join(lines)


def _line(difference: Disagreement, numbers: Mapping[int, int]) -> str:
    """One difference; ``numbers`` has the place of each region in its list, by the region's identity."""
    one, other = difference.values
    region = difference.one or difference.other
    number = f"#{numbers[id(region)]} " if region else ""
    match difference.what:
        case What.TEXT:
            said = " / ".join(_around(one, other))
        case What.ATTRIBUTES:
            said = f"{_named(difference)}: {one} / {other}"
        case What.IMAGE:
            said = f"{one} / {other}"
        case _:
            said = _named(difference)
    return f"{WORDS[difference.what]}: {number}{said}"


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

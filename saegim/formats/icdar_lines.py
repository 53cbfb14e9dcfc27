"""Lines of ICDAR's text files: corners or a box, perhaps a script, and a text, in the dialects of the competitions.

======  =====================================================  ==========================================
year    line                                                   source
======  =====================================================  ==========================================
2013    ``left top right bottom "text"``, with commas too      rrc.cvc.uab.es, challenge 2
2015    ``x1,y1,…,x4,y4,text``                                 challenge 4; SROIE's .csv is the same
2017    ``x1,y1,…,x4,y4,script,text``                          challenge 8, MLT; 2019 the same
======  =====================================================  ==========================================

Nothing in a file says which it is: lines of 2015 whose texts all stand in quotes, or begin with a word such as ``Latin,``, look
like another's. What is taken off by such a guess is told. Texts hold commas and are never quoted but in 2013, where a backslash
stands before a quote and before a backslash (so the competitions' own evaluation reads them).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from saegim.labels.dont_care import means_dont_care
from saegim.labels.drafts import Draft, from_edges
from saegim.labels.labelled import LabelledRegion
from saegim.labels.mending import pairs
from saegim.labels.texts import as_text

NAME = "icdar"
"""Of the format."""
NUMBER = r"[-+]?\d+(?:\.\d+)?"
COMMAS = {count: re.compile(rf"\s*({NUMBER}(?:\s*,\s*{NUMBER}){{{count - 1}}})\s*(?:$|,(\s*)(.*)$)", re.DOTALL)
          for count in (4, 8)}
"""So many numbers with commas, then nothing or a text."""
SPACED = re.compile(r"\s*([-+]?\d+(?:\s+[-+]?\d+){3})\s+()(\".*\")\s*$", re.DOTALL)
"""Four whole numbers and a quoted text, as the training labels of 2013 are; YOLO's lines have fractions and no text."""
QUOTED = re.compile(r'"(.*)"\s*', re.DOTALL)
ESCAPED = re.compile(r'\\([\\"])')
SCRIPTS = {"Korean": "ko", "Latin": "en", "Symbols": None, "None": None, "": None, "Mixed": "mixed", "Arabic": "other",
           "Bangla": "other", "Chinese": "other", "Hindi": "other", "Japanese": "other"}
"""Those of MLT 2017 and 2019, and the language that each is; ``None`` is that of what nobody could read."""
OURS = ("Korean", "Latin", "Symbols", "None", "", "Mixed")
QUOTES_TAKEN = "quotes around its text, as most of the set's have, taken for those of ICDAR 2013: taken off"
SCRIPT_TAKEN = "a script before its text, as most of the set's have, taken for that of ICDAR 2017: taken for its language"
MOST = 0.9
"""Share of lines that must be of a dialect: some are broken."""


@dataclass(frozen=True, slots=True)
class LineDialect:
    """How the lines of a data set are written.

    Attributes:
        numbers: 8 of four corners or 4 of a box.
        commas: between them; spaces otherwise.
        quoted: whether texts stand in quotes.
        scripts: whether a script stands before the text.
    """

    numbers: int
    commas: bool = True
    quoted: bool = False
    scripts: bool = False

    def __str__(self) -> str:
        if self.scripts:
            return "four corners, script, text (ICDAR 2017 and 2019)"
        return "four corners, text (ICDAR 2015)" if self.numbers == 8 else "box, text (ICDAR 2013)"


def dialect_of(lines: Sequence[str]) -> LineDialect | None:
    """What most lines are written in; None where they are no labels.

    Args:
        lines: some of the data set, without their ends; empty ones do not count.
    """
    counted = [line for line in lines if line.strip()]

    def most(test: Callable[[str], object], among: Sequence[str] = counted) -> bool:
        return bool(among) and sum(map(bool, map(test, among))) >= MOST * len(among)

    if most(SPACED.match):
        return LineDialect(4, commas=False, quoted=True)
    numbers = 8 if most(COMMAS[8].match) else 4 if most(COMMAS[4].match) else 0
    if not numbers:
        return None
    texts = [found[3] or "" for line in counted if (found := COMMAS[numbers].match(line))]
    said = [text for text in texts if text and not means_dont_care(NAME, text)]
    quoted = most(QUOTED.fullmatch, said) and (numbers == 4 or len(said) > 1)
    scripts = numbers == 8 and most(_has_script, texts)
    return LineDialect(numbers, quoted=quoted, scripts=scripts)


def _has_script(text: str) -> bool:
    """Whether a script and a comma stand before it: in a sentence, a space stands behind the comma."""
    script, _, behind = text.partition(",")
    return script.strip() in SCRIPTS and bool(behind) and not behind[0].isspace()


def draft_of(line: str, dialect: LineDialect) -> Draft:
    """A line as a region; one that is no label of the dialect is left out."""
    found = COMMAS[dialect.numbers].match(line) if dialect.commas else SPACED.match(line)
    if not found:
        return Draft(None, LabelledRegion((), ""), left_out=f"no line of {dialect}")
    numbers = re.split(r"\s*,\s*|\s+", found[1].strip())
    # Behind ", " between numbers the text has a space before it too, which is no part of it; elsewhere a space is the text's.
    rest = found[3] or ""
    text = rest if re.search(r",\s", found[1]) else (found[2] or "") + rest
    script = ""
    changes = []
    if dialect.scripts:
        script, _, text = text.partition(",")
        changes.append(SCRIPT_TAKEN)
    if dialect.quoted and (inside := QUOTED.fullmatch(text.strip())):
        text = ESCAPED.sub(r"\1", inside[1])
        changes += [QUOTES_TAKEN] if dialect.commas else []
    legible = not means_dont_care(NAME, text)
    language = SCRIPTS.get(script.strip())
    label = LabelledRegion((), as_text(text) if legible else "", legible, language=language)
    lost = (f"script {script.strip()}: taken for other",) if script.strip() not in OURS else ()
    if dialect.numbers == 8:
        return Draft(pairs(numbers), label, lost=lost, changes=tuple(changes))
    return from_edges(Draft(None, label, changes=tuple(changes)), numbers)

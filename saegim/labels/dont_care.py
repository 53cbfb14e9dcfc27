"""How the formats spell "don't care": one table for all.

No spelling ever becomes a training text, and a text that happens to be one survives where the format can tell the two apart.
"""

from __future__ import annotations

from dataclasses import dataclass

ONLY_DONT_CARE = "written as don't care: the format has no other word for it"
"""Reason for a legible region that a format can hold no other way: a real text that spells don't care, a check box."""


@dataclass(frozen=True, slots=True)
class DontCare:
    """Of one format.

    Attributes:
        texts: transcriptions that mean it; the first one is written. Empty where a field says it.
        field: the field that says it; empty where the text does. Where both are there, the field decides.
    """

    texts: tuple[str, ...] = ()
    field: str = ""


DONT_CARE: dict[str, DontCare] = {
    "paddleocr": DontCare(("###", "*")),
    "paddleocr-rec": DontCare(("###",)),
    "lmdb": DontCare(("###",)),
    "icdar": DontCare(("###",)),
    "ufo": DontCare(("###",), "illegibility"),
    "hiertext": DontCare((), "legible"),
    "coco-text": DontCare((), "legibility"),
    "textocr": DontCare((".",)),
    "aihub": DontCare(("xxx",)),
    "cord": DontCare((), "dontcare"),
    "total-text": DontCare(("#",)),
    "doctr": DontCare(),
    "doctr-rec": DontCare(("###",)),
    "k-str": DontCare(("□",)),
    "naf": DontCare(("¿",)),
}
"""By the name of the format; the sources of each are in docs/formats.md."""


def means_dont_care(form: str, text: str) -> bool:
    """Whether a transcription of a format says "don't care" by itself."""
    return text.strip() in DONT_CARE[form].texts


def spelling(form: str) -> str:
    """What a format writes in the place of an illegible region's text; empty where a field says it."""
    return next(iter(DONT_CARE[form].texts), "")

"""One word of UFO: its outline, text, language, orientation, illegibility and tags, written and read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from saegim.labels.dont_care import means_dont_care, spelling
from saegim.labels.extras import KEY, VOCABULARY, extras_of, with_extras
from saegim.labels.findings import Findings
from saegim.labels.labelled import LabelledRegion, Polygon
from saegim.labels.texts import as_text

NAME = "ufo"
"""Of the format."""
ORIENTATIONS = {"horizontal": "Horizontal", "vertical": "Vertical", "curved": "Irregular"}
LANGUAGES = {"ko": ["ko"], "en": ["en"], "mixed": ["ko", "en"], "other": ["others"]}
KINDS = VOCABULARY["kind"] - {"text"}
MASKED = frozenset({"masked", "excluded-region"})
"""Tags of areas that nobody labelled: loaders of the field drop them (their option ``ignore_tags``)."""
TRUE = ("true", "1", "yes")
"""Strings that stand for true."""


def word_of(region: LabelledRegion) -> dict[str, Any]:
    """A region as a word. What is no text is illegible to loaders, and carries its kind as a tag."""
    is_text = region.kind == "text"
    legible = region.legible and is_text
    tags = [name for name in (region.kind, region.writing) if name in KINDS or name == "handwritten"] + list(region.effects)
    held = {"text", "legible"} if is_text else set()
    if region.direction != "curved":
        held.add("direction")
    if region.language in LANGUAGES:
        held.add("language")
    extras = extras_of(region, held)
    return {"transcription": region.text or ("" if legible or not is_text else spelling(NAME)),
            "points": [[_number(x), _number(y)] for x, y in region.polygon],
            "language": LANGUAGES.get(region.language or ""), "orientation": ORIENTATIONS.get(region.direction or ""),
            "illegibility": not legible, "tags": tags, "word_tags": tags} | ({KEY: extras} if extras else {})


def region_of(word: Mapping[str, Any], polygon: Polygon, image: str, number: int, findings: Findings) -> LabelledRegion:
    """A word as a region; what of it has no place here is among the findings.

    Args:
        word: as the file has it.
        polygon: its outline, mended.
        image: name of the image.
        number: of the word.
        findings: take the remarks.
    """
    text = as_text(word.get("transcription"))
    legible = _legible(word.get("illegibility"), text)
    given = word.get(KEY)
    extras = dict(given) if isinstance(given, Mapping) else {}
    if "kind" not in extras:
        extras.pop("legible", None)
        text = "" if not legible and means_dont_care(NAME, text) else text
    orientation = as_text(word.get("orientation")).capitalize()
    if orientation != ORIENTATIONS["curved"]:
        extras.pop("direction", None)
    elif "direction" not in extras:
        findings.not_held(image, number, "orientation Irregular: its outline tells what it can")
    region = LabelledRegion(polygon, text, legible,
                            direction={"Horizontal": "horizontal", "Vertical": "vertical"}.get(orientation),
                            language=_language(word.get("language"), image, number, findings), number=number)
    return with_extras(_tagged(region, word, image, number, findings), extras)


def _legible(illegibility: object, text: str) -> bool:
    """The field decides; where there is none, the text does."""
    if illegibility is None:
        return not means_dont_care(NAME, text)
    return illegibility.lower() not in TRUE if isinstance(illegibility, str) else not illegibility


def _language(given: object, image: str, number: int, findings: Findings) -> str | None:
    """Of a list of codes or one code; None where it says nothing."""
    codes = {as_text(code).lower() for code in (given if isinstance(given, list) else [given]) if isinstance(code, str) and code}
    if not codes:
        return None
    found = next((name for name, written in LANGUAGES.items() if codes == set(written)), None)
    if found is None:
        findings.not_held(image, number, f"language {', '.join(sorted(codes))}: taken for other")
    return found or "other"


def _tagged(region: LabelledRegion, word: Mapping[str, Any], image: str, number: int, findings: Findings) -> LabelledRegion:
    """The region with what the word's tags say of it."""
    tags = {as_text(tag) for field in ("tags", "word_tags") if isinstance(word.get(field), list) for tag in word[field]} - {""}
    kind = next((tag for tag in sorted(tags & KINDS)), "text")
    effects = tags & VOCABULARY["effects"]
    if masked := sorted(tags & MASKED):
        findings.changed(image, number, f"tag {masked[0]}: taken for don't care")
        region = replace(region, legible=False, text="")
    for tag in sorted(tags - KINDS - effects - MASKED - {"handwritten"}):
        findings.not_held(image, number, f"tag {tag}")
    return replace(region, kind=kind, effects=tuple(sorted(map(str, effects))),
                   writing="handwritten" if "handwritten" in tags else None)


def _number(value: float) -> float | int:
    return int(value) if value == int(value) else value

"""What the demo page shows of an answer: its texts in order, where the model is unsure, what is worth points."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pages.category_words import FRIENDLY, category_words
from pages.evaluation_explained import Words
from schemas.recipes.campaign import Campaign
from schemas.submission import SENTENCES, Reason
from schemas.trial import TrialAnswer, TrialRegion

USUAL = {"horizontal", "printed", "text", "ko", "en", "mixed", "digits", "other", "illegible"}
"""Slices that are told only where a campaign gives a bonus for them: most texts have some of them."""
BADGE_PART = 20
"""The sign on an unsure text is as high as the longer side of the picture divided by this."""


@dataclass(frozen=True, slots=True)
class TrialSlice:
    """A slice that the model sees, and the bonus that the campaign gives for it now; None where none."""

    words: Words
    bonus: int | None


@dataclass(frozen=True, slots=True)
class TrialLine:
    """One text of an answer.

    Attributes:
        outline: of its polygon, as SVG takes it, in pixels of the picture.
        left: of its sign, in these pixels.
        top: likewise.
        text: as read.
        unsure: whether it carries the sign.
        slices: worth telling, those with a bonus first.
    """

    outline: str
    left: float
    top: float
    text: str
    unsure: bool
    slices: tuple[TrialSlice, ...]


@dataclass(frozen=True, slots=True)
class ShownAnswer:
    """An answer as it is drawn.

    Attributes:
        width: of the picture, in pixels.
        height: likewise.
        badge: height of the sign of unsure texts, in these pixels.
        lines: in reading order.
        unsure: how many carry the sign.
        model: that read it.
        seconds: that it took.
        calibrated: whether the sign is told by what people checked.
    """

    width: int
    height: int
    badge: float
    lines: tuple[TrialLine, ...]
    unsure: int
    model: str
    seconds: float
    calibrated: bool


def shown_answer(answer: TrialAnswer, campaign: Campaign | None, bonus: Mapping[str, int]) -> ShownAnswer:
    """An answer as it is drawn.

    Args:
        answer: of a photograph that was read.
        campaign: whose words slices are told in; None for those of all.
        bonus: points by slice that it gives now.
    """
    badge = max(answer.width, answer.height) / BADGE_PART
    lines = tuple(_line(region, campaign, bonus, badge) for region in answer.regions)
    return ShownAnswer(answer.width, answer.height, badge, lines, sum(line.unsure for line in lines), answer.reader,
                       answer.seconds, answer.calibrated)


def why_refused(answer: TrialAnswer) -> tuple[str, str]:
    """Why a photograph was not read, in Korean and English."""
    return SENTENCES[Reason(answer.why)]


def _line(region: TrialRegion, campaign: Campaign | None, bonus: Mapping[str, int], badge: float) -> TrialLine:
    left, top = region.points[0]
    names = [name for name in region.slices if name in bonus or name not in USUAL]
    slices = tuple(TrialSlice(_words(name, campaign), bonus.get(name))
                   for name in sorted(names, key=lambda name: (-bonus.get(name, -1), name)))
    return TrialLine(" ".join(f"{x:g},{y:g}" for x, y in region.points), max(left, badge / 2), max(top, badge / 2), region.text,
                     region.unsure, slices)


def _words(name: str, campaign: Campaign | None) -> Words:
    return category_words(campaign, name) if campaign else FRIENDLY.get(name, Words(name, name))

"""Labels of a release that are perhaps wrong: what a model makes one doubt."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Suspicion(StrEnum):
    """What speaks against a label."""

    DIFFERS = "differs"
    """The model is right about such texts as a rule, and reads another text here."""
    TWO_AGREE = "two agree"
    """A second model reads what the first one reads, and the label says something else."""
    NEIGHBOUR = "neighbour"
    """The label says what the model reads in another region of the same image."""
    NOT_LABELLED = "not labelled"
    """The model is sure of a region where the label has none."""
    NOT_FOUND = "not found"
    """The label has a region that no model finds."""


@dataclass(frozen=True, slots=True)
class Suspect:
    """One region whose label is perhaps wrong.

    Attributes:
        image_id: the image.
        region_id: of the label's region; of the model's where the label has none (``Suspicion.NOT_LABELLED``).
        truth: what the label says; empty where there is none.
        read: what the model reads; empty where it finds nothing.
        other_read: what the second model reads; None where there is no second model, or it finds nothing here.
        score: the model's own; None where it gives none.
        why: the strongest reason.
        chance: that the label is wrong, in (0, 1), as ``stages.evaluate.suspects`` estimates it; suspects are ranked by it.
    """

    image_id: str
    region_id: str
    truth: str
    read: str
    other_read: str | None
    score: float | None
    why: Suspicion
    chance: float

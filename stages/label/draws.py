"""Which images are drawn for what: by their content, so that the same are drawn at every run and on every machine."""

from __future__ import annotations

from schemas.ids import digest
from schemas.labelling import Side
from schemas.recipes.annotation_config import AnnotationConfig


def place(purpose: str, annotation_config: str, subject: str) -> float:
    """A number in [0, 1), evenly spread over subjects: 13 hex digits of the digest of the arguments, the same everywhere."""
    return int(digest("draw", purpose, annotation_config, subject, length=13), 16) / 16**13


def drawn(share: float, purpose: str, annotation_config: str, subject: str) -> bool:
    """Whether a subject is in a share of all. Who is in a share is in every larger one."""
    return place(purpose, annotation_config, subject) < share


def drawn_for_two(config: AnnotationConfig, image_id: str) -> bool:
    """Whether two people read an image, each without the other."""
    return drawn(config.overlap, "overlap", config.name, image_id)


def drawn_as_gold(config: AnnotationConfig, image_id: str) -> bool:
    """Whether an image becomes gold when its turn on side A comes."""
    return drawn(config.gold, "gold", config.name, image_id)


def drawn_blind(config: AnnotationConfig, side: Side, image_id: str) -> bool:
    """Whether an image's task on a side shows no pre-label."""
    return drawn(config.without_prelabel, f"without pre-label {side}", config.name, image_id)


def place_in_queue(config: AnnotationConfig, side: Side, image_id: str) -> float:
    """Where an image stands in the queue of a side whose order says nothing; in [0, 1)."""
    return place(f"order {side}", config.name, image_id)

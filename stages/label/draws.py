"""Which images are drawn for what: by their content, so that the same are drawn at every run and on every machine."""

from __future__ import annotations

from schemas.ids import digest


def place(purpose: str, annotation_config: str, subject: str) -> float:
    """A number in [0, 1) that has nothing to do with anything but its arguments."""
    return int(digest("draw", purpose, annotation_config, subject, length=13), 16) / 16**13


def drawn(share: float, purpose: str, annotation_config: str, subject: str) -> bool:
    """Whether a subject is in a share of all. Who is in a share is in every larger one."""
    return place(purpose, annotation_config, subject) < share

"""Rows of submissions and images as records."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from sqlalchemy import Row, select

from datastore.ledger.tables import images, submissions
from schemas.recorded import ImageRow, SubmissionRow
from schemas.submission import Outcome, Reason, Verdict

every_submission = select(*(submissions.c[item.name] for item in fields(SubmissionRow)))
"""Asks for what ``submission_row`` takes; a caller adds its conditions."""
every_image = select(*(images.c[item.name] for item in fields(ImageRow)))
"""Asks for what ``image_row`` takes; a caller adds its conditions."""


def submission_row(row: Row[Any]) -> SubmissionRow:
    """A row of ``submissions``, with the names of outcome, reason and verdict as what they stand for."""
    values = {item.name: getattr(row, item.name) for item in fields(SubmissionRow)}
    return SubmissionRow(**{**values, "outcome": Outcome(row.outcome), "reason": Reason(row.reason) if row.reason else None,
                            "found": Verdict(row.found) if row.found else None})


def image_row(row: Row[Any]) -> ImageRow:
    """A row of ``images``."""
    values = {item.name: getattr(row, item.name) for item in fields(ImageRow)}
    return ImageRow(**{**values, "refused": Outcome(row.refused) if row.refused else None})

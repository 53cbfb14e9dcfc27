"""One row of a release before it is written."""

from __future__ import annotations

from dataclasses import dataclass

from schemas.reading import Reading


@dataclass(frozen=True, slots=True)
class Sample:
    """An image with its accepted reading. ``submitter`` and the reading's reader are pseudonyms.

    ``split`` and ``shard`` are empty until the release is planned and its images are written.
    """

    image_id: str
    media_type: str
    width: int
    height: int
    cluster_id: str
    campaign: str
    submitter: str
    annotation_config: str
    reading: Reading
    split: str = ""
    shard: str = ""

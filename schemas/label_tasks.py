"""Label Studio's projects and tasks, as the ledger knows them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from schemas.config_version import ConfigVersion
from schemas.labelling import Side
from schemas.reading import Kind, Reading

SUBJECT = "subject"
"""Key in the ``data`` of a Label Studio task that holds our id of what the task is about."""
LINES = re.compile(r"lines:(\d+)-(\d+)")
"""What stands behind the image in the subject of a task about several lines."""


@dataclass(frozen=True, slots=True)
class Project:
    """One Label Studio project.

    Attributes:
        annotation_config: name of its annotation config.
        config_version: of that config.
        side: of that config.
        key: the mark that it carries in Label Studio, and what rows of the ledger name it by.
        project_id: Label Studio's number; None while it has not confirmed the project. No name: another server numbers from 1
            again.
        guide: digest of the guide that it shows; None before the first.
        lost: it was not in Label Studio when last looked for.
    """

    annotation_config: str
    config_version: int
    side: Side
    key: str
    project_id: int | None
    guide: str | None
    lost: bool = False

    @property
    def run(self) -> ConfigVersion:
        """Name and version of its annotation config."""
        return ConfigVersion.of(self.annotation_config, self.config_version)

    @property
    def number(self) -> int:
        """Label Studio's number of it; 0, which is no project's, while there is none."""
        return self.project_id or 0


@dataclass(frozen=True, slots=True)
class TaskRow:
    """One task of one project.

    Attributes:
        project: key of the project that it is in.
        subject: what it is about: an image's id, or what ``line_subject`` or ``lines_subject`` makes.
        config_version: of the project's annotation config.
        image_id: the image that it is about.
        taken_by: the annotation config whose accepted reading comes of it.
        shown: ids of the readings that are its predictions, the first one first.
        reason: why it is a second look; None where it is none.
        place: in the queue.
        after_task: the project's newest task when this one's post began; None where it was never posted.
        posted_at: when that was.
        task_id: Label Studio's; None while it has not confirmed it.
        collected_at: the task's last change that was collected; None before the first.
        marked: the regions of its pre-label that the screen marks, by id, each with the chance that it is right; None where
            too little is known to mark any.
    """

    project: str
    subject: str
    config_version: int
    image_id: str
    taken_by: str
    shown: tuple[str, ...] = ()
    reason: str | None = None
    place: int = 0
    after_task: int | None = None
    posted_at: datetime | None = None
    task_id: int | None = None
    collected_at: datetime | None = None
    marked: Mapping[str, float] | None = None

    @property
    def shows_lines(self) -> bool:
        """Whether its screen shows several lines, each with a text; else it shows an image, or one line."""
        return LINES.fullmatch(_part_of(self.subject)) is not None

    def region_ids(self, shown: Reading) -> tuple[str, ...]:
        """The regions that it is about, in the order of its screen; none where it is about a whole image.

        Args:
            shown: the reading that it shows.
        """
        part = _part_of(self.subject)
        if found := LINES.fullmatch(part):
            start, stop = map(int, found.groups())
            return text_ids(shown)[start:stop]
        return (part,) if part else ()


def line_subject(image_id: str, region_id: str) -> str:
    """What a task about one region of an image is about, as one text: IMAGE/REGION."""
    return f"{image_id}/{region_id}"


def lines_subject(image_id: str, start: int, stop: int) -> str:
    """What a task about several regions of an image is about, as one text: IMAGE/lines:START-STOP.

    Args:
        image_id: the image.
        start: place of the first of them in ``text_ids`` of the reading that the task shows, counted from 0.
        stop: place behind the last of them.
    """
    return f"{image_id}/lines:{start}-{stop}"


def text_ids(shown: Reading) -> tuple[str, ...]:
    """Ids of the regions of a reading that are text, in its order: what is given out line by line."""
    return tuple(region.region_id for region in shown.regions if region.attributes.kind is Kind.TEXT)


def image_of(subject: str) -> str:
    """The image that a task with this subject is about."""
    return subject.partition("/")[0]


def _part_of(subject: str) -> str:
    """What of the image a task with this subject is about; empty where it is the whole image."""
    return subject.partition("/")[2]

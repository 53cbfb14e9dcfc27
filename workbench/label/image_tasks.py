"""Label Studio's tasks about whole images."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from adapters.label_studio.codec import to_prediction
from datastore.ledger import Ledger, outbox
from datastore.ledger.images import image_rows
from schemas.answers import READINGS_TO_CHOOSE
from schemas.label_tasks import SUBJECT, TaskRow
from schemas.reading import Reading
from schemas.recipes.annotation_config import AnnotationConfig
from schemas.submission import image_key
from workbench.label.push import MakeTasks

PRELABEL = "모델 · model"
"""What a pre-label is called on the screen, whichever model read it: Label Studio opens predictions of one name only."""


def image_task_maker(ledger: Ledger, bucket: str, config: AnnotationConfig) -> MakeTasks:
    """Makes Label Studio's tasks of rows of the outbox that are about images.

    Args:
        ledger: knows the images.
        bucket: has them.
        config: of the project that the tasks go to.
    """
    def make(rows: Sequence[TaskRow], shown: Mapping[str, Reading]) -> list[dict[str, Any]]:
        with ledger.read() as connection:
            images = image_rows(connection, [row.image_id for row in rows])
        places = shown_places(ledger, rows)
        made = []
        for row in rows:
            image = images[row.image_id]
            data = {"image": f"s3://{bucket}/{image_key(image.image_id, image.media_type)}", SUBJECT: row.subject,
                    "place": places[row.subject]}
            if row.reason is not None:
                data["reason"] = row.reason
            predictions = [to_prediction(shown[reading_id], config, name=name, marked=row.marked)
                           for reading_id, name in zip(row.shown, _names(row), strict=True)]
            made.append({"data": data, "predictions": predictions})
        return made

    return make


def shown_places(ledger: Ledger, rows: Sequence[TaskRow]) -> dict[str, str]:
    """What a task says of its place in the queue of its project when it is pushed, such as ``23 / 200``, by subject.

    Args:
        ledger: knows the queue.
        rows: tasks of one project.
    """
    places = outbox.queue_places(ledger, rows[0].project) if rows else {}
    return {row.subject: f"{places[row.subject]} / {len(places)}" for row in rows}


def _names(row: TaskRow) -> Sequence[str]:
    """What predictions are called on the screen, the first one of a project's tasks always the same; it is nobody's name."""
    return [PRELABEL] * len(row.shown) if row.reason is None else READINGS_TO_CHOOSE[:len(row.shown)]

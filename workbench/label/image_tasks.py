"""Label Studio's tasks about whole images."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from adapters.label_studio.codec import to_prediction
from datastore.ledger.images import image_rows
from datastore.ledger.outbox import TaskRow
from schemas.reading import Reading
from schemas.recipes.annotation_config import AnnotationConfig
from schemas.submission import image_key
from workbench.bench import Workbench
from workbench.label.push import SUBJECT, MakeTasks


def make_tasks(bench: Workbench, config: AnnotationConfig) -> MakeTasks:
    """Makes Label Studio's tasks of rows of the outbox that are about images."""

    def make(rows: Sequence[TaskRow], shown: Mapping[str, Reading]) -> list[dict[str, Any]]:
        with bench.ledger.read() as connection:
            images = image_rows(connection, [row.image_id for row in rows])
        made = []
        for row in rows:
            image = images[row.image_id]
            data = {"image": f"s3://{bench.settings.bucket_images}/{image_key(image.image_id, image.media_type)}",
                    SUBJECT: row.subject}
            if row.reason is not None:
                data["reason"] = row.reason
            predictions = [to_prediction(shown[reading_id], config, name=name)
                           for reading_id, name in zip(row.shown, _names(row), strict=True)]
            made.append({"data": data, "predictions": predictions})
        return made

    return make


def _names(row: TaskRow) -> list[str | None]:
    """What predictions are called on the screen: a model by its name, people's readings by number only."""
    if row.reason is not None and len(row.shown) > 1:
        return ["첫째 · first", "둘째 · second"]
    return [None] * len(row.shown)

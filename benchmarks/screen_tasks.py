"""Puts made pages in front of people: on the screens that ours is measured against, and on ours by the product's own way."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Any

from sqlalchemy import insert

from adapters.label_studio.codec import to_line_prediction, to_prediction
from adapters.label_studio.projects import ensure_project
from adapters.label_studio.storages import attach_storage
from adapters.label_studio.tasks import import_tasks
from benchmarks.screen_pages import SCORE, Sheet
from datastore.ledger import leases, outbox
from datastore.ledger.readings import add_readings
from datastore.ledger.tables import images
from schemas.ids import image_number, sha256
from schemas.label_tasks import SUBJECT, Project, TaskRow
from schemas.labelling import Waiting
from schemas.reading import Reading, summarise
from schemas.submission import image_key
from stages.label.crops import crops
from tests.places import SCREENS
from workbench.bench import Workbench
from workbench.label.claims import claim_project
from workbench.label.image_tasks import image_task_maker
from workbench.label.line_tasks import push_lines
from workbench.label.projects import PRESIGNED_SECONDS, project_of
from workbench.label.push import push


def next_task_of(bench: Workbench, project: int) -> str:
    """Where a person who labels sees the next task of a project."""
    return f"{bench.settings.label_studio_url}/projects/{project}/data?labeling=1"


def this_task(bench: Workbench, project: int, task: int) -> str:
    """Where a person sees one certain task."""
    return f"{bench.settings.label_studio_url}/projects/{project}/data?task={task}"


def pictures_on_version_2(bench: Workbench, sheets: Sequence[Sheet]) -> tuple[int, list[int]]:
    """Whole pages on ``scene_text@2``; number of the project and of the tasks."""
    config = bench.config_named("scene_text").model_copy(update={"version": 2, "xml": _xml("scene_text_2")})
    return _imported(bench, "scene_text_2", [
        _task(bench, sheet.jpeg, sheet.reading.image_id, to_prediction(sheet.reading, config)) for sheet in sheets])


def pictures_on_the_template(bench: Workbench, sheets: Sequence[Sheet]) -> tuple[int, list[int]]:
    """Whole pages on Label Studio's template; number of the project and of the tasks."""
    return _imported(bench, "template", [_task(bench, sheet.jpeg, sheet.reading.image_id, _plain(sheet.reading))
                                         for sheet in sheets])


def lines_on_version_1(bench: Workbench, sheet: Sheet) -> int:
    """A page as single lines on ``line_text@1``; number of the project."""
    cut = dict(crops(sheet.jpeg, sheet.reading.regions))
    project, _ = _imported(bench, "line_text_1", [
        _task(bench, cut[region.region_id], region.region_id, to_line_prediction(region.text, True, name="made", score=SCORE))
        for region in sheet.reading.regions])
    return project


def keep(bench: Workbench, sheets: Sequence[Sheet]) -> list[Waiting]:
    """Makes images of made pages and a model's readings of them, as ingest and prelabel leave them."""
    for sheet in sheets:
        image_id = sheet.reading.image_id
        bench.objects.put(bench.settings.bucket_images, image_key(image_id, "image/jpeg"), sheet.jpeg, "image/jpeg")
        with bench.ledger.write() as connection:
            connection.execute(insert(images), {
                "image_id": image_id, "number": image_number(image_id), "media_type": "image/jpeg", "width": sheet.reading.width,
                "height": sheet.reading.height, "bytes": len(sheet.jpeg), "pixels_id": image_id, "cluster_id": image_id,
                "represents": True, "encoder": "made"})
            add_readings(connection, [sheet.reading])
    return [Waiting(sheet.reading.image_id, sheet.reading.reading_id, summarise(sheet.reading.regions), sheet.reading.width,
                    sheet.reading.height, sheet.reading.image_id, "", "") for sheet in sheets]


def pictures(bench: Workbench, sheets: Sequence[Sheet]) -> Project:
    """Whole pages in front of people by the product's own way; the project of the annotation config in its version of today."""
    config = bench.annotation_config
    project = project_of(bench, config)
    waiting = keep(bench, sheets)
    lease = claim_project(bench.ledger, project, bench.settings.lease_seconds)
    with bench.ledger.write() as connection:
        outbox.plan_tasks(connection, [
            TaskRow(project.key, page.image_id, config.version, page.image_id, config.name, (page.reading_id,), place=place)
            for place, page in enumerate(waiting, 1)])
    push(bench, project, lease, image_task_maker(bench.ledger, bench.settings.bucket_images, config))
    leases.release(bench.ledger, lease)
    return project


def lines(bench: Workbench, sheets: Sequence[Sheet]) -> Project:
    """Pages as pages of lines, by the product's own way; the project of the annotation config for lines."""
    config = bench.annotation_config
    of_lines = bench.config_named(config.dense_config)
    project = project_of(bench, of_lines)
    push_lines(bench, project, of_lines, config, keep(bench, sheets), room=1_000_000)
    return project


def stored(bench: Workbench, jpeg: bytes) -> str:
    """Puts a picture into the bucket of images; its address there."""
    key = f"{sha256(jpeg)}.jpg"
    bench.objects.put(bench.settings.bucket_images, key, jpeg, "image/jpeg")
    return f"s3://{bench.settings.bucket_images}/{key}"


def _xml(name: str) -> str:
    return (SCREENS / f"{name}.xml").read_text(encoding="utf-8")


def _imported(bench: Workbench, name: str, tasks: list[dict[str, Any]]) -> tuple[int, list[int]]:
    project = ensure_project(bench.label_studio, secrets.token_hex(8), name, _xml(name), "", "what ours is measured against")
    settings = bench.settings
    attach_storage(bench.label_studio, project, bucket=settings.bucket_images, region=settings.s3_region,
                   presign_seconds=PRESIGNED_SECONDS, access_key=settings.shown.s3_access_key,
                   secret_key=settings.shown.s3_secret_key)
    return project, import_tasks(bench.label_studio, project, tasks)


def _task(bench: Workbench, jpeg: bytes, subject: str, prediction: dict[str, Any]) -> dict[str, Any]:
    return {"data": {"image": stored(bench, jpeg), SUBJECT: subject}, "predictions": [prediction]}


def _plain(reading: Reading) -> dict[str, Any]:
    """Polygons and texts as the template's predictions are written."""
    results = []
    for region in reading.regions:
        points = [[x / reading.width * 100, y / reading.height * 100] for x, y in region.polygon]
        common = {"id": region.region_id, "to_name": "image", "original_width": reading.width, "original_height": reading.height}
        for name, kind, value in (("poly", "polygon", {}), ("label", "labels", {"labels": ["Text"]}),
                                  ("transcription", "textarea", {"text": [region.text]})):
            results.append({**common, "from_name": name, "type": kind, "value": {"points": points, **value}})
    return {"model_version": "made", "result": results}

"""label: images that the current model has read → Label Studio tasks with its reading as prediction."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from prefect import flow

from adapters.label_studio.codec import to_prediction
from datastore.ledger import leases, readings, tasks
from datastore.ledger.readings import ImageRow
from flows.batches import batch_task, cut, progress, say
from flows.report import Report
from flows.workbench import Workbench, open_workbench
from schemas.errors import LeaseLost, SaegimError
from schemas.submission import image_key

SUBJECT = "subject"
"""Key in a task's ``data`` that holds our id of what the task is about."""
TASKS_A_POST = 500
"""500 to 1,000 tasks a post are the fastest import that stays short enough to repeat (280 to 330 tasks a second)."""
PRESIGNED_SECONDS = 12 * 3600
"""A picture stays readable for a working day: an expired address in the middle of a page costs the annotator work."""


@flow(name="label")
def label() -> Report:
    """Puts every image that the model has read and that has no task yet in front of the annotators."""
    bench = open_workbench()
    run = readings.model_run(bench.ledger, bench.model)
    if run is None:
        return Report("label", {"pushed": 0}, [f"{bench.model} has not read anything yet; run prelabel first."])
    config = bench.annotation_config
    project = bench.label_studio.ensure_project(config)
    _attach_images(bench, project)
    lease = leases.claim(bench.ledger, "label", [f"project {project}"], bench.settings.lease_seconds)
    if not lease.tokens:
        raise LeaseLost(f"Another run is pushing to project {project} right now; what is new will go with it or the next.")
    try:
        # What an earlier run planned may have arrived although its confirmation did not: ask before any repeat.
        unsure = tasks.unconfirmed(bench.ledger, project, config.version)
        found = _confirm(bench, project, unsure) if unsure else 0
        new = tasks.images_without_task(bench.ledger, project, config.version, run)
        with bench.ledger.write() as connection:
            leases.fence(connection, lease)
            tasks.plan_tasks(connection, project, config.version, [image.image_id for image in new])
        planned = tasks.unconfirmed(bench.ledger, project, config.version)
        with progress("label", len(planned)) as advance:
            for batch in cut(planned, TASKS_A_POST):
                leases.renew(bench.ledger, lease, bench.settings.lease_seconds)
                push_batch(bench, project, run, batch, advance)
    finally:
        leases.release(bench.ledger, lease)
    notes = [f"{bench.label_studio.url}/projects/{project}/data has "
             f"{tasks.task_count(bench.ledger, project)} tasks."]
    if found:
        notes.append(f"{found} tasks of an interrupted push were already there and were not pushed again.")
    return Report("label", {"pushed": len(planned), "confirmed": found}, notes, {"project": project}).publish()


@batch_task
def push_batch(bench: Workbench, project: int, run: str, batch: Sequence[ImageRow],
               advance: Callable[[int], None]) -> None:
    """Imports some hundred tasks in one post and notes the ids that they got."""
    already = _confirm(bench, project, batch)  # a retry after a lost response finds its own tasks
    if already < len(batch):
        waiting = {image.image_id for image in tasks.unconfirmed(bench.ledger, project, bench.annotation_config.version)}
        rest = [image for image in batch if image.image_id in waiting]
        predictions = readings.readings_of_run(bench.ledger, run, [image.image_id for image in rest])
        bench.label_studio.import_tasks(project, [
            {
                "data": {
                    "image": f"s3://{bench.settings.bucket_images}/{image_key(image.image_id, image.media_type)}",
                    SUBJECT: image.image_id,
                },
                "predictions": [to_prediction(predictions[image.image_id], bench.annotation_config)]
                if image.image_id in predictions else [],
            }
            for image in rest
        ])
        if _confirm(bench, project, rest) < len(rest):
            raise SaegimError(f"Label Studio took {len(rest)} tasks into project {project} and does not show all of "
                              "them; run label again: it asks before it repeats")
    advance(len(batch))


def _confirm(bench: Workbench, project: int, images: Sequence[ImageRow]) -> int:
    """Notes the task ids of those images that Label Studio has; counts them."""
    found = bench.label_studio.find_tasks(project, SUBJECT, [image.image_id for image in images])
    with bench.ledger.write() as connection:
        tasks.confirm(connection, project, bench.annotation_config.version, found)
    return len(found)


def _attach_images(bench: Workbench, project: int) -> None:
    settings = bench.settings
    key, secret = settings.s3_access_key, settings.s3_secret_key
    if not (key and secret):
        say("No SAEGIM_S3_ACCESS_KEY: Label Studio uses the AWS credentials of its own machine.")
    bench.label_studio.attach_storage(
        project, bucket=settings.bucket_images, region=settings.s3_region, presign_seconds=PRESIGNED_SECONDS,
        access_key=key, secret_key=secret)

"""Stands in for Label Studio's people: they answer through the same API that the page uses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from adapters.label_studio.changes import Annotation, ChangedTask, changed_tasks
from adapters.label_studio.codec import from_annotation, to_prediction
from adapters.label_studio.lines import to_lines_prediction
from adapters.label_studio.tasks import OpenTask, annotate, change_annotation, open_tasks
from apps.demo.answers import NO_OVERSIGHT, OVERSIGHTS, corrected, lead_time, typed_lines
from apps.demo.truths import sample_name
from datastore.ledger import Ledger, model_runs, outcomes, readings
from schemas.errors import SaegimError
from schemas.label_tasks import SUBJECT, Project, image_of
from schemas.labelling import Side
from schemas.reading import Reading
from schemas.submission import Outcome
from workbench.bench import Workbench

LINES = "lines"
"""In the data of a task about lines of a page: they, each with the id of its region."""


@dataclass(frozen=True, slots=True)
class SampleTruths:
    """What the demo knows of the images.

    Attributes:
        truths: what is written on them, by image id.
        names: of the samples that they are, by image id.
    """

    truths: Mapping[str, Reading]
    names: Mapping[str, str]


NOTHING_KNOWN = SampleTruths({}, {})
"""Every pre-label is accepted as it is."""


def known_images(ledger: Ledger, campaign: str, truths: Mapping[str, Reading]) -> SampleTruths:
    """Which images of a campaign are which samples, and their truths.

    Args:
        ledger: where.
        campaign: that the samples were sent to.
        truths: by name of the sample.
    """
    accepted = [row for row in outcomes.outcomes(ledger, campaign) if row.outcome == Outcome.ACCEPTED and row.image_id]
    names = {str(row.image_id): sample_name(row.submitter or "", row.key.split("/", 2)[-1]) for row in accepted}
    return SampleTruths({image: replace(truths[name], image_id=image) for image, name in names.items() if name in truths}, names)


def answer_open(bench: Workbench, project: Project, known: SampleTruths, advance: Callable[[int], None],
                email: str | None = None) -> int:
    """Answers each open task of a project; tasks that somebody answered are left alone.

    A task about an image whose truth is not known is answered with its pre-label, as it is.

    Args:
        bench: the systems.
        project: of Label Studio.
        known: the truths.
        advance: told how many tasks more are done.
        email: of the annotator; the token's user where left out.

    Returns:
        How many tasks were answered.
    """
    done = 0
    for task in open_tasks(bench.label_studio, project.number):
        if LINES in task.data:
            result, seconds = _of_lines(bench, task, known)
        else:
            result, seconds = _of_image(bench, task, known, project.side)
        annotate(bench.label_studio, task.task_id, result, seconds, task.prediction_id, email)
        done += 1
        advance(1)
    return done


def mend(bench: Workbench, project: Project, known: SampleTruths, email: str) -> list[str]:
    """A person looks at his or her answers again, and mends those that say anything but the truth.

    Args:
        bench: the systems.
        project: of whole images.
        known: the truths.
        email: whose answers.

    Returns:
        The names of the samples whose answers were mended.
    """
    mended = []
    for task, annotation in _answers_of(bench, project, email):
        image_id = str(task.data[SUBJECT])
        truth = known.truths.get(image_id)
        if truth is None or annotation.was_cancelled:
            continue
        answer = _as_reading(bench, annotation.raw, truth)
        right = corrected(answer, truth)
        if _texts(answer) != _texts(right):
            result = to_prediction(right, bench.annotation_config)["result"]
            change_annotation(bench.label_studio, annotation.id, result, (annotation.lead_time or 0) + lead_time(answer, right))
            mended.append(known.names[image_id])
    return mended


def _of_image(bench: Workbench, task: OpenTask, known: SampleTruths, side: Side) -> tuple[list[dict[str, Any]], float]:
    """The answer to a task about a whole image, and its seconds."""
    image_id = str(task.data[SUBJECT])
    truth = known.truths.get(image_id)
    if truth is None:
        read = _read(bench, image_id)
        return task.prediction_result or to_prediction(read, bench.annotation_config)["result"], lead_time(read, read)
    shown = _as_reading(bench, {"result": task.prediction_result}, truth)
    made = corrected(shown, truth, OVERSIGHTS.get((side, known.names[image_id]), NO_OVERSIGHT))
    return to_prediction(made, bench.annotation_config)["result"], lead_time(shown, made)


def _of_lines(bench: Workbench, task: OpenTask, known: SampleTruths) -> tuple[list[dict[str, Any]], float]:
    """The answer to a task about lines of a page, and its seconds."""
    image_id = image_of(str(task.data[SUBJECT]))
    page = _read(bench, image_id)
    by_id = {region.region_id: region for region in page.regions}
    shown = replace(page, regions=tuple(by_id[line["id"]] for line in task.data[LINES]))
    truth = known.truths.get(image_id)
    if truth is None:
        return task.prediction_result, lead_time(shown, shown)
    typed = typed_lines(shown.regions, truth)
    return to_lines_prediction(typed, name="person")["result"], lead_time(shown, replace(shown, regions=tuple(typed)))


def _read(bench: Workbench, image_id: str) -> Reading:
    """What the model in use read on an image."""
    run = model_runs.model_run(bench.ledger, bench.model)
    if run is None:
        raise SaegimError(f"{bench.model} has not read anything yet: saegim run prelabel")
    return readings.readings_of_run(bench.ledger, run, [image_id])[image_id]


def _as_reading(bench: Workbench, annotation: Mapping[str, Any], truth: Reading) -> Reading:
    return from_annotation(annotation, image_id=truth.image_id, width=truth.width, height=truth.height, revision=0,
                           reader="person:demo", config=bench.annotation_config)


def _answers_of(bench: Workbench, project: Project, email: str) -> Iterator[tuple[ChangedTask, Annotation]]:
    for page in changed_tasks(bench.label_studio, project.number, None):
        for task in page:
            if isinstance(task, ChangedTask):
                yield from ((task, annotation) for annotation in task.annotations if annotation.completed_by == email)


def _texts(reading: Reading) -> Counter[str]:
    return Counter(region.text for region in reading.regions)

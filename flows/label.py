"""label: images that the current model has read → Label Studio tasks with its reading as prediction, by priority."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import ceil
from typing import Any

from prefect import flow
from sqlalchemy import Connection

from adapters.label_studio.annotation_config import AnnotationConfig
from adapters.label_studio.codec import to_prediction
from datastore.ledger import answers, leases, queue, readings, tasks
from datastore.ledger.answers import SecondLook
from datastore.ledger.queue import Candidate
from datastore.ledger.tasks import TaskRow
from flows.lines import push_lines
from flows.projects import project_of, projects_of
from flows.push import SUBJECT, MakeTasks, claim_project, push
from flows.report import Report
from flows.workbench import Workbench, open_workbench
from schemas.errors import LeaseLost
from schemas.labelling import Side
from schemas.reading import Reading
from schemas.submission import image_key
from stages.label.draws import drawn, place
from stages.label.priority import Waiting, in_order

RATE_DAYS = 7
"""The rate of an annotator's work is taken over a week: every weekday is in it once."""
GOLD_SHARE = 0.1
"""Gold is never more than this share of what one run pushes: nobody should come to expect it."""
GOLD_REASON = ("정답이 됩니다. 한 글자씩 확인해 주세요.\n"
               "This becomes the truth that others are measured with: check every letter.")


@flow(name="label")
def label() -> Report:
    """Keeps about two days' work in front of the annotators: what was asked for first, then what the model is unsure of."""
    bench = open_workbench()
    run = readings.model_run(bench.ledger, bench.model)
    if run is None:
        return Report("label", {"pushed": 0}, [f"{bench.model} has not read anything yet; run prelabel first."])
    report = Report("label", {"pushed": 0, "found": 0, "doubles removed": 0, "pushed again": 0})
    config = bench.annotation_config
    report.values["project"] = project_of(bench, config)
    for side in (Side.A, Side.B) if config.overlap or config.gold else (Side.A,):
        _top_up(bench, config, side, run, report)
    if config.dense_config:
        _top_up_lines(bench, config, run, report)
    push_second_looks(bench, config, report)
    return report.publish()


@dataclass(frozen=True)
class Room:
    """How many tasks a project is topped up by, and why."""

    new: int
    open: int
    wanted: int


def _top_up(bench: Workbench, config: AnnotationConfig, side: Side, run: str, report: Report) -> None:
    project = project_of(bench, config, side)
    try:
        lease = claim_project(bench, project)
    except LeaseLost as error:
        report.notes.append(str(error))
        return
    try:
        room = _room(bench, config, project)
        waiting = _waiting(bench, config, side, project, run)
        chosen = _chosen(bench, config, side, waiting, room.new)
        with bench.ledger.write() as connection:
            leases.fence(connection, lease)
            start = tasks.last_place(connection, project)
            tasks.plan_tasks(connection, [
                TaskRow(project, item.image_id, config.version, item.image_id, config.name, _shown(config, side, item),
                        place=start + index)
                for index, item in enumerate(chosen, 1)])
        pushed = push(bench, project, lease, make_tasks(bench, config))
    finally:
        leases.release(bench.ledger, lease)
    report.counts["pushed"] += pushed.new
    report.counts["found"] += pushed.found
    report.counts["doubles removed"] += pushed.doubles
    report.counts["pushed again"] += pushed.again
    report.notes += pushed.notes(project)
    rest = len(waiting) - len(chosen)
    report.notes.append(f"{bench.label_studio.url}/projects/{project}/data has {tasks.task_count(bench.ledger, project)} tasks, "
                        f"{room.open + len(chosen)} of them open" + (f"; {rest} images wait for room in the queue "
                                                                      f"({room.wanted} open tasks)." if rest else "."))


def _top_up_lines(bench: Workbench, config: AnnotationConfig, run: str, report: Report) -> None:
    """Dense pages go out line by line: hundreds of regions on one page are slow to open and tire the eye."""
    with_task = queue.images_given(bench.ledger, config.dense_config)
    pages = [item for item in _dense(bench, config, run) if item.image_id not in with_task]
    if not pages and not with_task:
        return
    lines = bench.config_named(config.dense_config)
    project = project_of(bench, lines)
    order = in_order(map(_as_waiting, pages), config.requested)
    by_id = {item.image_id: item for item in pages}
    try:
        pushed = push_lines(bench, lines, config.name, [by_id[name] for name in order], _room(bench, lines, project).new)
    except LeaseLost as error:
        report.notes.append(str(error))
        return
    report.counts["lines pushed"] = pushed.new
    report.notes += pushed.notes(project)
    lines_there = tasks.task_count(bench.ledger, project)
    report.notes.append(f"{bench.label_studio.url}/projects/{project}/data has {lines_there} lines of pages with more than "
                        f"{config.dense} regions.")


def push_second_looks(bench: Workbench, config: AnnotationConfig, report: Report) -> None:
    """Pushes the tasks of which a third person decides: few, and somebody waits for them, so all at once."""
    there = {row.side: row.project_id for row in projects_of(bench, config)}
    if Side.SECOND_LOOK not in there and not answers.second_looks_without_task(bench.ledger, config.name, 0):
        return
    project = project_of(bench, config, Side.SECOND_LOOK)
    _withdraw(bench, config, project)
    wanted = answers.second_looks_without_task(bench.ledger, config.name, project)
    try:
        lease = claim_project(bench, project)
    except LeaseLost as error:
        report.notes.append(str(error))
        return
    try:
        with bench.ledger.write() as connection:
            leases.fence(connection, lease)
            start = tasks.last_place(connection, project)
            tasks.plan_tasks(connection, [
                TaskRow(project, item.image_id, config.version, item.image_id, config.name, item.shown, item.reason,
                        place=start + index)
                for index, item in enumerate(wanted, 1)])
        pushed = push(bench, project, lease, make_tasks(bench, config))
    finally:
        leases.release(bench.ledger, lease)
    if pushed.new:
        report.counts["second looks"] = report.counts.get("second looks", 0) + pushed.new
        report.notes.append(f"{bench.label_studio.url}/projects/{project}/data waits for a second look.")
    report.notes += pushed.notes(project)


def _withdraw(bench: Workbench, config: AnnotationConfig, project: int) -> None:
    """Takes back second looks that nobody has begun and that nobody needs any more: the first readers mended their work."""
    for image_id in answers.needless_second_looks(bench.ledger, config.name):
        with bench.ledger.read() as connection:
            row = tasks.task_rows(connection, project, [image_id]).get(image_id)
        if row and row.task_id and not bench.label_studio.delete_untouched(project, row.task_id):
            continue
        with bench.ledger.write() as connection:
            tasks.drop(connection, project, [image_id])
            answers.drop_second_look(connection, config.name, image_id)


def _waiting(bench: Workbench, config: AnnotationConfig, side: Side, project: int, run: str) -> list[Candidate]:
    """What could be pushed to a side: on side A what nobody was given; on side B what is drawn for two; known gold on both."""
    if side is Side.B:
        with bench.ledger.read() as connection:
            gold = queue.gold_images(connection, config.name)
        ids = queue.waiting(bench.ledger, config.name, project, run, among=project_of(bench, config))
        return queue.candidates(bench.ledger, run, [
            image_id for image_id in ids if image_id in gold or drawn(config.overlap, "overlap", config.name, image_id)])
    found = [item for item in queue.candidates(bench.ledger, run, queue.waiting(bench.ledger, config.name, project, run))
             if not _is_dense(config, item)]
    with bench.ledger.write() as connection:
        gold = queue.gold_images(connection, config.name)
        drawn_now = {item.image_id: item.reading_id for item in found
                     if item.image_id not in gold and drawn(config.gold, "gold", config.name, item.image_id)}
        make_gold(connection, config, drawn_now)
    return [item for item in found if item.image_id not in drawn_now]


def _is_dense(config: AnnotationConfig, item: Candidate) -> bool:
    return bool(config.dense_config) and item.summary.regions > config.dense


def _dense(bench: Workbench, config: AnnotationConfig, run: str) -> list[Candidate]:
    waiting = queue.waiting(bench.ledger, config.name, project_of(bench, config), run)
    return [item for item in queue.candidates(bench.ledger, run, waiting) if _is_dense(config, item)]


def make_gold(connection: Connection, config: AnnotationConfig, prelabels: Mapping[str, str]) -> int:
    """Makes images gold that nobody was given yet: a second look settles their truth first.

    Args:
        connection: a writing transaction.
        config: whose gold it is.
        prelabels: ids of the readings that the second look starts from, by image id.
    """
    new = queue.add_gold(connection, config.name, list(prelabels))
    for image_id, reading_id in sorted(prelabels.items()):
        answers.want_second_look(connection, SecondLook(image_id, config.name, GOLD_REASON, (reading_id,)))
    return new


def _chosen(bench: Workbench, config: AnnotationConfig, side: Side, waiting: Sequence[Candidate], room: int) -> list[Candidate]:
    """The next tasks of a side, in order: by priority on side A, shuffled on side B; gold anywhere among them."""
    with bench.ledger.read() as connection:
        gold = queue.gold_images(connection, config.name)
    by_id = {item.image_id: item for item in waiting}

    def shuffled(image_id: str) -> float:
        return place(f"order {side}", config.name, image_id)

    hidden = sorted((image_id for image_id in by_id if image_id in gold), key=shuffled)[:ceil(room * GOLD_SHARE)]
    open_ones = [item for item in waiting if item.image_id not in gold]
    ordered = (in_order(map(_as_waiting, open_ones), config.requested) if side is Side.A
               else sorted((item.image_id for item in open_ones), key=shuffled))
    chosen = ordered[:max(0, room - len(hidden))]
    for image_id in hidden:
        chosen.insert(int(shuffled(image_id) * (len(chosen) + 1)), image_id)
    return [by_id[image_id] for image_id in chosen]


def _as_waiting(item: Candidate) -> Waiting:
    return Waiting(item.image_id, item.summary, item.cluster_id, item.submitter)


def _room(bench: Workbench, config: AnnotationConfig, project: int) -> Room:
    """Room for about as many open tasks as people answer in the config's days."""
    since = datetime.now(UTC) - timedelta(days=RATE_DAYS)
    [state] = [item for item in answers.queues(bench.ledger, round(since.timestamp() * 1000), RATE_DAYS, config.name)
               if item.project_id == project]
    planned = len(tasks.unconfirmed(bench.ledger, project))
    wanted = max(config.queue.at_least, ceil((state.a_day or 0) * config.queue.days))
    return Room(max(0, wanted - state.open - planned), state.open + planned, wanted)


def _shown(config: AnnotationConfig, side: Side, item: Candidate) -> tuple[str, ...]:
    """The pre-label of a task; none for the share that measures whether pre-labels lead people astray."""
    return () if drawn(config.without_prelabel, f"without pre-label {side}", config.name, item.image_id) else (item.reading_id,)


def make_tasks(bench: Workbench, config: AnnotationConfig) -> MakeTasks:
    """Makes Label Studio's tasks of rows of the outbox that are about images."""

    def make(rows: Sequence[TaskRow], shown: Mapping[str, Reading]) -> list[dict[str, Any]]:
        with bench.ledger.read() as connection:
            images = readings.image_rows(connection, [row.image_id for row in rows])
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

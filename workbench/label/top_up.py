"""label: projects are topped up to about two days' work, by priority."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from datastore.ledger import Ledger, gold, label_queue, label_status, leases, model_runs, outbox
from datastore.ledger.leases import Lease
from pages.dense_pages import said_density
from schemas.errors import LeaseLost, SettingError
from schemas.label_tasks import Project, TaskRow
from schemas.labelling import Share, Side, Waiting
from schemas.recipes.annotation_config import AnnotationConfig
from stages.label.choices import ByDensity, choose, for_second_readers, readings_shown, split_by_density
from stages.label.gold import draw_gold
from stages.label.priority import in_order
from stages.label.rooms import RATE_DAYS, Room, measure_room
from workbench.bench import Workbench
from workbench.label.calibration import mark_planned
from workbench.label.claims import claim_project
from workbench.label.demanded import with_demand
from workbench.label.gold import make_gold
from workbench.label.image_tasks import image_task_maker
from workbench.label.line_tasks import push_lines
from workbench.label.projects import data_address, project_of
from workbench.label.push import push
from workbench.label.requested import with_requested
from workbench.label.second_looks import push_second_looks
from workbench.label.shares import load_shares, take_back_moved, take_back_withdrawn, whole_images
from workbench.report import LabelReport


def top_up(bench: Workbench) -> LabelReport:
    """Tops up the projects of all annotation configs that campaigns name; what is wrong with some is among what failed."""
    run = model_runs.model_run(bench.ledger, bench.model)
    if run is None:
        return LabelReport(notes=[f"{bench.model} has not read anything yet; run prelabel first."])
    shares = load_shares(bench.settings)
    report = LabelReport(failed=[*shares.wrong])
    take_back_moved(bench, shares, report)
    take_back_withdrawn(bench, report)
    for name, share in shares.by_config.items():
        try:
            config = with_demand(bench.ledger, whole_images(bench, name), bench.settings.dataset)
            _top_up_config(bench, config, share, run, report)
        except SettingError as error:
            report.failed.append(error)
    return report


def _top_up_config(bench: Workbench, config: AnnotationConfig, share: Share, run: str, report: LabelReport) -> None:
    """Tops up the projects of one annotation config with the images that it takes."""
    main = project_of(bench, config)
    report.projects[config.name] = main.number
    waiting = _for_first_readers(bench, config, main, run, share)
    _top_up_project(bench, config, main, waiting.images, report)
    if config.overlap or config.gold:
        second = project_of(bench, config, Side.B)
        _top_up_project(bench, config, second, _for_second_readers(bench, config, second, run, share), report)
    if config.dense_config:
        _top_up_lines(bench, config, waiting.pages, report)
    push_second_looks(bench, config, report)


def _for_first_readers(bench: Workbench, config: AnnotationConfig, project: Project, run: str, share: Share) -> ByDensity:
    """Images that nobody was given yet, and gold whose truth is known; apart from them the dense pages."""
    waiting = label_queue.described(bench.ledger, run, label_queue.waiting_ids(bench.ledger, project, run, share))
    by_line = label_queue.images_given(bench.ledger, config.dense_config) if config.dense_config else set()
    return split_by_density(config, with_requested(bench.ledger, bench.settings, config, waiting), by_line)


def _for_second_readers(bench: Workbench, config: AnnotationConfig, project: Project, run: str, share: Share) -> list[Waiting]:
    """What is drawn for two people and was given to the first one, and gold whose truth is known."""
    with bench.ledger.read() as connection:
        gold_ids = gold.gold_images(connection, config.name)
    ids = label_queue.waiting_ids(bench.ledger, project, run, share)
    waiting = label_queue.described(bench.ledger, run, for_second_readers(config, ids, gold_ids))
    return with_requested(bench.ledger, bench.settings, config, waiting)


def _top_up_project(bench: Workbench, config: AnnotationConfig, project: Project, waiting: Sequence[Waiting],
                    report: LabelReport) -> None:
    """Plans as many tasks as there is room for, and pushes them."""
    try:
        lease = claim_project(bench.ledger, project, bench.settings.lease_seconds)
    except LeaseLost as error:
        report.notes.append(str(error))
        return
    try:
        room = _room(bench.ledger, config, project)
        planned = _plan(bench.ledger, config, project, lease, waiting, room.new)
        mark_planned(bench.ledger, project, lease, config)
        pushed = push(bench, project, lease, image_task_maker(bench.ledger, bench.settings.bucket_images, config))
    finally:
        leases.release(bench.ledger, lease)
    report.pushed += pushed.new
    report.found += pushed.found
    report.doubles += pushed.doubles
    report.again += pushed.again
    report.notes += pushed.notes(project.number)
    rest = len(waiting) - planned
    report.notes.append(f"{data_address(bench.label_studio, project)} has {outbox.task_count(bench.ledger, project.key)} tasks, "
                        f"{room.open + planned} of them open" + (f"; {rest} images wait for room in the queue "
                                                                  f"({room.wanted} open tasks)." if rest else "."))


def _room(ledger: Ledger, config: AnnotationConfig, project: Project) -> Room:
    since = datetime.now(UTC) - timedelta(days=RATE_DAYS)
    [queue] = [queue for queue in label_status.queues(ledger, round(since.timestamp() * 1000), RATE_DAYS, config.name)
               if (queue.annotation_config, queue.side) == (project.run, project.side)]
    return measure_room(config.queue, queue.open + len(outbox.unconfirmed(ledger, project.key)), queue.a_day)


def _plan(ledger: Ledger, config: AnnotationConfig, project: Project, lease: Lease, waiting: Sequence[Waiting], room: int) -> int:
    """Plans the next tasks of a side; returns how many. What is drawn as gold goes to a second look first."""
    given = gold.gold_given(ledger, config.name, project.key)
    with ledger.read() as connection:
        chosen = choose(config, project.side, waiting, gold.gold_images(connection, config.name), given, room)
    with ledger.write() as connection:
        leases.fence(connection, lease)
        drawn = draw_gold(config, project.side, chosen, gold.gold_images(connection, config.name))
        new_gold = {item.image_id: item.reading_id for item in drawn}
        make_gold(connection, config, new_gold)
        rest = [item for item in chosen if item.image_id not in new_gold]
        start = outbox.last_place(connection, project.key)
        outbox.plan_tasks(connection, [
            TaskRow(project.key, item.image_id, config.version, item.image_id, config.name,
                    readings_shown(config, project.side, item), place=place)
            for place, item in enumerate(rest, start + 1)])
    return len(rest)


def _top_up_lines(bench: Workbench, config: AnnotationConfig, pages: Sequence[Waiting], report: LabelReport) -> None:
    """Plans and pushes the lines of dense pages as tasks of ``config.dense_config``."""
    if not pages and not label_queue.images_given(bench.ledger, config.dense_config):
        return
    lines = bench.config_named(config.dense_config)
    project = project_of(bench, lines)
    room = _room(bench.ledger, lines, project)
    try:
        pushed = push_lines(bench, project, lines, config, in_order(pages, config.requested), room.new)
    except LeaseLost as error:
        report.notes.append(str(error))
        return
    report.lines += pushed.new
    report.notes += pushed.notes(project.number)
    report.notes.append(f"{data_address(bench.label_studio, project)} has {outbox.task_count(bench.ledger, project.key)} tasks "
                        f"about lines of pages with {said_density(config)}.")

"""Projects are topped up to about two days' work."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import ceil

from datastore.ledger import label_queue, label_status, leases, model_runs, outbox
from datastore.ledger.gold import gold_given, gold_images
from datastore.ledger.label_queue import Candidate, Share
from datastore.ledger.outbox import TaskRow
from datastore.ledger.projects import Project
from schemas.errors import LeaseLost, SettingError
from schemas.labelling import Side
from schemas.recipes.annotation_config import AnnotationConfig
from stages.label.draws import drawn, place
from stages.label.priority import Waiting, in_order
from workbench.bench import Workbench
from workbench.label.gold import make_gold
from workbench.label.image_tasks import make_tasks
from workbench.label.line_tasks import push_lines
from workbench.label.projects import project_of
from workbench.label.push import claim_project, push
from workbench.label.second_looks import push_second_looks
from workbench.label.shares import load_shares, take_back_moved, whole_images
from workbench.report import LabelReport

RATE_DAYS = 7
"""The rate of an annotator's work is taken over a week: every weekday is in it once."""


GOLD_SHARE = 0.1
"""Gold is never more than this share of a project's tasks: nobody should come to expect it."""


def top_up(bench: Workbench) -> LabelReport:
    """Tops up the projects of all annotation configs that campaigns name; what is wrong with some is among what failed."""
    run = model_runs.model_run(bench.ledger, bench.model)
    if run is None:
        return LabelReport(notes=[f"{bench.model} has not read anything yet; run prelabel first."])
    shares = load_shares(bench.settings)
    report = LabelReport(failed=[*shares.wrong])
    take_back_moved(bench, shares, report)
    for name, share in shares.by_config.items():
        try:
            _label_config(bench, whole_images(bench, name), share, run, report)
        except SettingError as error:
            report.failed.append(error)
    return report


def _label_config(bench: Workbench, config: AnnotationConfig, share: Share, run: str, report: LabelReport) -> None:
    """Tops up the projects of one annotation config with the images that it takes."""
    main = project_of(bench, config)
    report.projects[config.name] = main.number
    images, pages = _unlabelled(bench, config, main, run, share)
    _top_up(bench, config, main, images, report)
    if config.overlap or config.gold:
        second = project_of(bench, config, Side.B)
        _top_up(bench, config, second, _for_a_second_reader(bench, config, second, run, share), report)
    if config.dense_config:
        _top_up_lines(bench, config, pages, report)
    push_second_looks(bench, config, report)


@dataclass(frozen=True)
class Room:
    """How many tasks a project is topped up by, and why."""

    new: int
    open: int
    wanted: int


def _top_up(bench: Workbench, config: AnnotationConfig, project: Project, waiting: Sequence[Candidate],
            report: LabelReport) -> None:
    try:
        lease = claim_project(bench, project)
    except LeaseLost as error:
        report.notes.append(str(error))
        return
    try:
        room = _room(bench, config, project)
        chosen = _chosen(bench, config, project, waiting, room.new)
        with bench.ledger.write() as connection:
            leases.fence(connection, lease)
            if project.side is Side.A:  # what is drawn as gold goes to a second look first
                gold = gold_images(connection, config.name)
                new_gold = {item.image_id: item.reading_id for item in chosen
                            if item.image_id not in gold and drawn(config.gold, "gold", config.name, item.image_id)}
                make_gold(connection, config, new_gold)
                chosen = [item for item in chosen if item.image_id not in new_gold]
            start = outbox.last_place(connection, project.key)
            outbox.plan_tasks(connection, [
                TaskRow(project.key, item.image_id, config.version, item.image_id, config.name,
                        _shown(config, project.side, item), place=start + index)
                for index, item in enumerate(chosen, 1)])
        pushed = push(bench, project, lease, make_tasks(bench, config))
    finally:
        leases.release(bench.ledger, lease)
    report.pushed += pushed.new
    report.found += pushed.found
    report.doubles += pushed.doubles
    report.again += pushed.again
    report.notes += pushed.notes(project.number)
    rest = len(waiting) - len(chosen)
    report.notes.append(f"{bench.label_studio.url}/projects/{project.number}/data has "
                        f"{outbox.task_count(bench.ledger, project.key)} tasks, "
                        f"{room.open + len(chosen)} of them open" + (f"; {rest} images wait for room in the queue "
                                                                      f"({room.wanted} open tasks)." if rest else "."))


def _top_up_lines(bench: Workbench, config: AnnotationConfig, pages: Sequence[Candidate], report: LabelReport) -> None:
    """Dense pages go out line by line: hundreds of regions on one page are slow to open and tire the eye."""
    if not pages and not label_queue.images_given(bench.ledger, config.dense_config):
        return
    lines = bench.config_named(config.dense_config)
    project = project_of(bench, lines)
    order = in_order(map(_as_waiting, pages), config.requested)
    by_id = {item.image_id: item for item in pages}
    try:
        pushed = push_lines(bench, lines, project, config.name, [by_id[name] for name in order], _room(bench, lines, project).new)
    except LeaseLost as error:
        report.notes.append(str(error))
        return
    report.lines += pushed.new
    report.notes += pushed.notes(project.number)
    lines_there = outbox.task_count(bench.ledger, project.key)
    report.notes.append(f"{bench.label_studio.url}/projects/{project.number}/data has {lines_there} lines of pages with more "
                        f"than {config.dense} regions.")


def _unlabelled(bench: Workbench, config: AnnotationConfig, project: Project, run: str,
                share: Share) -> tuple[list[Candidate], list[Candidate]]:
    """Images that nobody was given yet, and gold whose truth is known; apart from them the dense pages."""
    found = label_queue.candidates(bench.ledger, run, label_queue.waiting(bench.ledger, project, run, share))
    if not config.dense_config:
        return found, []
    by_line = label_queue.images_given(bench.ledger, config.dense_config)
    pages = [item for item in found if item.summary.regions > config.dense and item.image_id not in by_line]
    return [item for item in found if item.summary.regions <= config.dense and item.image_id not in by_line], pages


def _for_a_second_reader(bench: Workbench, config: AnnotationConfig, project: Project, run: str,
                         share: Share) -> list[Candidate]:
    """What is drawn for two people and was given to the first one, and gold whose truth is known."""
    with bench.ledger.read() as connection:
        gold = gold_images(connection, config.name)
    ids = label_queue.waiting(bench.ledger, project, run, share)
    return label_queue.candidates(bench.ledger, run, [
        image_id for image_id in ids if image_id in gold or drawn(config.overlap, "overlap", config.name, image_id)])


def _chosen(bench: Workbench, config: AnnotationConfig, project: Project, waiting: Sequence[Candidate],
            room: int) -> list[Candidate]:
    """The next tasks of a side, in order: by priority on side A, shuffled on side B; gold anywhere among them."""
    with bench.ledger.read() as connection:
        gold = gold_images(connection, config.name)
    by_id = {item.image_id: item for item in waiting}

    def shuffled(image_id: str) -> float:
        return place(f"order {project.side}", config.name, image_id)

    open_ones = [item for item in waiting if item.image_id not in gold]
    ordered = (in_order(map(_as_waiting, open_ones), config.requested) if project.side is Side.A
               else sorted((item.image_id for item in open_ones), key=shuffled))
    given, there = gold_given(bench.ledger, config.name, project.key)
    most = int((there + min(room, len(ordered))) * GOLD_SHARE) - given
    hidden = sorted((image_id for image_id in by_id if image_id in gold), key=shuffled)[:max(0, most)]
    chosen = ordered[:max(0, room - len(hidden))]
    for image_id in hidden:
        chosen.insert(int(shuffled(image_id) * (len(chosen) + 1)), image_id)
    return [by_id[image_id] for image_id in chosen]


def _as_waiting(item: Candidate) -> Waiting:
    return Waiting(item.image_id, item.summary, item.cluster_id, item.submitter)


def _room(bench: Workbench, config: AnnotationConfig, project: Project) -> Room:
    """Room for about as many open tasks as people answer in the config's days."""
    since = datetime.now(UTC) - timedelta(days=RATE_DAYS)
    [state] = [item for item in label_status.queues(bench.ledger, round(since.timestamp() * 1000), RATE_DAYS, config.name)
               if (item.annotation_config, item.side) == (project.run, project.side)]
    planned = len(outbox.unconfirmed(bench.ledger, project.key))
    wanted = max(config.queue.at_least, ceil((state.a_day or 0) * config.queue.days))
    return Room(max(0, wanted - state.open - planned), state.open + planned, wanted)


def _shown(config: AnnotationConfig, side: Side, item: Candidate) -> tuple[str, ...]:
    """The pre-label of a task; none for the share that measures whether pre-labels lead people astray."""
    return () if drawn(config.without_prelabel, f"without pre-label {side}", config.name, item.image_id) else (item.reading_id,)

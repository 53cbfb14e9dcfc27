"""collect: annotations changed since the cursor → readings by people, agreement, second looks, accepted readings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from prefect import flow
from sqlalchemy import Connection

from adapters.label_studio.annotation_config import AnnotationConfig, Subject
from adapters.label_studio.client import TIES, Annotation, ChangedTask, UnreadableTask
from adapters.label_studio.codec import from_annotation
from datastore.ledger import answers, leases, projects, queue, readings, tasks
from datastore.ledger.answers import AnnotationRow, Answer, SecondLook, Standing
from datastore.ledger.projects import Project
from datastore.ledger.readings import ImageRow
from datastore.ledger.tasks import TaskRow
from flows.batches import batch_task, progress, say
from flows.endings import to_its_end
from flows.giving_way import gives_way
from flows.lines import decide_pages, note_lines
from flows.push import SUBJECT
from flows.report import Report
from flows.second_looks import push_second_looks
from flows.workbench import Workbench, open_workbench
from schemas.errors import CodecError, LeaseLost, SaegimError, SettingError
from schemas.reading import Reading
from stages.collect.effort import effort
from stages.collect.review import Given, Verdict, problems, review, with_origins
from stages.label.draws import drawn

COUNTS = ("readings", "accepted", "no longer accepted", "agreed", "to a second look", "skipped", "with a problem", "taken back",
          "read twice by one person")
STUCK_TOLD = 5
"""How many second looks that settle nothing a run names."""


@flow(name="collect")
@to_its_end
@gives_way
def collect() -> Report:
    """Brings home what annotators submitted, changed or took back since the last run, from every project there is.

    Raises:
        SaegimError: a project could not be collected from; all others were.
    """
    bench = open_workbench()
    report = Report("collect", dict.fromkeys(COUNTS, 0))
    found = _found(bench, report)
    failed: list[SaegimError] = []
    for name in sorted({project.annotation_config for project in found}):
        try:
            config = bench.config_named(name)
        except SettingError as error:  # the other configs' people still wait; its cursor stays where it is
            report.notes.append(f"{name} is not collected: {error}")
            continue
        counts: Counter[str] = Counter()
        for project in found:
            if project.annotation_config == name:
                try:
                    counts += collect_project(bench, config, project, report)
                except LeaseLost as error:
                    report.notes.append(str(error))
                except SaegimError as error:
                    say(f"Project {project.number} ({project.run}, {project.side}) is not collected: {error}")
                    failed.append(error)
        if config.subject is Subject.IMAGE:
            _decide_stranded(bench, config, counts)
            try:
                push_second_looks(bench, config, report)
            except SaegimError as error:
                say(f"Second looks of {config.name} are not pushed: {error}")
                failed.append(error)
            _tell_stuck(bench, config, report)
        for what in COUNTS:
            report.counts[what] += counts[what]
    report.publish()
    if failed:
        raise failed[0]
    return report


def collect_project(bench: Workbench, config: AnnotationConfig, project: Project, report: Report) -> Counter[str]:
    """One project's changes; the report gets what could not be read.

    Raises:
        LeaseLost: another run is collecting from it.
    """
    number = project.number
    cursor_name = f"collect project {project.key}"
    lease = leases.claim(bench.ledger, "collect", [cursor_name], bench.settings.lease_seconds)
    if not lease.tokens:
        raise LeaseLost(f"Another run is collecting from project {number} right now.")
    counts: Counter[str] = Counter()
    try:
        since = answers.get_cursor(bench.ledger, cursor_name)
        with progress(f"collect {project.run}", 0) as advance:
            start = since - TIES if since else None
            unreadable = tasks.unreadable(bench.ledger, project.key)
            known = tasks.collected_since(bench.ledger, project.key, start) if start else set()
            if mended := _mended(bench, project, unreadable):
                counts += collect_page(bench, config, project, lease, None, mended)
            for page in bench.label_studio.changed_tasks(number, start, known | set(unreadable.items())):
                counts += collect_page(bench, config, project, lease, cursor_name, page)
                advance(len(page))
    finally:
        leases.release(bench.ledger, lease)
    report.notes += [
        f"Task {task_id} of {bench.label_studio.url}/projects/{number}/data cannot be read: Label Studio fails on it (500), as "
        "on an answer that holds half an emoji. All others are collected. Delete it in that list; label pushes it again."
        for task_id in tasks.unreadable(bench.ledger, project.key)]
    return counts


def _found(bench: Workbench, report: Report) -> list[Project]:
    """The ledger's projects that are in Label Studio, by their marks; those of them too that were lost and are there again."""
    there, known = bench.label_studio.marked_projects(), projects.every_project(bench.ledger)
    newest = {project.annotation_config: project.config_version for project in known}  # they come in order of their versions
    found = []
    for project in known:
        if project.key in there:
            number = there[project.key]
            found.append(project if number == project.number else projects.confirm_project(bench.ledger, project, number))
        elif not project.lost:
            is_old = project.config_version < newest[project.annotation_config]
            report.notes.append(f"Project {project.number} ({project.run}, {project.side}) was deleted in Label Studio, or is "
                                f"another's. What was collected from it stays{'.' if is_old else '; label makes it again.'}")
            if is_old:  # nobody makes it again: it is said once
                with bench.ledger.write() as connection:
                    projects.retire_project(connection, project)
    return found


def _mended(bench: Workbench, project: Project, unreadable: Mapping[int, datetime]) -> list[ChangedTask]:
    """Tasks that could not be read in an earlier run and can be now; those that are gone are forgotten."""
    found = {task_id: bench.label_studio.task(project.number, task_id, changed_at) for task_id, changed_at in unreadable.items()}
    if gone := [task_id for task_id, task in found.items() if task is None]:
        with bench.ledger.write() as connection:
            tasks.forget_unreadable(connection, project.key, gone)
    return [task for task in found.values() if isinstance(task, ChangedTask)]


@batch_task
def collect_page(bench: Workbench, config: AnnotationConfig, project: Project, lease: leases.Lease, cursor_name: str | None,
                 changes: Sequence[ChangedTask | UnreadableTask]) -> Counter[str]:
    """Writes one page of changed tasks and what follows from it; the cursor moves in the same transaction.

    Args:
        bench: the systems.
        config: the annotation config.
        project: whose tasks they are.
        lease: on collecting from it.
        cursor_name: of the cursor; None where the tasks are not the next ones in order of their changes.
        changes: the tasks.
    """
    counts: Counter[str] = Counter()
    page = [task for task in changes if isinstance(task, ChangedTask)]
    leases.renew(bench.ledger, lease, bench.settings.lease_seconds)
    # Alone, for two sides' answers to one image may come at once, and each would wait for the other.
    with bench.ledger.write(alone=f"decide {config.name}") as connection:
        leases.fence(connection, lease)
        touched = answers.take_back(connection, project.key, [
            Standing(task.task_id, _subject(task), frozenset(item.id for item in task.annotations)) for task in page])
        counts["taken back"] += len(touched)
        if config.subject is Subject.REGION:
            touched |= note_lines(connection, project, page, counts)
            decide_pages(connection, config, touched, counts)
        else:
            touched |= _note(connection, config, project, page, counts)
            decide(connection, config, touched, counts)
        tasks.note_collected(connection, project.key, {_subject(task): task.updated_at for task in page})
        tasks.note_unreadable(connection, project.key, {
            task.task_id: task.updated_at for task in changes if isinstance(task, UnreadableTask)})
        tasks.forget_unreadable(connection, project.key, [task.task_id for task in page])
        if cursor_name:
            answers.set_cursor(connection, cursor_name, max(task.updated_at for task in changes))
    return counts


def _decide_stranded(bench: Workbench, config: AnnotationConfig, counts: Counter[str]) -> None:
    """Decides about images that waited for a second reader and are no longer drawn for one: the overlap was lowered."""
    waiting = [image_id for image_id in answers.stranded(bench.ledger, config.name)
               if not drawn(config.overlap, "overlap", config.name, image_id)]
    if waiting:
        with bench.ledger.write(alone=f"decide {config.name}") as connection:
            decide(connection, config, waiting, counts)


def _tell_stuck(bench: Workbench, config: AnnotationConfig, report: Report) -> None:
    """Names second looks that settle nothing: somebody has to open them again."""
    stuck = answers.stuck_second_looks(bench.ledger, config.name)
    for project, task, problem in stuck[:STUCK_TOLD]:
        report.notes.append(f"{bench.label_studio.url}/projects/{project}/data?task={task} settles nothing yet: {problem}")
    if len(stuck) > STUCK_TOLD:
        report.notes.append(f"… and {len(stuck) - STUCK_TOLD} more second looks that settle nothing.")


def decide(connection: Connection, config: AnnotationConfig, image_ids: Iterable[str], counts: Counter[str]) -> None:
    """Decides anew about images, from all that people answered: accepted readings, agreements, second looks."""
    wanted = sorted(set(image_ids))
    given = answers.given(connection, config.name, wanted)
    gold = queue.gold_images(connection, config.name)
    two = answers.given_to_two(connection, config.name, wanted)
    before = readings.accepted_ids(connection, config.name, wanted)
    by_id = readings.readings_by_id(connection, [
        reading_id for items in given.values() for item in items for reading_id in (item.reading_id, *item.shown) if reading_id])
    answers.drop_agreements(connection, config.name, wanted)
    for image_id in wanted:
        items = given.get(image_id, [])
        verdict = review(
            [_given(item, by_id) for item in items], gold=image_id in gold, limits=config.agreement,
            two=image_id in two or (image_id not in before and drawn(config.overlap, "overlap", config.name, image_id)),
            shown=next((by_id[item.shown[0]] for item in items if item.shown and item.shown[0] in by_id), None))
        _note_verdict(connection, config, image_id, verdict, before.get(image_id), items, counts)


def _note_verdict(connection: Connection, config: AnnotationConfig, image_id: str, verdict: Verdict, before: str | None,
                  items: Sequence[Answer], counts: Counter[str]) -> None:
    run = max((item.run for item in items), default=config.run, key=lambda run: int(run.partition("@")[2]))
    for compared in verdict.comparisons:
        answers.add_agreement(connection, compared.kind, run, image_id, readings.reading_id(compared.one),
                                  readings.reading_id(compared.other), compared.figures, compared.agreed)
        counts["agreed"] += compared.agreed
    counts["read twice by one person"] += verdict.same_person
    if verdict.accepted:
        if verdict.merged:
            readings.add_readings(connection, [verdict.accepted])
        readings.accept(connection, config.name, verdict.accepted)
        counts["accepted"] += readings.reading_id(verdict.accepted) != before
    elif readings.unaccept(connection, config.name, image_id):
        counts["no longer accepted"] += 1
    if verdict.reason is not None:
        shown = tuple(readings.reading_id(item) for item in verdict.to_choose) or next(
            (item.shown[:1] for item in items if item.shown), ())
        counts["to a second look"] += answers.want_second_look(
            connection, SecondLook(image_id, config.name, verdict.reason, shown))


def _note(connection: Connection, config: AnnotationConfig, project: Project, page: Sequence[ChangedTask],
          counts: Counter[str]) -> set[str]:
    """Writes down each new state of each annotation; returns the images that it is about."""
    rows = tasks.task_rows(connection, project.key, [_subject(task) for task in page])
    images = readings.image_rows(connection, [row.image_id for row in rows.values()])
    by_id = readings.readings_by_id(connection, [reading_id for row in rows.values() for reading_id in row.shown])
    states = [(task, item) for task in page for item in task.annotations]
    seen = answers.seen_annotations(connection, project.key, [(item.id, item.revision) for _, item in states])
    touched = set()
    for task, item in states:
        if (item.id, item.revision) in seen:
            continue
        row = rows.get(_subject(task))
        shown = [by_id[name] for name in row.shown if name in by_id] if row else []
        reading, problem = _read(connection, config, project, images, row, item)
        if reading:
            reading = with_origins(reading, shown)
            counts["readings"] += readings.add_readings(connection, [reading])
        answers.add_annotations(connection, [AnnotationRow(
            item.id, item.revision, project.key, task.task_id, row.subject if row else None,
            row.image_id if row else None, item.reader, readings.reading_id(reading) if reading else None,
            item.was_cancelled, item.lead_time, problem, effort(_prelabel(shown), reading) if reading else None)])
        counts["skipped"] += item.was_cancelled
        counts["with a problem"] += problem is not None
        if row:
            touched.add(row.image_id)
    return touched


def _read(connection: Connection, config: AnnotationConfig, project: Project, images: Mapping[str, ImageRow], row: TaskRow | None,
          item: Annotation) -> tuple[Reading | None, str | None]:
    """The reading that an annotation is, and what is wrong with it."""
    if item.was_cancelled:
        return None, None
    if row is None or row.image_id not in images:
        return None, "its task names no image of ours"
    image = images[row.image_id]
    try:
        # As the annotator saw it: another version may show and hide other controls.
        xml = projects.published_xml(connection, config.name, project.config_version) or config.xml
        reading = from_annotation(
            item.raw, image_id=image.image_id, width=image.width, height=image.height, revision=item.revision,
            reader=item.reader, config=config.model_copy(update={"version": project.config_version, "xml": xml}),
            renames=config.renames.get(project.config_version, {}))
    except CodecError as error:
        return None, str(error)
    return reading, "; ".join(problems(reading)) or None


def _subject(task: ChangedTask) -> str:
    return str(task.data.get(SUBJECT, ""))


def _prelabel(shown: Sequence[Reading]) -> Reading | None:
    """What a person mended: a model's reading. People's readings to choose from are no pre-label."""
    return next((reading for reading in shown if not reading.by_person), None)


def _given(item: Answer, by_id: Mapping[str, Reading]) -> Given:
    return Given(item.side, item.reader, item.revision, by_id.get(item.reading_id or ""), item.problem, item.skipped)


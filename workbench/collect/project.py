"""Changed tasks of one project, page by page, behind its cursor."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from datetime import datetime

from adapters.label_studio.changes import TIES, ChangedTask, changed_tasks, task_now
from adapters.label_studio.client import LabelStudio
from adapters.label_studio.configs import config_names
from datastore.ledger import Ledger, cursors, leases, outbox, restored
from schemas.errors import LeaseLost, SettingError
from schemas.label_tasks import Project
from schemas.recipes.annotation_config import AnnotationConfig, Subject
from workbench.bench import Workbench
from workbench.collect.page import Source, collect_page, cursor_of
from workbench.label.adopt import adopt
from workbench.report import CollectReport
from workbench.run import progress


def collect_project(bench: Workbench, config: AnnotationConfig, project: Project) -> CollectReport:
    """Brings home one project's changes; notes name the tasks that cannot be read.

    Raises:
        LeaseLost: another run is collecting from it.
    """
    report = CollectReport()
    lease = leases.claim(bench.ledger, "collect", [cursor_of(project)], bench.settings.lease_seconds)
    if not lease.tokens:
        raise LeaseLost(f"Another run is collecting from project {project.number} right now.")
    source = Source(config, project, lease, bench.settings.lease_seconds, takers_of(bench, config))
    collect_batch = bench.run.batch(collect_page)
    try:
        behind = restored.restored_at(bench.ledger, project.key)
        if behind and (waiting := adopt(bench, project, config)):
            report.notes.append(f"Project {project.number} ({project.run}, {project.side}) is not collected yet: the ledger was "
                                f"restored, and {waiting} of its tasks are about what ingest and prelabel have still to bring "
                                "back. Run them, then collect again.")
            return report
        since = cursors.get_cursor(bench.ledger, cursor_of(project))
        start = since - TIES if since else None
        unreadable = outbox.unreadable(bench.ledger, project.key)
        known = outbox.collected_since(bench.ledger, project.key, start) if start else set()
        with progress(bench.run, f"collect {project.run}", 0) as advance:
            if mended := mended_tasks(bench.ledger, bench.label_studio, project, unreadable):
                report.add(collect_batch(bench.ledger, source, mended, in_order=False))
            for page in changed_tasks(bench.label_studio, project.number, start, known | set(unreadable.items())):
                report.add(collect_batch(bench.ledger, source, page))
                advance(len(page))
        if behind:
            with bench.ledger.write() as connection:
                restored.note_looked_through(connection, project.key)
    finally:
        leases.release(bench.ledger, lease)
    report.notes += [
        f"Task {task_id} of {bench.label_studio.url}/projects/{project.number}/data cannot be read: Label Studio fails on it "
        "(500), as on an answer that holds half an emoji. All others are collected. Delete it in that list; label pushes it "
        "again." for task_id in outbox.unreadable(bench.ledger, project.key)]
    return report


def takers_of(bench: Workbench, lines: AnnotationConfig) -> dict[str, AnnotationConfig]:
    """The annotation configs that send their dense pages to this one, by name.

    Those that something is wrong with are not among them: their pages keep the kind of picture that the model said.
    """
    if lines.subject is Subject.IMAGE:
        return {}
    found = {}
    for name in config_names(bench.settings.annotation_configs):
        with contextlib.suppress(SettingError):
            found[name] = bench.config_named(name)
    return {name: config for name, config in found.items() if config.dense_config == lines.name}


def mended_tasks(ledger: Ledger, label_studio: LabelStudio, project: Project,
                 unreadable: Mapping[int, datetime]) -> list[ChangedTask]:
    """Tasks that could not be read in an earlier run and can be now; those that are gone are forgotten.

    Args:
        ledger: where they are noted.
        label_studio: is asked for each.
        project: theirs.
        unreadable: when each was last changed, by task id.
    """
    found = {task_id: task_now(label_studio, project.number, task_id, changed_at) for task_id, changed_at in unreadable.items()}
    if gone := [task_id for task_id, task in found.items() if task is None]:
        with ledger.write() as connection:
            outbox.forget_unreadable(connection, project.key, gone)
    return [task for task in found.values() if isinstance(task, ChangedTask)]

"""A new version of an annotation config: what becomes of the readings and the open tasks of the earlier ones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from more_itertools import chunked, map_reduce

from adapters.label_studio.tasks import is_untouched
from datastore.ledger import Ledger, outbox, projects, published_configs, readings
from datastore.ledger.annotations import answered_subjects
from schemas.config_version import ConfigVersion
from schemas.label_tasks import Project, image_of
from schemas.reading import Reading
from schemas.recipes.annotation_config import AnnotationConfig
from stages.label.migrate import renamed
from workbench.bench import Workbench
from workbench.label.claims import take_back
from workbench.label.projects import is_ours

READINGS_A_TRANSACTION = 500
"""Other runs decide about images between two of them."""


@dataclass
class Migration:
    """What a migration does, or would do.

    Attributes:
        readings: accepted readings that are written anew under the current version, by the version they were made under.
        renames: how often each rename applies.
        impossible: readings that stay under their version, by what stands in the way.
        open_tasks: tasks of earlier versions that nobody has answered and that are taken back: the next label run pushes their
            images under the current version.
    """

    readings: Counter[str] = field(default_factory=Counter)
    renames: Counter[str] = field(default_factory=Counter)
    impossible: Counter[str] = field(default_factory=Counter)
    open_tasks: int = 0


def migrate(bench: Workbench, config: AnnotationConfig, *, dry_run: bool) -> Migration:
    """Brings what was labelled under earlier versions of a config to its current one; nothing that people did is changed.

    Args:
        bench: the systems.
        config: the current version, with ``renames``.
        dry_run: count only.
    """
    published_configs.publish_config(bench.ledger, config.name, config.version, config.xml, config.unit)
    done = Migration()
    renewed = _renew_readings(bench.ledger, config, done)
    if not dry_run:
        _accept_renewed(bench.ledger, config, renewed)
    for project in projects.project_rows(bench.ledger, config.name):
        if project.config_version < config.version:
            done.open_tasks += _take_back_open(bench, project, dry_run)
    return done


@dataclass(frozen=True, slots=True)
class _Renewed:
    """A reading under the current version, and the id of the one that it was made of."""

    before: str
    reading: Reading


def _renew_readings(ledger: Ledger, config: AnnotationConfig, done: Migration) -> list[_Renewed]:
    """Accepted readings of other versions in the words of the current one; what cannot be said in them is counted."""
    found = []
    for old in readings.accepted_under_other_versions(ledger, config.name, config.run):
        if old.unit is not config.unit:
            done.impossible[f"{old.run} labels {old.unit}s, {config.run} labels {config.unit}s"] += 1
            continue
        try:
            regions, renames = renamed(old.regions, config.renames.get(ConfigVersion(old.run).version, {}))
        except ValueError as error:
            done.impossible[f"{error}: add it to renames"] += 1
            continue
        done.readings[old.run] += 1
        done.renames += renames
        found.append(_Renewed(old.reading_id, old.reading(config.run, regions)))
    return found


def _accept_renewed(ledger: Ledger, config: AnnotationConfig, renewed: Sequence[_Renewed]) -> None:
    """Writes readings and accepts each in place of the one that it was made of, where that is still accepted."""
    for some in chunked(renewed, READINGS_A_TRANSACTION):
        with ledger.write(alone=f"decide {config.name}") as connection:
            accepted = readings.accepted_ids(connection, config.name, [item.reading.image_id for item in some])
            readings.add_readings(connection, [item.reading for item in some])
            for item in some:
                if accepted.get(item.reading.image_id) == item.before:
                    readings.accept(connection, config.name, item.reading)


def _take_back_open(bench: Workbench, project: Project, dry_run: bool) -> int:
    """Removes the tasks of a project that nobody has begun; of a page that is read line by line, all or none.

    What is left of a page would else be taken for all of it.
    """
    planned = outbox.unconfirmed(bench.ledger, project.key)
    begun = {image_of(subject) for subject in answered_subjects(bench.ledger, project.key)}
    begun |= {row.image_id for row in planned if row.after_task is not None}  # they may be there: nobody knows
    there: dict[str, int | None] = {**outbox.confirmed(bench.ledger, project.key), **{row.subject: None for row in planned}}
    open_ones = {subject: task_id for subject, task_id in there.items() if image_of(subject) not in begun}
    if not open_ones or not is_ours(bench.label_studio, project):
        return len(open_ones)
    open_ones = _whole_pages(bench, project, open_ones)
    return len(open_ones) if dry_run else take_back(bench, project, open_ones)


def _whole_pages(bench: Workbench, project: Project, open_tasks: Mapping[str, int | None]) -> dict[str, int | None]:
    """These tasks but for pages of several tasks, one of which somebody has a draft of. A single task is asked when it goes."""
    pages = map_reduce(open_tasks.items(), lambda item: image_of(item[0]), lambda item: item[1])
    begun = {image_id for image_id, task_ids in pages.items() if len(task_ids) > 1 and not all(
        task_id is None or is_untouched(bench.label_studio, project.number, task_id) for task_id in task_ids)}
    return {subject: task_id for subject, task_id in open_tasks.items() if image_of(subject) not in begun}

"""A new version of an annotation config: what becomes of the readings and the open tasks of the earlier ones."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from datastore.ledger import outbox, projects, published_configs, readings
from datastore.ledger.annotations import answered_subjects
from datastore.ledger.projects import Project
from schemas.reading import Reading
from schemas.recipes.annotation_config import AnnotationConfig, Subject
from stages.label.migrate import renamed
from workbench.bench import Workbench
from workbench.label.projects import is_ours
from workbench.label.push import take_back

READINGS_A_TRANSACTION = 500


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
    new: list[tuple[str, Reading]] = []
    for old in readings.accepted_under_other_versions(bench.ledger, config.name, config.run):
        version = int(old.run.partition("@")[2])
        if old.unit is not config.unit:
            done.impossible[f"{old.run} labels {old.unit}s, {config.run} labels {config.unit}s"] += 1
            continue
        try:
            regions, counts = renamed(old.regions, config.renames.get(version, {}))
        except ValueError as error:
            done.impossible[f"{error}: add it to renames"] += 1
            continue
        done.readings[old.run] += 1
        done.renames += counts
        new.append((old.reading_id, old.reading(config.run, regions)))
    if not dry_run:
        for start in range(0, len(new), READINGS_A_TRANSACTION):
            some = new[start:start + READINGS_A_TRANSACTION]
            with bench.ledger.write(alone=f"decide {config.name}") as connection:
                accepted = readings.accepted_ids(connection, config.name, [reading.image_id for _, reading in some])
                readings.add_readings(connection, [reading for _, reading in some])
                for before, reading in some:
                    if accepted.get(reading.image_id) == before:  # nobody has changed it meanwhile
                        readings.accept(connection, config.name, reading)
    for project in projects.project_rows(bench.ledger, config.name):
        if project.config_version < config.version:
            done.open_tasks += _take_back(bench, config, project, dry_run)
    return done


def _take_back(bench: Workbench, config: AnnotationConfig, project: Project, dry_run: bool) -> int:
    """Removes the tasks of a project that nobody has answered; of a page that is read line by line, all or none."""
    answered = answered_subjects(bench.ledger, project.key)
    begun = {subject.partition("/")[0] for subject in answered} if config.subject is Subject.REGION else answered
    there = outbox.confirmed(bench.ledger, project.key)
    open_ones = {subject: task_id for subject, task_id in there.items()
                 if (subject.partition("/")[0] if config.subject is Subject.REGION else subject) not in begun}
    if dry_run or not open_ones or not is_ours(bench, project):
        return len(open_ones)
    return take_back(bench, project, open_ones)

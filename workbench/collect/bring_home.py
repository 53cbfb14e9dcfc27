"""collect: annotations changed since the cursor → readings by people, agreement, second looks, accepted readings."""

from __future__ import annotations

from collections.abc import Sequence

from adapters.label_studio.client import LabelStudio
from adapters.label_studio.projects import marked_projects
from datastore.ledger import Ledger, projects
from schemas.errors import LeaseLost, SaegimError, SettingError
from schemas.label_tasks import Project
from schemas.recipes.annotation_config import AnnotationConfig, Subject
from workbench.bench import Workbench
from workbench.collect.decide import decide_stranded, tell_stuck
from workbench.collect.project import collect_project
from workbench.label.second_looks import push_second_looks
from workbench.report import CollectReport


def bring_home(bench: Workbench) -> CollectReport:
    """Brings home what annotators submitted, changed or took back since the last run, from every project there is.

    A project that cannot be collected from stops no other one; its error is among what failed. Where an annotation config is
    wrong, a note says so: the cursors of its projects stay where they are.
    """
    report = CollectReport()
    there = projects_there(bench.ledger, bench.label_studio, report)
    for name in sorted({project.annotation_config for project in there}):
        try:
            config = bench.config_named(name)
        except SettingError as error:  # the other configs' people still wait; its cursor stays where it is
            report.notes.append(f"{name} is not collected: {error}")
            continue
        of_config = [project for project in there if project.annotation_config == name]
        collect_config(bench, config, of_config, report)
    return report


def projects_there(ledger: Ledger, label_studio: LabelStudio, report: CollectReport) -> list[Project]:
    """The ledger's projects that are in Label Studio, by their marks; those of them too that were lost and are there again.

    The report gets a note on each that is not there.
    """
    numbers = marked_projects(label_studio)
    known = projects.every_project(ledger)
    newest = {project.annotation_config: project.config_version for project in known}  # they come in order of their versions
    there = []
    for project in known:
        if project.key in numbers:
            number = numbers[project.key]
            there.append(project if number == project.number else projects.confirm_project(ledger, project, number))
        elif not project.lost:
            is_old = project.config_version < newest[project.annotation_config]
            report.notes.append(f"Project {project.number} ({project.run}, {project.side}) was deleted in Label Studio, or is "
                                f"another's. What was collected from it stays{'.' if is_old else '; label makes it again.'}")
            if is_old:  # nobody makes it again: it is said once
                with ledger.write() as connection:
                    projects.retire_project(connection, project)
    return there


def collect_config(bench: Workbench, config: AnnotationConfig, there: Sequence[Project], report: CollectReport) -> None:
    """Collects from the projects of one annotation config, then decides and pushes what waits for no change in them.

    Args:
        bench: the systems.
        config: the annotation config, as it is today.
        there: its projects that are in Label Studio.
        report: gets what was done, and the errors of projects that could not be collected from.
    """
    for project in there:
        try:
            report.add(collect_project(bench, config, project))
        except LeaseLost as error:
            report.notes.append(str(error))
        except SaegimError as error:
            bench.run.say(f"Project {project.number} ({project.run}, {project.side}) is not collected: {error}")
            report.failed.append(error)
    if config.subject is Subject.IMAGE:
        report.add(decide_stranded(bench.ledger, config))
        try:
            push_second_looks(bench, config, report)
        except SaegimError as error:
            bench.run.say(f"Second looks of {config.name} are not pushed: {error}")
            report.failed.append(error)
        report.notes += tell_stuck(bench.ledger, config.name, bench.label_studio.url)

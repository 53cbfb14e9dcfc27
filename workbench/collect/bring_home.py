"""collect: annotations changed since the cursor → readings by people, agreement, second looks, accepted readings."""

from __future__ import annotations

from collections import Counter

from datastore.ledger.projects import Project
from schemas.errors import LeaseLost, SaegimError, SettingError
from schemas.recipes.annotation_config import AnnotationConfig, Subject
from workbench.bench import Workbench
from workbench.collect.decide import _decide_stranded, _tell_stuck
from workbench.collect.page import COUNTS, _found, collect_project
from workbench.label.second_looks import push_second_looks
from workbench.report import CollectReport


def bring_home(bench: Workbench) -> CollectReport:
    """Brings home what annotators submitted, changed or took back since the last run, from every project there is.

    A project that cannot be collected from stops no other one; its error is among what failed.
    """
    report = CollectReport()
    found = _found(bench, report)
    for name in sorted({project.annotation_config for project in found}):
        try:
            config = bench.config_named(name)
        except SettingError as error:  # the other configs' people still wait; its cursor stays where it is
            report.notes.append(f"{name} is not collected: {error}")
            continue
        _collect_config(bench, config, [project for project in found if project.annotation_config == name], report)
    return report


def _collect_config(bench: Workbench, config: AnnotationConfig, there: list[Project], report: CollectReport) -> None:
    counts: Counter[str] = Counter()
    for project in there:
        try:
            counts += collect_project(bench, config, project, report)
        except LeaseLost as error:
            report.notes.append(str(error))
        except SaegimError as error:
            bench.run.say(f"Project {project.number} ({project.run}, {project.side}) is not collected: {error}")
            report.failed.append(error)
    if config.subject is Subject.IMAGE:
        _decide_stranded(bench, config, counts)
        try:
            push_second_looks(bench, config, report)
        except SaegimError as error:
            bench.run.say(f"Second looks of {config.name} are not pushed: {error}")
            report.failed.append(error)
        _tell_stuck(bench, config, report)
    for what in COUNTS:
        setattr(report, what, getattr(report, what) + counts[what])

"""collect: annotations changed since the cursor → readings by people, agreement, second looks, accepted readings."""

from __future__ import annotations

from collections import Counter

from prefect import flow

from adapters.label_studio.annotation_config import Subject
from flows.endings import to_its_end
from flows.giving_way import gives_way
from schemas.errors import LeaseLost, SaegimError, SettingError
from workbench.bench import open_workbench
from workbench.collect.decide import _decide_stranded, _tell_stuck
from workbench.collect.page import COUNTS, _found, collect_project
from workbench.label.second_looks import push_second_looks
from workbench.report import Report
from workbench.run import say


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



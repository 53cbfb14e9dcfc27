"""full_cycle: the seven verbs in order."""

from __future__ import annotations

from prefect import flow

from flows.collect import collect
from flows.endings import to_its_end
from flows.evaluate import evaluate
from flows.export import export
from flows.ingest import ingest
from flows.label import label
from flows.prefect_run import publish
from flows.prelabel import prelabel
from flows.score import score
from workbench.report import FullCycleReport

OWN_EXPORT = export.with_options(name="export of full-cycle")
"""Under a name of its own: a flow that is called export starts the deployment of evaluate when it is done (prefect.yaml), and
this one is evaluated here."""


@flow(name="full-cycle")
@to_its_end
def full_cycle() -> FullCycleReport:
    """Everything that can go on without waiting for a person, once."""
    reports = [verb() for verb in (ingest, prelabel, label, collect, OWN_EXPORT, evaluate, score)]
    return publish(FullCycleReport(of=reports, notes=[note for report in reports for note in report.notes]))

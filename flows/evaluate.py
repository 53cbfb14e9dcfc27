"""evaluate: a release × a model → figures by slice, an HTML report, what to collect next."""

from __future__ import annotations

from prefect import flow
from prefect.artifacts import create_markdown_artifact

from flows.endings import to_its_end
from flows.giving_way import gives_way
from flows.prefect_run import PrefectRun, publish
from workbench.bench import open_workbench
from workbench.evaluate.measure import measure
from workbench.evaluate.question import Question
from workbench.prelabel.read_images import read_these
from workbench.report import EvaluateReport


@flow(name="evaluate")
@to_its_end
@gives_way
def evaluate(release: str | None = None, split: str | None = None, model: str | None = None) -> EvaluateReport:
    """Compares what a model read with what a release says.

    Args:
        release: ``name@3``; the newest release of the setting ``dataset`` where left out.
        split: whose images; the test images where left out, if there are any. ``all`` for every split.
        model: NAME or NAME@VERSION; the model in use where left out.
    """
    report = measure(open_workbench(PrefectRun()), Question(release or "", split or "", model or ""), read_these)
    if report.markdown:
        create_markdown_artifact(report.markdown, key="evaluation", description="What the model in use is worth")
    if report.times:
        create_markdown_artifact(report.times, key="time-to-dataset", description="How long photographs take to a release")
    return publish(report)

"""label: images that the current model has read → Label Studio tasks with its reading as prediction, by priority."""

from __future__ import annotations

from prefect import flow

from flows.endings import to_its_end
from flows.giving_way import gives_way
from flows.prefect_run import PrefectRun, publish
from workbench.bench import open_workbench
from workbench.label.top_up import top_up
from workbench.report import LabelReport


@flow(name="label")
@to_its_end
@gives_way
def label() -> LabelReport:
    """Keeps about two days' work in front of the annotators: what was asked for first, then what the model is unsure of.

    A picture goes to the annotation config that its campaign names; where it names none, to the setting's.

    Raises:
        SettingError: a campaign or an annotation config is wrong; what the others collect was pushed.
    """
    return publish(top_up(open_workbench(PrefectRun())))

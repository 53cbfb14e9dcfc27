"""label: images that the current model has read → Label Studio tasks with its reading as prediction, by priority."""

from __future__ import annotations

from prefect import flow

from datastore.ledger import model_runs
from flows.endings import to_its_end
from flows.giving_way import gives_way
from schemas.errors import SettingError
from workbench.bench import open_workbench
from workbench.label.shares import load_shares, take_back_moved, whole_images
from workbench.label.top_up import _label_config
from workbench.report import Report


@flow(name="label")
@to_its_end
@gives_way
def label() -> Report:
    """Keeps about two days' work in front of the annotators: what was asked for first, then what the model is unsure of.

    A picture goes to the annotation config that its campaign names; where it names none, to the setting's.

    Raises:
        SettingError: a campaign or an annotation config is wrong; what the others collect was pushed.
    """
    bench = open_workbench()
    run = model_runs.model_run(bench.ledger, bench.model)
    if run is None:
        return Report("label", {"pushed": 0}, [f"{bench.model} has not read anything yet; run prelabel first."])
    report = Report("label", {"pushed": 0, "found": 0, "doubles removed": 0, "pushed again": 0})
    shares = load_shares(bench.settings)
    failed: list[SettingError] = [*shares.wrong]
    take_back_moved(bench, shares, report)
    for name, share in shares.by_config.items():
        try:
            _label_config(bench, whole_images(bench, name), share, run, report)
        except SettingError as error:
            failed.append(error)
    report.publish()
    if failed:
        raise failed[0]
    return report



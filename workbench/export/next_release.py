"""The next release of a dataset, where there is anything new."""

from __future__ import annotations

from schemas.recipes.dataset import Dataset
from workbench.bench import Workbench
from workbench.export.plan import next_release
from workbench.export.publish import Publication
from workbench.report import Report

TRIES = 20
"""Each lost race means that another release is out; so many in a row are no race but a fault."""


def _export(bench: Workbench, recipe: Dataset, lost: list[str]) -> Report:
    release = next_release(bench, recipe)
    report = Report("export", {"samples in a new release": 0}, [f"{each}." for each in lost])
    if not release.plan.samples:
        configs, out = ", ".join(recipe.readings.annotation_configs), len(release.plan.left_out)
        report.notes.append(f"The recipe takes none of {out} accepted readings or released images: `saegim datasets plan "
                            f"{recipe.name}` says why." if out else
                            f"No accepted reading of {configs} yet: label some, then run collect.")
        return report
    published = Publication(bench, release).publish()
    current = published or release.parent
    if published:
        report.counts["samples in a new release"] = len(release.plan.samples)
        report.notes.append(f"{published.name}: " + ", ".join(f"{count} {name}" for name, count in published.splits.items()))
        report.notes += [change.said for change in release.changes]
    elif current:
        report.notes.append(f"{current.name} is up to date.")
    if current:
        report.notes += [f"left out: {count} ({reason})" for reason, count in current.left_out.items()]
        report.values["release"] = str(current.name)
    return report

"""evaluate: a release × a model → metrics by slice, an HTML report."""

from __future__ import annotations

import io
import json

from PIL import Image

from datastore.ledger import evaluations, model_runs, readings
from datastore.releases import newest, read_labels
from pages.evaluation import Page, render
from saegim.releases import Releases
from schemas.arrow import reading_of
from schemas.reading import Reading
from schemas.submission import image_key
from stages.compare import Comparison, compare
from stages.evaluate.metrics import ALL, errors, figures_by_slice
from workbench.bench import Workbench
from workbench.report import EvaluateReport
from workbench.run import progress

PAGES = 24
"""Images on the report: the worst ones; more of them make a page that no browser likes to open."""
THUMBNAIL = (900, 900)


def measure(bench: Workbench, release: str | None = None) -> EvaluateReport:
    """Compares what the current model read with what a release says.

    Args:
        bench: the systems.
        release: ``name@3``; the newest release of the setting ``dataset`` where left out.
    """
    settings = bench.settings
    manifest = (Releases(settings).manifest(release) if release
                else newest(bench.objects, settings.bucket_datasets, settings.dataset))
    run = model_runs.model_run(bench.ledger, bench.model)
    if manifest is None or run is None:
        missing = f"no release of {settings.dataset}" if manifest is None else f"no reading by {bench.model}"
        return EvaluateReport(notes=[f"There is {missing} yet."])
    rows = read_labels(bench.objects, settings.bucket_datasets, manifest).to_pylist()
    found = readings.readings_of_run(bench.ledger, run, [row["image_id"] for row in rows])
    media_types = {row["image_id"]: row["media_type"] for row in rows}
    pairs: list[tuple[Reading, Comparison]] = []
    with progress(bench.run, "evaluate", len(found)) as advance:
        for row in rows:
            if row["image_id"] in found:
                truth = reading_of(row)
                pairs.append((truth, compare(truth, found[row["image_id"]])))
                advance(1)
    figures = figures_by_slice(comparison for _, comparison in pairs)
    reader = next(iter(found.values())).reader if found else bench.model
    page = render(str(manifest.name), reader.removeprefix("model:"), figures, _pages(bench, pairs, media_types),
                  len(pairs), _notice(pairs, found, len(rows)))
    key = f"{manifest.dataset}/evaluations/{manifest.folder}-{run[:12]}.html"
    bench.objects.put(settings.bucket_datasets, key, page.encode(), "text/html; charset=utf-8")
    metrics = {name: item.to_dict() for name, item in figures.items()}
    changed = evaluations.add_evaluation(bench.ledger, str(manifest.name), run, reader, json.loads(json.dumps(metrics)), key)
    overall = figures[ALL]
    line = ", ".join(f"{name} {value:.3f}" for name, value in (
        ("h-mean", overall.hmean), ("CER", overall.cer), ("CER without spaces", overall.cer_unspaced)) if value is not None)
    return EvaluateReport(evaluated=int(changed), page=page, page_key=key, metrics=metrics,
                          notes=[f"{reader.removeprefix('model:')} on {manifest.name}: {line}"])


def _pages(bench: Workbench, pairs: list[tuple[Reading, Comparison]], media_types: dict[str, str]) -> list[Page]:
    worst = sorted(pairs, key=lambda pair: (-errors(pair[1]), pair[0].image_id))[:PAGES]
    keys = [image_key(truth.image_id, media_types[truth.image_id]) for truth, _ in worst]
    pages = []
    for (truth, comparison), data in zip(worst, bench.objects.get_many(bench.settings.bucket_images, keys), strict=True):
        image = Image.open(io.BytesIO(data)).convert("RGB")
        image.thumbnail(THUMBNAIL)
        out = io.BytesIO()
        image.save(out, "JPEG", quality=80)
        pages.append(Page(truth.image_id, truth.width, truth.height, out.getvalue(), comparison))
    return pages


def _notice(pairs: list[tuple[Reading, Comparison]], found: dict[str, Reading], images: int) -> str:
    """What a reader must know before trusting the figures."""
    untouched = sum(
        [(region.region_id, region.text) for region in truth.regions]
        == [(region.region_id, region.text) for region in found[truth.image_id].regions] for truth, _ in pairs)
    notes = []
    if untouched:
        notes.append(f"On {untouched} of {len(pairs)} images the release's labels are this model's own pre-labels, accepted "
                     "as they were: its figures there are perfect by construction.")
    if len(pairs) < images:
        notes.append(f"{images - len(pairs)} of the release's images have not been read by this model: "
                     "saegim run prelabel --only all.")
    return " ".join(notes)

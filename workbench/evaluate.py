"""evaluate: a release × a model → metrics by slice, an HTML report."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from datastore.ledger import evaluations, model_runs, readings
from datastore.objects import ObjectStore
from datastore.releases import newest, read_labels
from pages.evaluation import ComparedImage, render
from saegim.manifest import Manifest
from saegim.releases import Releases
from schemas.arrow import reading_of
from schemas.reading import Reading
from schemas.submission import image_key
from stages.compare import Comparison, compare
from stages.evaluate.metrics import ALL, Figures, errors, figures_by_slice
from stages.pictures import thumbnail
from workbench.bench import Workbench
from workbench.report import EvaluateReport
from workbench.run import Run, progress

PAGES = 24
"""Images on the report: the worst ones; more of them make a page that no browser likes to open."""
LONGER_SIDE = 900
"""Most pixels of such an image, wide and high."""


@dataclass(frozen=True, slots=True)
class Measurement:
    """One image of a release that the model has read.

    Attributes:
        truth: the release's reading.
        found: the model's.
        comparison: of the two.
        image: key of the picture in the bucket of images.
    """

    truth: Reading
    found: Reading
    comparison: Comparison
    image: str

    @property
    def is_untouched(self) -> bool:
        """Whether the truth is the model's own pre-label, accepted as it was."""
        return [(region.region_id, region.text) for region in self.truth.regions] == [
            (region.region_id, region.text) for region in self.found.regions]


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
    measured = compare_all(bench.run, rows, found)
    figures = figures_by_slice(item.comparison for item in measured)
    reader = next(iter(found.values())).reader if found else bench.model
    model = reader.removeprefix("model:")
    pictures = _worst_pages(bench.objects, settings.bucket_images, measured)
    page = render(str(manifest.name), model, figures, pictures, len(measured),
                  notice(measured, len(rows)))
    key = page_key(manifest, run)
    bench.objects.put(settings.bucket_datasets, key, page.encode(), "text/html; charset=utf-8")
    metrics = {name: item.to_dict() for name, item in figures.items()}
    changed = evaluations.add_evaluation(bench.ledger, str(manifest.name), run, reader, json.loads(json.dumps(metrics)), key)
    return EvaluateReport(evaluated=int(changed), page=page, page_key=key, metrics=metrics,
                          notes=[f"{model} on {manifest.name}: {in_a_line(figures[ALL])}"])


def compare_all(run: Run, rows: Sequence[Mapping[str, object]], found: Mapping[str, Reading]) -> list[Measurement]:
    """Compares the rows of a label file with a model's readings, where it has read the image.

    Args:
        run: shows how far it is.
        rows: of a label file, see ``schemas.arrow.LABELS``.
        found: the model's readings by image id.
    """
    measured = []
    with progress(run, "evaluate", len(found)) as advance:
        for row in rows:
            reading = found.get(str(row["image_id"]))
            if reading is not None:
                truth = reading_of(dict(row))
                image = image_key(truth.image_id, str(row["media_type"]))
                measured.append(Measurement(truth, reading, compare(truth, reading), image))
                advance(1)
    return measured


def notice(measured: Sequence[Measurement], images: int) -> str:
    """What a reader must know before trusting the figures.

    Args:
        measured: the images that the model has read.
        images: how many the release has.
    """
    untouched = sum(item.is_untouched for item in measured)
    notes = []
    if untouched:
        notes.append(f"On {untouched} of {len(measured)} images the release's labels are this model's own pre-labels, accepted "
                     "as they were: its figures there are perfect by construction.")
    if len(measured) < images:
        notes.append(f"{images - len(measured)} of the release's images have not been read by this model: "
                     "saegim run prelabel --only all.")
    return " ".join(notes)


def page_key(manifest: Manifest, run: str) -> str:
    """Key of the report on a release and a model run in the bucket of datasets."""
    return f"{manifest.dataset}/evaluations/{manifest.folder}-{run[:12]}.html"


def in_a_line(figures: Figures) -> str:
    """The figures that a run's report names."""
    named = {"h-mean": figures.hmean, "CER": figures.cer, "CER without spaces": figures.cer_unspaced}
    return ", ".join(f"{name} {value:.3f}" for name, value in named.items() if value is not None)


def _worst_pages(objects: ObjectStore, bucket: str, measured: Sequence[Measurement]) -> list[ComparedImage]:
    worst = sorted(measured, key=lambda item: (-errors(item.comparison), item.truth.image_id))[:PAGES]
    pictures = objects.get_many(bucket, [item.image for item in worst])
    return [ComparedImage(item.truth.image_id, item.truth.width, item.truth.height, thumbnail(data, LONGER_SIDE), item.comparison)
            for item, data in zip(worst, pictures, strict=True)]

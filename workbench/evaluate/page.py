"""The report of an evaluation: figures, and the pictures of what went worst."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from datastore.ledger import outbox, projects
from pages.evaluation_drawing import crop, picture
from pages.evaluation_facts import (
    MOST_IMAGES,
    MOST_REGIONS,
    MOST_SUSPECTS,
    DrawnAs,
    DrawnImage,
    DrawnRegion,
    EvaluationPage,
    Leads,
    ShownDemand,
    ShownRegion,
    ShownSuspect,
    ShownTime,
)
from pages.evaluation_report import render
from saegim.manifest import parse_name
from schemas.arrow import reading_of
from schemas.evaluation import Evaluation, SliceFigures
from schemas.outcomes import Outcomes
from schemas.reading import Polygon, Reading
from schemas.submission import image_key
from schemas.suspects import Suspect
from schemas.times import StageTime
from stages.compare import Comparison, compare
from stages.evaluate.demand import demands
from stages.evaluate.suspects import LIKELY
from stages.evaluate.worst import WRONG, Row, worst_images, worst_regions
from stages.pictures import opened
from workbench.bench import Workbench
from workbench.demand import follow_demand
from workbench.evaluate.question import ReleaseImages
from workbench.evaluate.read_by import ReadBy, decoded
from workbench.evaluate.stored import FILES

MOST_OF_IMAGE = 4
"""Worst regions of one image that are shown: one bad page would fill the list."""


@dataclass(frozen=True, slots=True)
class ComparedImage:
    """An image that is shown: where its picture lies, and its two readings."""

    key: str
    truth: Reading
    found: Reading

    def polygon(self, region_id: str) -> Polygon | None:
        """Outline of a region of either reading."""
        return next((region.polygon for reading in (self.truth, self.found) for region in reading.regions
                     if region.region_id == region_id), None)


def report_page(bench: Workbench, evaluation: Evaluation, outcomes: Outcomes, suspects: Sequence[Suspect],
                without_suspects: SliceFigures | None, release: ReleaseImages, source: ReadBy, times: Sequence[StageTime]) -> str:
    """The report as HTML.

    Args:
        bench: has the pictures, and the tasks that ids lead to.
        evaluation: the figures.
        outcomes: what they were made of.
        suspects: labels that may be wrong, the likeliest first.
        without_suspects: figures of all regions but these.
        release: its images.
        source: whose readings.
        times: how long the images that are new in the release took to come there.
    """
    worst = worst_regions(outcomes.regions, MOST_REGIONS, MOST_OF_IMAGE)
    images = worst_images(outcomes.regions, MOST_IMAGES)
    doubted = suspects[:MOST_SUSPECTS]
    compared = _compared({*images, *(row["image_id"] for row in worst), *(item.image_id for item in doubted)}, release, source)
    leads = _leads(bench, compared)
    wanted = [(str(row["image_id"]), str(row["region_id"])) for row in worst]
    crops = _crops(bench, compared, [*wanted, *((item.image_id, item.region_id) for item in doubted)])
    return render(EvaluationPage(
        evaluation,
        tuple(_shown(row, crops, leads) for row in worst),
        tuple(_suspect(item, crops, leads) for item in doubted),
        sum(item.chance >= LIKELY for item in suspects), without_suspects,
        tuple(_drawn(bench, compared[name], leads[name]) for name in images), _demand(bench, evaluation),
        tuple(ShownTime(str(item.stage), item.median, item.p90, item.images) for item in times), FILES))


def _demand(bench: Workbench, evaluation: Evaluation) -> tuple[ShownDemand, ...]:
    """What the evaluation asks for, and what has come of it since it was first asked for."""
    arrived = {item.first.demand.slice: item.arrived for item in follow_demand(bench, parse_name(evaluation.release).dataset)}
    return tuple(ShownDemand(item, arrived.get(item.slice)) for item in demands(evaluation))


def _compared(image_ids: set[str], release: ReleaseImages, source: ReadBy) -> dict[str, ComparedImage]:
    found = source.of(sorted(image_ids))
    return {row["image_id"]: ComparedImage(image_key(row["image_id"], row["media_type"]), reading_of(row),
                                          decoded(found[row["image_id"]]))
            for row in release.rows_of(image_ids) if row["image_id"] in found}


def _leads(bench: Workbench, compared: Mapping[str, ComparedImage]) -> dict[str, Leads]:
    """Where the ids of images lead: photograph, history, the newest task about it."""
    tasks: dict[str, str] = {}
    for project in projects.project_rows(bench.ledger):
        with bench.ledger.read() as connection:
            rows = outbox.task_rows(connection, project.key, list(compared))
        tasks |= {name: f"{bench.settings.label_studio_url}/projects/{project.number}/data?task={row.task_id}"
                  for name, row in rows.items() if row.task_id}
    return {name: Leads(f"s3://{bench.settings.bucket_images}/{item.key}", f"saegim ledger readings {name[:16]}",
                        tasks.get(name, "")) for name, item in compared.items()}


def _crops(bench: Workbench, compared: Mapping[str, ComparedImage], wanted: Iterable[tuple[str, str]]) -> dict[str, bytes]:
    """JPEG of regions by region id; each picture is opened once. A picture that is gone has no crops."""
    by_image: dict[str, list[str]] = {}
    for image_id, region_id in wanted:
        by_image.setdefault(image_id, []).append(region_id)
    crops: dict[str, bytes] = {}
    for image_id, region_ids in by_image.items():
        item = compared.get(image_id)
        data = item and bench.objects.get_or_none(bench.settings.bucket_images, item.key)
        if item and data:
            image = opened(data)
            crops |= {name: crop(image, polygon) for name in region_ids if (polygon := item.polygon(name))}
    return crops


def _shown(row: Row, crops: Mapping[str, bytes], leads: Mapping[str, Leads]) -> ShownRegion:
    slices = (row["kind"], row["direction"], row["writing"], row["language"], *(row["effects"] or ()), *(row["named"] or ()))
    return ShownRegion(row["image_id"], row["region_id"], crops.get(row["region_id"], b""), row["truth"], row["read"], row[WRONG],
                       slices, row["score"], leads.get(row["image_id"], Leads()))


def _suspect(item: Suspect, crops: Mapping[str, bytes], leads: Mapping[str, Leads]) -> ShownSuspect:
    region = ShownRegion(item.image_id, item.region_id, crops.get(item.region_id, b""), item.truth or None, item.read or None, 0,
                         (), item.score, leads.get(item.image_id, Leads()))
    return ShownSuspect(region, item.why, item.chance, item.other_read)


def _drawn(bench: Workbench, item: ComparedImage, leads: Leads) -> DrawnImage:
    data = bench.objects.get_or_none(bench.settings.bucket_images, item.key)
    return DrawnImage(item.truth.image_id, item.truth.width, item.truth.height, picture(data) if data else b"",
                      tuple(_regions(compare(item.truth, item.found, across_units=True))), leads)


def _regions(found: Comparison) -> Iterable[DrawnRegion]:
    for match in found.matches:
        yield DrawnRegion(match.other.polygon, DrawnAs.EDITED if match.edits_unspaced else DrawnAs.RIGHT, match.truth.text,
                          match.other.text)
    yield from (DrawnRegion(region.polygon, DrawnAs.MISSED, region.text) for region in found.missed)
    yield from (DrawnRegion(region.polygon, DrawnAs.EXTRA, None, region.text) for region in found.extra)
    yield from (DrawnRegion(region.polygon, DrawnAs.IGNORED, None, region.text) for region in found.ignored)

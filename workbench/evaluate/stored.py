"""Files of an evaluation in the bucket of datasets, and the digest that names it: the same question is answered once."""

from __future__ import annotations

import functools
import io
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import TypeAdapter

from datastore.objects import ObjectStore
from schemas.evaluation import Evaluation
from schemas.ids import digest, sha256
from schemas.outcomes import Outcomes
from schemas.suspects import Suspect
from workbench.settings import ROOT

FIGURES = "figures.json"
REGIONS = "regions.parquet"
IMAGES = "images.parquet"
TABLE = "figures.parquet"
SUSPECTS = "suspects.json"
PAGE = "report.html"
FILES = (FIGURES, TABLE, REGIONS, IMAGES, SUSPECTS)
"""What lies beside the page."""
DECIDING = ("stages/evaluate", "stages/compare.py", "adapters/predictions", "workbench/named_slices.py", "saegim/where.py",
            "saegim/columns.py", *(f"schemas/{name}.py" for name in (
                "outcomes", "evaluation", "outlines", "normalisation", "letters", "text", "geometry", "reading", "reading_order",
                "gutters")))
"""Code that decides figures."""
EVALUATIONS = TypeAdapter(Evaluation)
SUSPECT_LISTS = TypeAdapter(tuple[Suspect, ...])
JSON = "application/json"


@dataclass(frozen=True, slots=True)
class EvaluationFiles:
    """Where the files of one evaluation lie.

    Attributes:
        objects: the object storage.
        bucket: of datasets.
        folder: of the evaluation.
    """

    objects: ObjectStore
    bucket: str
    folder: str

    def there(self) -> bool:
        """Whether all of them are: the figures are written last."""
        return self.objects.exists(self.bucket, f"{self.folder}/{FIGURES}")

    def evaluation(self) -> Evaluation | None:
        """The figures; None where they are not there."""
        data = self.objects.get_or_none(self.bucket, f"{self.folder}/{FIGURES}")
        return EVALUATIONS.validate_json(data) if data else None

    def outcomes(self) -> Outcomes:
        """What became of regions and images."""
        return Outcomes(*(pq.read_table(io.BytesIO(self.objects.get(self.bucket, f"{self.folder}/{name}")))
                          for name in (REGIONS, IMAGES)))

    def suspects(self) -> tuple[Suspect, ...]:
        """Labels that may be wrong, the likeliest first."""
        return SUSPECT_LISTS.validate_json(self.objects.get(self.bucket, f"{self.folder}/{SUSPECTS}"))

    def page(self) -> str:
        """The report."""
        return self.objects.get(self.bucket, f"{self.folder}/{PAGE}").decode()

    def put(self, evaluation: Evaluation, outcomes: Outcomes, suspects: tuple[Suspect, ...], page: str) -> None:
        """Writes all; the figures come last: where they are, all is."""
        for name, table in ((REGIONS, outcomes.regions), (IMAGES, outcomes.images), (TABLE, _flat(evaluation))):
            self._put(name, _parquet(table), "application/vnd.apache.parquet")
        self._put(SUSPECTS, SUSPECT_LISTS.dump_json(suspects), JSON)
        self._put(PAGE, page.encode(), "text/html; charset=utf-8")
        self._put(FIGURES, EVALUATIONS.dump_json(evaluation), JSON)

    def _put(self, name: str, data: bytes, media_type: str) -> None:
        self.objects.put(self.bucket, f"{self.folder}/{name}", data, media_type)


def evaluation_id(release: str, labels: str, split: str, run: str, slices: str, options: str) -> str:
    """What an evaluation is told by, 16 hex digits.

    Args:
        release: its name.
        labels: sha256 of its label file.
        split: whose images; empty for all.
        run: digest of the model's run or of the file.
        slices: digest of the named slices.
        options: that change the figures.
    """
    return digest("evaluation", release, labels, split, run, slices, options, code_digest(), length=16)


@functools.cache
def code_digest() -> str:
    """Digest of the code that decides figures, 16 hex digits."""
    found = (part for name in DECIDING for path in _modules(ROOT / name)
             for part in (path.relative_to(ROOT).as_posix(), sha256(path.read_bytes())))
    return digest(*found, length=16)


def _modules(place: Path) -> list[Path]:
    return sorted(place.glob("*.py")) if place.is_dir() else [place]


def _parquet(table: pa.Table) -> bytes:
    out = io.BytesIO()
    pq.write_table(table, out, compression="zstd")
    return out.getvalue()


def _flat(evaluation: Evaluation) -> pa.Table:
    """One row a figure of a slice."""
    return pa.Table.from_pylist([
        {"evaluation_id": evaluation.evaluation_id, "release": evaluation.release, "split": evaluation.split,
         "reader": evaluation.reader, "facet": str(item.slice.facet), "slice": item.slice.name, "regions": item.regions,
         "images": item.images, "groups": item.groups, "enough": item.regions_needed is None, "figure": figure.name,
         "normalisation": figure.normalisation, "value": figure.value, "low": figure.low, "high": figure.high,
         "count": figure.count}
        for item in evaluation.slices for figure in item.figures])

"""What forbids to publish a release: each gate's failures, with what mends them."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass

import numpy as np
import shapely
import simplejpeg
from numpy.typing import NDArray
from PIL import Image

from schemas.reading import Reading
from schemas.sample import Planned
from stages.export.counts import Counts
from stages.export.leaks import LeakReport
from stages.export.recipe import Gates

SHOWN = 30
"""Failures of one gate in a message; how many more there are is said."""
OUTSIDE = 0.5
"""So far, in pixels, may a corner lie outside the image: coordinates are rounded."""
LEAVE_OUT = "put {} under readings.leave_out in the recipe, or mend it"
BROKEN = (ValueError, OSError, SyntaxError, TypeError, NotImplementedError, RuntimeError, Image.DecompressionBombError)
"""What decoders raise."""


@dataclass(frozen=True, slots=True)
class Failure:
    """One thing that forbids to publish. ``image_id`` is empty where it is not about one image."""

    gate: str
    image_id: str
    detail: str
    repair: str


def decodes(data: bytes, width: int, height: int) -> str | None:
    """What is wrong with a canonical image; None where it decodes to its last byte and to its size in pixels."""
    try:
        if data[:2] == b"\xff\xd8":
            # An eighth of the size still reads every byte of the entropy-coded data.
            found = simplejpeg.decode_jpeg_header(data)[:2]
            simplejpeg.decode_jpeg(data, "GRAY", min_height=found[0] // 8, min_width=found[1] // 8, min_factor=1, strict=True)
        else:
            with Image.open(io.BytesIO(data)) as image:
                image.load()
                found = (image.height, image.width)
    except BROKEN as error:
        return f"it does not decode: {error or type(error).__name__}"
    return None if found == (height, width) else f"it has {found[1]} × {found[0]} pixels, expected {width} × {height}"


def undecodable(image_id: str, problem: str) -> Failure:
    """An image that no release may hold."""
    return Failure("undecodable image", image_id, problem, LEAVE_OUT.format(image_id))


def polygons(reading: Reading) -> list[Failure]:
    """Regions of a reading whose outline is none."""
    outlines = [np.asarray(region.polygon, np.float64).reshape(-1, 2) for region in reading.regions]
    bounds = np.array([reading.width, reading.height]) + OUTSIDE
    inside = [len(corners) >= 3 and bool((corners >= -OUTSIDE).all() and (corners <= bounds).all()) for corners in outlines]
    drawn = [np.concatenate([corners, corners[:1]]) for corners, good in zip(outlines, inside, strict=True) if good]
    shapes = shapely.polygons(shapely.linearrings(
        np.concatenate([np.zeros((0, 2)), *drawn]), indices=np.repeat(np.arange(len(drawn)), [len(ring) for ring in drawn])))
    sound = iter(shapely.is_valid(shapes).tolist())
    wrong = [number for number, good in enumerate(inside) if not (good and next(sound))]
    return [Failure("invalid polygon", reading.image_id, f"region {reading.regions[number].region_id} "
                    f"({reading.regions[number].text[:20]!r}) {_problem(reading, outlines[number])}",
                    LEAVE_OUT.format(reading.image_id)) for number in wrong]


def _problem(reading: Reading, corners: NDArray[np.float64]) -> str:
    if len(corners) < 3 or not np.isfinite(corners).all():
        return "has fewer than three corners, or a corner that is no number"
    if (corners < -OUTSIDE).any() or (corners > np.array([reading.width, reading.height]) + OUTSIDE).any():
        return f"lies outside the image of {reading.width} × {reading.height} pixels"
    return "has no area" if np.linalg.matrix_rank(corners - corners[0]) < 2 else "crosses or touches itself"


def held(planned: Iterable[Planned]) -> list[Failure]:
    """Samples whose image is on hold."""
    return [Failure("hold", item.image_id, item.candidate.held,
                    f"saegim ledger holds names it, saegim ledger unhold lifts it; or put {item.image_id} under "
                    "readings.leave_out in the recipe") for item in planned if item.candidate.held]


def classes(gates: Gates, counts: Counts) -> list[Failure]:
    """Splits with fewer regions of a slice, or fewer images, than the recipe asks for."""
    found = []
    for split, least in gates.least.items():
        for name, wanted in least.items():
            there = counts.images(split) if name == "all" else counts.regions(split, name)
            if there < wanted:
                what = "images" if name == "all" else f"regions of {name}"
                found.append(Failure("empty class", "", f"{split} has {there} {what}, expected {wanted} or more",
                                     "label more of them, or lower gates.least in the recipe"))
    return found


def leaks(gates: Gates, report: LeakReport) -> list[Failure]:
    """Pairs of near duplicates in two splits, where there are more than the recipe bears."""
    if len(report.pairs) <= gates.leaks:
        return []
    return [Failure(
        "leak", pair.one, f"in {pair.split_one}, a near duplicate ({pair.verdict}) of {pair.other[:12]}… in {pair.split_other}",
        f"put the one that is to go under readings.leave_out in the recipe: {pair.one} or {pair.other}; or, if they are two "
        "pictures: saegim ingest split with the one that was sent later") for pair in report.pairs]


def records(failures: Sequence[Failure]) -> list[dict[str, str]]:
    """The failures as a table, at most ``SHOWN`` of each gate."""
    seen: Counter[str] = Counter()
    rows = []
    for failure in failures:
        seen[failure.gate] += 1
        if seen[failure.gate] <= SHOWN:
            rows.append(asdict(failure))
    rows += [{"gate": gate, "image_id": "", "detail": f"… and {count - SHOWN} more", "repair": ""}
             for gate, count in seen.items() if count > SHOWN]
    return rows


def message(name: str, failures: Sequence[Failure]) -> str:
    """The same for a terminal."""
    gates = Counter(failure.gate for failure in failures)
    lines = [f"{name} is not published: " + ", ".join(f"{count} × {gate}" for gate, count in gates.items())]
    for row in records(failures):
        image = f" {row['image_id'][:12]}…" if row["image_id"] else ""
        lines.append(f"  {row['gate']}{image}: {row['detail']}" + (f"\n      {row['repair']}" if row["repair"] else ""))
    return "\n".join(lines)

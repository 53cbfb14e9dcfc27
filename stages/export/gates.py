"""What forbids to publish a release: each gate's failures, with what mends them."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np
import shapely
import simplejpeg
from numpy.typing import NDArray
from PIL import Image

from schemas.reading import Reading
from schemas.recipes.dataset import Dataset, Gates
from schemas.sample import Planned
from stages.export.bridges import BY_HAND, FOUND, STEPS, Bridge
from stages.export.changes import Change
from stages.export.counts import Counts
from stages.export.groups import BURST, CLUSTER, PART, REPEATED, SUBMITTER
from stages.export.leaks import LeakReport
from stages.export.least import GroupsAsked

SHOWN = 30
"""Failures of one gate in a message; how many more there are is said."""
OUTSIDE = 0.5
"""So far, in pixels, may a corner lie outside the image: coordinates are rounded."""
LEAVE_OUT = "put {} under readings.leave_out in the recipe, or mend it"
WAYS = {
    BY_HAND: "take the merge back: saegim ingest undo",
    FOUND: "if they are two things: saegim ingest split with the one that was sent later",
    REPEATED: "take the merge back: saegim ingest undo",
    CLUSTER: "if they are two things: saegim ingest split with the one that was sent later",
    BURST: "lower groups.burst_minutes in the recipe",
    SUBMITTER: "put groups.by_submitter back to false",
    PART: LEAVE_OUT.format("the one or the other"),
}
"""How a group is taken apart again, by why it is one."""
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


def too_few_groups(recipe: Dataset, asked: Iterable[GroupsAsked]) -> list[Failure]:
    """Splits that this release would freeze with fewer groups of a slice than the recipe asks for: no later one could mend it."""
    return [Failure("too few groups", "", item.said, "label more of them, lower least in the recipe, or take "
                    f"{item.split} out of frozen until there are enough")
            for item in asked if item.there < item.wanted and item.split in recipe.frozen and not item.frozen]


def leaks(gates: Gates, report: LeakReport, keys: Mapping[str, str]) -> list[Failure]:
    """Groups that stand in two splits and near duplicates in two splits, where they are more than the recipe bears.

    A recipe that bears none does not bear images either of which nobody can tell.

    Args:
        gates: what the recipe bears.
        report: what was found.
        keys: of the submissions of the images that it names.
    """
    unknown = [] if gates.leaks or not report.waiting else [Failure(
        "leak", "", f"{report.waiting:,} images are not back in the index of duplicates since the upgrade: nobody can tell which "
        "others repeat them", "saegim ingest reindex brings them back")]
    if len(report.bridges) + len(report.others) <= gates.leaks:
        return unknown

    def called(image_id: str) -> str:
        return f"{keys[image_id]} ({image_id[:12]}…)" if image_id in keys else f"{image_id[:12]}…"

    return [*unknown, *(_torn(bridge, called) for bridge in report.bridges), *(Failure(
        "leak", pair.one, f"{called(pair.one)} in {pair.split_one} is a near duplicate ({pair.verdict}) of {called(pair.other)} "
        f"in {pair.split_other}", "put the one that is to go under readings.leave_out in the recipe: "
        f"{pair.one} or {pair.other}; or, if they are two pictures: saegim ingest split with the one that was sent later")
        for pair in report.others)]


def _torn(bridge: Bridge, called: Callable[[str], str]) -> Failure:
    steps = [STEPS[link.why].format(called(link.one), called(link.other)) for link in bridge.links]
    why = "; ".join(steps) or "an earlier release says so"
    counts = ", ".join(f"{count} in {split}" for split, count in bridge.samples.items())
    ways = [WAYS[why] for why in dict.fromkeys(link.why for link in bridge.links) if why in WAYS]
    return Failure(
        "leak", bridge.one, f"{called(bridge.one)} in {bridge.split_one} and {called(bridge.other)} in {bridge.split_other} are "
        f"one group now ({counts}), and neither moves: {why}",
        "; or ".join([*ways, "put the one that is to go under readings.leave_out in the recipe: "
                      f"{bridge.one} or {bridge.other}"]))


def unagreed(recipe: Dataset, number: int, changes: Iterable[Change]) -> list[Failure]:
    """Changes of what decides splits to which the recipe does not agree for this release."""
    asked = [change for change in changes if change.word]
    agreed = recipe.agreed if recipe.agreed and recipe.agreed.release == number else None
    words = ", ".join(change.word for change in asked)
    stale = f" (what is there is for release {recipe.agreed.release})" if recipe.agreed and not agreed else ""
    consent = f"or agree to it: agreed: {{release: {number}, to: [{words}]}}{stale}"
    return [Failure("recipe", "", change.said, f"{change.back}; {consent}")
            for change in asked if not (agreed and change.word in agreed.to)]


def unlike(recipe: Dataset, unit: str, released: Iterable[str]) -> list[Failure]:
    """What a dataset cannot change after its first release.

    Args:
        recipe: as it is now.
        unit: of the newest release.
        released: names of the splits that releases have.
    """
    found = []
    if recipe.unit != unit:
        found.append(Failure("recipe", "", f"unit was {unit}, is {recipe.unit}: no region of the one is a region of the other",
                             f"unit: {unit}; or a recipe under another name, whose releases begin at 1"))
    there = {name.casefold(): name for name in released}
    found += [Failure("recipe", "", f"the split `{name}` differs from the released `{there[name.casefold()]}` in capital letters "
                      "only: many disks have one folder for both", f"call it {there[name.casefold()]}")
              for name in recipe.splits if there.get(name.casefold(), name) != name]
    return found


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

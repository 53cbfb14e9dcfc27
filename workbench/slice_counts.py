"""How much of each named slice people have read, for `saegim slices list`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import more_itertools

from datastore.ledger import names
from datastore.ledger.readings import readings_by_id
from datastore.ledger.releasable import candidates
from schemas.recipes.slices import NamedSlice
from workbench.bench import Workbench
from workbench.named_slices import READINGS_AT_ONCE, load_slices


@dataclass(frozen=True, slots=True)
class SliceCount:
    """A named slice, and how much of it there is among the accepted readings of photographs that stand.

    Attributes:
        slice: its definition.
        readings: with a region of it.
        regions: of it.
    """

    slice: NamedSlice
    readings: int
    regions: int


def count_slices(bench: Workbench, advance: Callable[[int, int], None]) -> list[SliceCount]:
    """Counts every named slice, in order of their names.

    Args:
        bench: the systems.
        advance: told how many readings were looked through, and how many there are.
    """
    named = load_slices(bench.settings)
    campaigns = {item.reading_id: item.campaign for item in candidates(bench.ledger, names.annotation_configs(bench.ledger))
                 if item.stands} if named.slices else {}
    readings: Counter[str] = Counter()
    regions: Counter[str] = Counter()
    done = 0
    for chunk in more_itertools.chunked(campaigns, READINGS_AT_ONCE):
        with bench.ledger.read() as connection:
            found = readings_by_id(connection, chunk)
        for of_regions in named.of_readings([*found.values()], [campaigns[reading_id] for reading_id in found]):
            counts = Counter(name for names_of_region in of_regions for name in names_of_region)
            regions.update(counts)
            readings.update(counts.keys())
        done += len(chunk)
        advance(done, len(campaigns))
    return [SliceCount(item, readings[item.name], regions[item.name]) for item in named.slices]

"""What there is for test sets of slices, for `saegim datasets plan --from-slices`; nothing is written."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence

from saegim.names import unknown
from schemas.errors import SettingError
from schemas.recipes.slices import EVERYTHING_IS
from schemas.sample import Sample
from stages.export.sizes_needed import SizeNeeded, SliceSizes, size_needed
from workbench.bench import Workbench
from workbench.export.plan import NextRelease
from workbench.export.samples import read_samples
from workbench.named_slices import KnownSlices, named_among


def check_slices(bench: Workbench, names: Sequence[str]) -> None:
    """Raises SettingError where nothing knows a slice of one of these names; ``all`` is one too."""
    known = KnownSlices(bench.settings)
    for name in names:
        if name != EVERYTHING_IS and name not in known:
            raise SettingError(unknown("slice", name, [*known, EVERYTHING_IS]))


def sizes_needed(bench: Workbench, release: NextRelease, names: Sequence[str], points: float,
                 advance: Callable[[int], None]) -> list[SizeNeeded]:
    """How large test sets of some slices have to be, in the order of their names.

    Args:
        bench: the systems.
        release: whose samples are counted: what would be published now.
        names: of slices, named ones too.
        points: percentage points of the change that each test set is to show.
        advance: told how many samples more were looked through.
    """
    named = named_among(bench.settings, names)
    regions: dict[str, Counter[str]] = {name: Counter() for name in names}
    images: Counter[str] = Counter()
    standing: dict[str, bool] = defaultdict(bool)
    for sample in read_samples(bench.ledger, bench.settings, release.plan.samples, named):
        found = Counter(name for name in _slices_of_regions(sample) if name in regions)
        for name, count in found.items():
            regions[name][sample.planned.group] += count
            images[name] += 1
        standing[sample.planned.group] |= sample.planned.image_id not in release.arrived
        advance(1)
    return [size_needed(SliceSizes(name, tuple(sorted(groups.values())), images[name],
                                   sum(not standing[group] for group in groups)), points)
            for name, groups in regions.items()]


def _slices_of_regions(sample: Sample) -> Iterator[str]:
    """Names of the slices of each region, one after the other; ``all`` for each."""
    for region in sample.reading.regions:
        yield EVERYTHING_IS
        yield from region.attributes.slices()
    for names in sample.named:
        yield from names

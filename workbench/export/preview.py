"""What publishing a dataset now would come to, for `saegim datasets plan`; nothing is written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from datastore.releases import ReadingKey, reading_keys
from stages.export.contents import Contents
from stages.export.counts import Counts
from stages.export.gates import Failure
from stages.export.source_uses import changed_terms
from workbench.bench import Workbench
from workbench.export.leaks import find_leaks
from workbench.export.plan import NextRelease, next_release, what_forbids
from workbench.export.promises import terms_of
from workbench.export.recipes import known_names, load_dataset
from workbench.export.samples import read_samples


@dataclass(frozen=True, slots=True)
class Preview:
    """What publishing now would come to.

    Attributes:
        release: what would be published.
        counts: of its samples.
        failures: what would stop it, but for pictures that do not decode: each is looked at when it is published.
        relabelled: samples of which the parent has another reading.
    """

    release: NextRelease
    counts: Counts
    failures: tuple[Failure, ...] = ()
    relabelled: int = 0

    @property
    def gone(self) -> int:
        """Samples of the parent that would not be in it any more."""
        parent = sum(self.release.parent.splits.values()) if self.release.parent else 0
        return parent - (len(self.release.plan.samples) - len(self.release.arrived))

    @property
    def nothing_new(self) -> bool:
        """Whether the release would be its parent again."""
        parent = self.release.parent
        other_terms = changed_terms(self.release.plan.samples, terms_of(parent)) if parent else []
        return self.release.same_recipe and not (
            self.relabelled or self.gone or self.release.arrived or self.release.regrouped or other_terms)


def plan_of(bench: Workbench, dataset: str) -> NextRelease:
    """What the next release of a dataset would hold.

    Args:
        bench: the systems.
        dataset: name of a file in recipes/datasets/.

    Raises:
        SettingError: there is no such recipe, or a line of it is wrong.
    """
    return next_release(bench, load_dataset(dataset, known_names(bench), bench.settings.datasets))


def preview(bench: Workbench, release: NextRelease, advance: Callable[[int], None]) -> Preview:
    """Looks through all samples of a release and asks the gates.

    Args:
        bench: the systems.
        release: what would be published.
        advance: told how many samples more were looked through.
    """
    contents = Contents(release.empty_counts())
    parent = release.parent
    relabelled = 0
    earlier = reading_keys(bench.objects, bench.settings.bucket_datasets, parent) if parent else {}
    for sample in read_samples(bench.ledger, bench.settings, release.plan.samples, release.named):
        contents.add(sample)
        reading = sample.reading
        known = earlier.get(reading.image_id)
        relabelled += known is not None and known != ReadingKey(reading.reader, reading.run, reading.revision)
        advance(1)
    leaks = find_leaks(bench, release.plan.samples, release.unchecked, release.bridges, sampled=0)
    failures = [*contents.failures, *what_forbids(bench.ledger, release, contents.counts, leaks)]
    return Preview(release, contents.counts, tuple(failures), relabelled)

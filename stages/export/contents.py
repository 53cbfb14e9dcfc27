"""What the samples of a release come to, added up one by one: counts, and readings that no release may hold."""

from __future__ import annotations

from dataclasses import dataclass, field

from schemas.sample import Sample
from stages.export import gates
from stages.export.counts import Counts
from stages.export.gates import Failure


@dataclass(frozen=True, slots=True)
class Contents:
    """What samples come to. It grows by ``add``.

    Attributes:
        counts: of the samples.
        failures: what their readings have that forbids to publish them, in the order of the samples.
    """

    counts: Counts = field(default_factory=Counts)
    failures: list[Failure] = field(default_factory=list)

    def add(self, sample: Sample) -> None:
        """Takes one sample in."""
        candidate = sample.planned.candidate
        self.failures.extend(gates.polygons(sample.reading))
        self.counts.add(sample.planned.split, candidate.campaign, sample.reading, candidate.agreement, sample.named,
                        candidate.source.source if candidate.source else "")

"""Doubted labels go to a third person; what is accepted stays accepted until he or she has decided."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from more_itertools import map_reduce

from datastore.ledger import Connection, readings, second_looks
from schemas.answers import SecondLook
from schemas.reading import Reading
from schemas.sources import is_source
from schemas.suspects import Suspect
from stages.label.doubts import doubted, standing
from workbench.bench import Workbench

NAMED = 5
"""So many images are named."""


@dataclass(slots=True)
class DoubtReport:
    """What became of suspects.

    Attributes:
        looks: second looks that are wanted now, in the order of the suspects.
        regions: doubted regions in them.
        looked_at: ids of images that have a second look already, decided or not: what one person decided is not asked twice.
        mended: suspects whose label is another one by now, or whose image is accepted no more.
        of_sources: ids of images whose doubted labels are a public data set's: no config says how to label them here.
    """

    looks: list[SecondLook] = field(default_factory=list)
    regions: int = 0
    looked_at: list[str] = field(default_factory=list)
    mended: int = 0
    of_sources: list[str] = field(default_factory=list)

    def lines(self, *, dry_run: bool) -> list[str]:
        """The same in sentences."""
        would = "would go" if dry_run else "go"
        said = [f"{len(self.looks)} images with {self.regions} doubted regions {would} to a second look"
                + ("." if dry_run or not self.looks else "; the next run of label or collect pushes them: saegim run label")]
        if self.looked_at:
            said.append(f"{len(self.looked_at)} images have a second look already, which decides: "
                        f"{', '.join(name[:12] for name in self.looked_at[:NAMED])}{' …' * (len(self.looked_at) > NAMED)}")
        if self.of_sources:
            said.append(f"{len(self.of_sources)} images have labels of public data sets, which nobody here labels: "
                        f"{', '.join(name[:12] for name in self.of_sources[:NAMED])}{' …' * (len(self.of_sources) > NAMED)}")
        if self.mended:
            said.append(f"{self.mended} labels are others by now, or their images are accepted no more.")
        return said


def doubt(bench: Workbench, suspects: Sequence[Suspect], *, dry_run: bool = False) -> DoubtReport:
    """Asks for a second look at images with doubted labels; the next run of label or collect pushes the tasks.

    The second look opens on the accepted reading, and says for each doubted region what the label and the model say. A label
    changes only where the third person changes it, and reaches engineers with the next release. Asked again, nothing is new.

    Args:
        bench: the systems.
        suspects: the likeliest first.
        dry_run: change nothing.
    """
    by_image = map_reduce(suspects, lambda item: item.image_id)
    report = DoubtReport()
    with bench.ledger.write() as connection:
        accepted = readings.accepted_everywhere(connection, list(by_image))
        known = readings.readings_by_id(connection, (name for names in accepted.values() for name in names.values()))
        for image_id, of_image in by_image.items():
            of_configs = {config: known[name] for config, name in accepted.get(image_id, {}).items()}
            _doubt_image(connection, of_image, of_configs, report)
        if not dry_run:
            for look in report.looks:
                second_looks.want_second_look(connection, look)
    return report


def _doubt_image(connection: Connection, suspects: Sequence[Suspect], accepted: dict[str, Reading], report: DoubtReport) -> None:
    """Adds the second look at one image to the report, or why there is none.

    Args:
        connection: a transaction.
        suspects: of this image.
        accepted: its accepted readings by annotation config; of several the first that still has a suspected label is doubted.
        report: what became of all.
    """
    for config, reading in accepted.items():
        still = standing(suspects, reading)
        if not still:
            continue
        report.mended += len(suspects) - len(still)
        if is_source(config):
            report.of_sources.append(reading.image_id)
            return
        if second_looks.second_looks_at(connection, config, [reading.image_id]):
            report.looked_at.append(reading.image_id)
        else:
            reason = doubted(still, reading)
            report.looks.append(SecondLook(reading.image_id, config, reason, (reading.reading_id,), doubted=True))
            report.regions += len(still)
        return
    report.mended += len(suspects)

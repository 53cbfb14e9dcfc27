"""What the screen marks, and how often rightly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from schemas.answers import CheckedPrelabel
from schemas.reader import Reader
from stages.label.calibration import Calibration, calibrate, judged_lines
from stages.label.ratios import Ratio


@dataclass(frozen=True, slots=True)
class Marking:
    """Marks on one model's pre-labels in one annotation config.

    Attributes:
        annotation_config: its name.
        model: the reader.
        judged: lines with an accepted reading, the newest ones, that the marks are worked out from.
        calibration: of today, which the next tasks get; None while too few lines are judged.
        right: lines that are right, of those judged lines that today's marks leave out; of nothing without a calibration.
        marked: lines that the screen marked, of those judged ones that were shown with marks.
        rightly: of those marked lines, the ones that people changed.
        missed: of the lines beside them that were not marked, the ones that people changed.
    """

    annotation_config: str
    model: Reader
    judged: int
    calibration: Calibration | None
    right: Ratio
    marked: Ratio
    rightly: Ratio
    missed: Ratio

    @property
    def name(self) -> str:
        """Of the model, as people read it."""
        return self.model.name


def sum_marking(annotation_config: str, model: Reader, checked: Sequence[CheckedPrelabel], sure: float) -> Marking:
    """What was marked, beside what people changed.

    Args:
        annotation_config: its name.
        model: the reader.
        checked: readings of one of its runs beside the accepted ones.
        sure: the share of unmarked lines that should be right.
    """
    judged = [(line, item.marked) for item in checked for line in judged_lines(item)]
    calibration = calibrate([line for line, _ in judged], sure)
    above = [line.right for line, _ in judged if calibration and line.score >= calibration.marked_under]
    marked = [line.right for line, marks in judged if marks is not None and line.region_id in marks]
    rest = [line.right for line, marks in judged if marks is not None and line.region_id not in marks]
    return Marking(annotation_config, model, len(judged), calibration,
                   right=Ratio(sum(above), len(above)),
                   marked=Ratio(len(marked), len(marked) + len(rest)),
                   rightly=Ratio(len(marked) - sum(marked), len(marked)),
                   missed=Ratio(len(rest) - sum(rest), len(rest)))

"""Whether pre-labels make people faster, and whether they lead them astray."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from schemas.config_version import ConfigVersion
from schemas.labelling import AgreementKind, CountedAgreement, Work
from stages.label.ratios import Gap, gap
from stages.label.scores import FEW, Score, score
from stages.label.work_time import WorkTime, sum_time


@dataclass(frozen=True, slots=True)
class Arm:
    """Tasks with a pre-label, or those without.

    Attributes:
        tasks: answered ones.
        time: theirs.
        pairs: with a pre-label: both people saw one. Without: at least one of them did not.
        gold: of people who saw a pre-label, or did not.
    """

    tasks: int
    time: WorkTime
    pairs: Score
    gold: Score


@dataclass(frozen=True, slots=True)
class Anchoring:
    """Tasks with a pre-label beside those without, in one annotation config."""

    annotation_config: ConfigVersion
    prelabelled: Arm
    without: Arm

    @property
    def few(self) -> bool:
        """Whether either arm has too few tasks to compare."""
        return min(self.prelabelled.tasks, self.without.tasks) < FEW

    @property
    def faster(self) -> float | None:
        """Seconds a region with a pre-label, over those without, less one; negative where pre-labels save time."""
        shown = self.prelabelled.time.seconds_a_region
        without = self.without.time.seconds_a_region
        return shown / without - 1 if shown is not None and without else None

    @property
    def pairs(self) -> Gap | None:
        """How much more often pairs agree where both saw a pre-label."""
        return gap(self.prelabelled.pairs.agreed, self.without.pairs.agreed)

    @property
    def gold(self) -> Gap | None:
        """How much more often gold is right with a pre-label."""
        return gap(self.prelabelled.gold.agreed, self.without.gold.agreed)


def compare_arms(name: ConfigVersion, work: Sequence[Work], compared: Sequence[CountedAgreement]) -> Anchoring:
    """Puts the tasks of an annotation config that showed a pre-label beside those that did not.

    Args:
        name: of the config.
        work: tasks of sides A and B, of any config.
        compared: agreements, of any config.
    """
    mine = [item for item in work if item.annotation_config == name]
    ours = [item for item in compared if item.annotation_config == name]
    return Anchoring(name, _arm(mine, ours, prelabelled=True), _arm(mine, ours, prelabelled=False))


def _arm(work: Sequence[Work], compared: Sequence[CountedAgreement], *, prelabelled: bool) -> Arm:
    mine = [item for item in work if item.effort and (item.effort.model is not None) is prelabelled]
    pairs = (item for item in compared if (item.one_prelabelled and item.other_prelabelled) is prelabelled)
    gold = (item for item in compared if item.other_prelabelled is prelabelled)
    return Arm(len(mine), sum_time(mine), score(pairs, AgreementKind.PAIR), score(gold, AgreementKind.GOLD))

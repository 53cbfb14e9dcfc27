"""What people read: is it sound, which of it is accepted, who decides where two differ, and where regions came from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import shapely

from schemas.ids import digest
from schemas.labelling import Agreement, Side
from schemas.labelling import Kind as Comparing
from schemas.reading import Kind, Reading
from schemas.recipes.annotation_config import Thresholds
from schemas.text import normalise
from stages.collect.agreement import agreed, agreement, differences, sentence
from stages.collect.merge import merge

SAME = 0.5
"""IoU from which a redrawn region stands for the one that vanished."""
SKIPPED = ("한 사람은 읽고 한 사람은 건너뛰었습니다.\nOne person read it, another one skipped it.")


@dataclass(frozen=True, slots=True)
class Given:
    """What one person answered on one side, newest state.

    ``reading`` is None where the person skipped, or where the answer cannot be read (then ``problem`` says why).
    """

    side: Side
    reader: str
    revision: int
    reading: Reading | None
    problem: str | None = None
    skipped: bool = False

    @property
    def sound(self) -> Reading | None:
        """The reading, where nothing is wrong with it."""
        return self.reading if not self.problem else None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two readings that were held against each other, and whether they agree."""

    kind: Comparing
    one: Reading
    other: Reading
    figures: Agreement
    agreed: bool


@dataclass(frozen=True, slots=True)
class Verdict:
    """What follows from all that people answered about one image.

    Attributes:
        accepted: the reading that a release may take.
        reason: why a third person has to decide; None where nobody has to.
        to_choose: the readings that he or she chooses from.
        comparisons: what was compared on the way.
        same_person: one person answered on both sides; that is no pair.
    """

    accepted: Reading | None = None
    reason: str | None = None
    to_choose: tuple[Reading, ...] = ()
    comparisons: tuple[Comparison, ...] = ()
    same_person: bool = False

    @property
    def merged(self) -> bool:
        """Whether the accepted reading is none that somebody gave."""
        return self.accepted is not None and self.accepted.reader.startswith("merged:")


def problems(reading: Reading) -> list[str]:
    """What keeps a reading from being accepted; nothing where it is sound."""
    found = []
    for region in reading.regions:
        attributes = region.attributes
        if attributes.kind is Kind.TEXT and attributes.legible and not normalise(region.text):
            found.append(f"region {region.region_id} has no text: type it, or mark it illegible")
    ids = [region.region_id for region in reading.regions]
    found += [f"region id {item} occurs twice" for item in sorted({item for item in ids if ids.count(item) > 1})]
    return found


def review(given: Sequence[Given], *, gold: bool, two: bool, limits: Thresholds, shown: Reading | None = None) -> Verdict:
    """Decides about one image.

    - A sound answer of the second look is accepted, whatever else there is.
    - Gold: only its second look is ever accepted; it is the truth that the others are measured with.
    - An image that two people label waits for both. Two readings by one person are no pair: they count as one answer.
      Where they agree they are merged, else a third person decides.
    - Any other image: the newest sound answer is accepted. Where the newest one is not sound, a third person decides.

    Args:
        given: the newest state of each annotation that stands.
        gold: the image is gold.
        two: two people label it.
        limits: thresholds of the annotation config.
        shown: the pre-label, for merging.
    """
    look = _newest(item for item in given if item.side is Side.SECOND_LOOK and item.sound)
    truth = look.sound if look else None
    sides = {side: sorted((item for item in given if item.side is side), key=_age) for side in (Side.A, Side.B)}
    if gold:
        measured = (_newest(item for item in answers if item.sound and look and item.reader != look.reader)
                    for answers in sides.values())
        return Verdict(truth, comparisons=tuple(
            _comparison(Comparing.GOLD, truth, item.sound, limits) for item in measured if item and item.sound and truth))
    pair = _pair(sides[Side.A], sides[Side.B])
    same_person = bool(sides[Side.A] and sides[Side.B] and not pair)
    comparisons = tuple(_comparison(Comparing.PAIR, one.sound, other.sound, limits) for one, other in ([pair] if pair else [])
                        if one.sound and other.sound)
    if truth:
        return Verdict(truth, comparisons=comparisons, same_person=same_person)
    if pair:
        return _of_pair(pair, comparisons, limits, shown)
    newest = _newest(item for items in sides.values() for item in items if not item.skipped)
    if newest is None or (two and not same_person):
        return Verdict(same_person=same_person)
    if newest.sound:
        return Verdict(newest.sound, same_person=same_person)
    return Verdict(reason=_checked(newest.problem), to_choose=(newest.reading,) if newest.reading else (),
                   same_person=same_person)


def with_origins(reading: Reading, shown: Sequence[Reading]) -> Reading:
    """Notes for each new region which vanished region of the screen it was redrawn from, by overlap (design D2).

    Args:
        reading: what a person submitted.
        shown: the readings that the person saw.
    """
    kept = {region.region_id for region in reading.regions}
    before = {region.region_id: shapely.Polygon(region.polygon) for seen in reversed(shown) for region in seen.regions}
    gone = {name: shape for name, shape in before.items() if name not in kept}
    regions = []
    for region in reading.regions:
        if region.region_id not in before and gone:
            shape = shapely.Polygon(region.polygon)
            overlaps = {name: shape.intersection(other).area / shape.union(other).area for name, other in gone.items()}
            best = max(overlaps, key=lambda name: (overlaps[name], name))
            if overlaps[best] >= SAME:
                del gone[best]
                regions.append(replace(region, replaces=best))
                continue
        regions.append(region)
    return replace(reading, regions=tuple(regions))


def _of_pair(pair: tuple[Given, Given], comparisons: tuple[Comparison, ...], limits: Thresholds,
             shown: Reading | None) -> Verdict:
    readings = tuple(item.reading for item in pair if item.reading)
    wrong = "\n".join(_checked(item.problem) for item in pair if item.problem)
    if wrong:
        return Verdict(reason=wrong, to_choose=readings)
    if any(item.skipped for item in pair):
        return Verdict(reason=SKIPPED, to_choose=readings) if readings else Verdict()
    [compared] = comparisons
    if compared.agreed:
        both = (compared.one, compared.other)
        name = digest("pair", *(f"{item.reader} {item.run} {item.revision}" for item in both), length=10)
        return Verdict(merge(*both, shown, reader=f"merged:{name}", run=compared.one.run,
                             revision=max(item.revision for item in both)), comparisons=comparisons)
    reason = sentence(differences(compared.one, compared.other), compared.figures, limits)
    return Verdict(reason=reason, to_choose=(compared.one, compared.other), comparisons=comparisons)


def _pair(ones: Sequence[Given], others: Sequence[Given]) -> tuple[Given, Given] | None:
    """The newest answers of either side that two different people gave."""
    pairs = [(one, other) for one in ones for other in others if one.reader != other.reader]
    return max(pairs, key=lambda pair: (_age(pair[0]), _age(pair[1])), default=None)


def _comparison(kind: Comparing, one: Reading | None, other: Reading | None, limits: Thresholds) -> Comparison:
    if one is None or other is None:
        raise ValueError("only readings can be compared")
    figures = agreement(one, other)
    return Comparison(kind, one, other, figures, agreed(figures, limits))


def _newest(given: Iterable[Given]) -> Given | None:
    return max(given, key=_age, default=None)


def _age(item: Given) -> tuple[int, str]:
    return item.revision, item.reader


def _checked(problem: str | None) -> str:
    return f"검사에 걸렸습니다 · a check found: {problem}"

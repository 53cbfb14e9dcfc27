"""What follows from all that people answered about one image: which reading is accepted, and who decides where two differ."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from schemas.answers import READINGS_TO_CHOOSE, AgreementRow, Answer, SecondLook
from schemas.config_version import ConfigVersion
from schemas.ids import digest
from schemas.labelling import AgreementKind, Side
from schemas.reader import Reader, ReaderKind
from schemas.reading import Reading
from schemas.recipes.annotation_config import Thresholds
from stages.collect.agreement import agreed, agreement
from stages.collect.merge import merge
from stages.collect.reasons import SKIPPED, checked, sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What is known of an image that is decided about.

    Attributes:
        image_id: the image.
        config: the annotation config's version today.
        answers: the newest state of each annotation that stands.
        shown: the pre-label, for merging; None where the ledger has none.
        gold: the image is gold.
        on_side_b: it has a task on side B.
        drawn: it is in the share of images that two people label.
        before: id of its accepted reading; None where it has none.
    """

    image_id: str
    config: ConfigVersion
    answers: tuple[Answer, ...] = ()
    shown: Reading | None = None
    gold: bool = False
    on_side_b: bool = False
    drawn: bool = False
    before: str | None = None

    @property
    def for_two(self) -> bool:
        """Whether two people label it. One that one person's reading was accepted of is not drawn afterwards."""
        return self.on_side_b or (self.drawn and self.before is None)

    @property
    def run(self) -> ConfigVersion:
        """The newest version of the annotation config that it was answered under."""
        return max((item.run for item in self.answers), default=self.config, key=lambda run: run.version)


@dataclass(frozen=True, slots=True)
class Ruling:
    """What follows from all that people answered about one image.

    Attributes:
        accepted: the reading that a release may take.
        second_look: what a third person decides; None where nobody has to.
        agreements: what was compared on the way.
        same_person: one person answered on both sides; that is no pair.
    """

    accepted: Reading | None = None
    second_look: SecondLook | None = None
    agreements: tuple[AgreementRow, ...] = ()
    same_person: bool = False

    @property
    def merged(self) -> bool:
        """Whether the accepted reading was made of two, and is in no annotation."""
        return self.accepted is not None and Reader(self.accepted.reader).kind is ReaderKind.MERGED


def review(case: Case, limits: Thresholds) -> Ruling:
    """Decides about one image.

    - A sound answer of the second look is accepted, whatever else there is.
    - Gold: only its second look is ever accepted; it is the truth that the others are measured with.
    - An image that two people label waits for both. Two readings by one person are no pair: they count as one answer.
      Where they agree they are merged, else a third person decides.
    - Any other image: the newest sound answer is accepted. Where the newest one is not sound, a third person decides.

    A second look opens on the reading with the fault that a check found. Where two people differ, nobody knows whose fault it is:
    it opens on the reading with more regions, for one too many goes by one key and a missing one has to be drawn; on side A's
    where both have as many.

    Args:
        case: the image.
        limits: thresholds of the annotation config.
    """
    look = _newest(item for item in case.answers if item.side is Side.SECOND_LOOK and item.sound)
    on_a = _of_side(case, Side.A)
    on_b = _of_side(case, Side.B)
    if case.gold:
        return _of_gold(case, look, (on_a, on_b), limits)
    pair = _pair(on_a, on_b)
    same_person = bool(on_a and on_b and not pair)
    compared = _compared(case, AgreementKind.PAIR, pair.one.sound, pair.other.sound, limits) if pair else ()
    if look:
        return Ruling(look.sound, agreements=compared, same_person=same_person)
    if pair:
        return _of_pair(case, pair, compared, limits)
    newest = _newest(item for item in (*on_a, *on_b) if not item.skipped)
    if newest is None or (case.for_two and not same_person):
        return Ruling(same_person=same_person)
    if newest.sound:
        return Ruling(newest.sound, same_person=same_person)
    wanted = _second_look(case, checked(newest, case.shown), [newest.reading] if newest.reading else [])
    return Ruling(second_look=wanted, same_person=same_person)


@dataclass(frozen=True, slots=True)
class _Pair:
    """Answers of side A and side B by two different people."""

    one: Answer
    other: Answer

    @property
    def both(self) -> tuple[Answer, Answer]:
        return self.one, self.other


def _of_gold(case: Case, look: Answer | None, sides: Iterable[Sequence[Answer]], limits: Thresholds) -> Ruling:
    if look is None:
        return Ruling()
    measured = [_newest(item for item in answers if item.sound and item.reader != look.reader) for answers in sides]
    return Ruling(look.sound, agreements=tuple(
        row for item in measured if item for row in _compared(case, AgreementKind.GOLD, look.sound, item.sound, limits)))


def _of_pair(case: Case, pair: _Pair, compared: tuple[AgreementRow, ...], limits: Thresholds) -> Ruling:
    if any(item.problem for item in pair.both):
        return Ruling(second_look=_of_checked(case, pair))
    readings = [item.reading for item in pair.both if item.reading]
    if len(readings) < 2:  # one of them skipped it, or both did
        return Ruling(second_look=_second_look(case, SKIPPED, readings) if readings else None)
    [row] = compared
    one, other = readings
    if row.agreed:
        return Ruling(_merged(case, pair, one, other), agreements=compared)
    first, second = sorted(readings, key=lambda reading: -len(reading.regions))
    reason = sentence(first, second, row.figures, limits)
    return Ruling(second_look=_second_look(case, reason, (first, second)), agreements=compared)


def _of_checked(case: Case, pair: _Pair) -> SecondLook:
    """A second look at two answers of which a check found a problem in one, or in both: it opens on one with a problem."""
    items = sorted(pair.both, key=lambda item: not item.problem)
    readings = [item.reading for item in items if item.reading]
    names = dict(zip((reading.reading_id for reading in readings), READINGS_TO_CHOOSE, strict=False)) if len(readings) > 1 else {}
    wrong = [checked(item, case.shown, names.get(item.reading.reading_id, "")) if item.reading
             else checked(item, readings[0] if readings else case.shown) for item in items if item.problem]
    return _second_look(case, "\n".join(wrong), readings)


def _merged(case: Case, pair: _Pair, one: Reading, other: Reading) -> Reading:
    name = digest("pair", *(f"{item.reader} {item.run} {item.revision}" for item in (one, other)), length=10)
    return merge(one, other, case.shown, reader=Reader.merged(name), run=one.run,
                 revision=max(item.revision for item in pair.both))


def _compared(case: Case, kind: AgreementKind, one: Reading | None, other: Reading | None,
              limits: Thresholds) -> tuple[AgreementRow, ...]:
    """One row, or none where there are no two sound readings."""
    if one is None or other is None:
        return ()
    figures = agreement(one, other)
    return (AgreementRow(kind, case.run, case.image_id, one.reading_id, other.reading_id, figures, agreed(figures, limits)),)


def _second_look(case: Case, reason: str, to_choose: Sequence[Reading]) -> SecondLook:
    """Shows the readings to choose from, the first of which opens; where there is none, what the first answer was shown first."""
    shown = tuple(reading.reading_id for reading in to_choose) or next(
        (item.shown[:1] for item in case.answers if item.shown), ())
    return SecondLook(case.image_id, case.config.name, reason, shown)


def _of_side(case: Case, side: Side) -> list[Answer]:
    return sorted((item for item in case.answers if item.side is side), key=_age)


def _pair(ones: Sequence[Answer], others: Sequence[Answer]) -> _Pair | None:
    """The newest answers of either side that two different people gave."""
    pairs = [_Pair(one, other) for one in ones for other in others if one.reader != other.reader]
    return max(pairs, key=lambda pair: (_age(pair.one), _age(pair.other)), default=None)


def _newest(given: Iterable[Answer]) -> Answer | None:
    return max(given, key=_age, default=None)


def _age(item: Answer) -> tuple[int, str]:
    return item.revision, item.reader

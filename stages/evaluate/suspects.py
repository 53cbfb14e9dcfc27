"""Labels of a release that are perhaps wrong, ranked by what one model's reading, or two models', says against them.

Two explanations of each difference are weighed. Either the label is right and the model made a slip: then slips of this kind
are usual for it (``stages.evaluate.habits``), more so where it says that it is not sure, where the image or the rest of the
line went badly, and what it read is seldom a text that occurs elsewhere. Or the label is wrong: then one act of a person
explains the difference (a letter mistyped, two swapped, another line's text), and what the model read looks like other labels.
The logarithms of both are subtracted (naive Bayes); what a second model reads counts by how often the two make the same slip.

Whether capitals and spaces count at all is learnt: where the model and the labels differ in them as a rule, they do not.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from rapidfuzz.distance import Indel

from schemas.outcomes import Fate
from schemas.reading import Kind
from schemas.suspects import Suspect, Suspicion
from stages.evaluate.conventions import conventions_of
from stages.evaluate.familiar import Familiar
from stages.evaluate.habits import MOST, USUAL, Habits, Proneness, SharedText, proneness
from stages.evaluate.lone_regions import Place, Row, suspects_among_lone_regions
from stages.evaluate.second_opinion import SecondOpinion
from stages.evaluate.slips import Slip, SlipKind, by_one_act, slips_between

COLUMNS = ["image_id", "region_id", "outcome", "kind", "language", "truth", "read", "score"]
"""What is judged, of a table of outcomes."""
LIKELY = 0.5
"""From this chance on a label is counted among the suspected ones."""
LEAST = 0.01
"""What is less likely is not listed."""
SLIPS = {SlipKind.LETTER: 0.03 / 8, SlipKind.SWAP: 0.01, SlipKind.RUN: 0.001}
"""How many labels have one slip of a person; a wrong letter is one of eight that look like the right one or lie beside it."""
ANOTHER_TEXT = 0.01
"""How many labels are another text altogether."""
NOTHING_IN_COMMON = 0.2
"""Under this similarity a model that errs has read something else than what stands there."""
UNLIKE = 20.0
"""So many times seldomer a model's reading has nothing in common with what stands there than less than half."""
USUAL_TEXT = (3.0, 1.0)
"""So far, down and up, it counts how usual a text is that was read in place of another one."""
JUDGED = 1_000
"""So many texts tell how usual a text is."""
NEIGHBOURS = 50.0
"""So much more often such a text is that of another region of the image than any other text."""
FAMILIAR = 0.7
"""What a language model says counts for less than all: labels repeat each other less than it believes."""
MOST_FAMILIAR = 6.0
"""And never for more than this, up or down."""
FAR_BELOW = math.log(LEAST / (1 - LEAST)) - MOST_FAMILIAR
"""Odds under which it makes nothing a suspect."""
LINE = 1.0
"""What is expected of a region counts as much as so many slips in the rest of its own text."""
PRONE = (0.05, 30.0)
"""So many times fewer, and more, slips than usual are believed of a region."""


def suspects(outcomes: pa.Table, other: pa.Table | None = None) -> tuple[Suspect, ...]:
    """Regions whose label is perhaps wrong, the likeliest first.

    Args:
        outcomes: of one model on a release; see ``schemas.outcomes.REGION_OUTCOMES``.
        other: of a second model on the same release.

    Returns:
        All that are wrong with a chance of ``LEAST`` or more; from ``LIKELY`` on they count as suspected.
    """
    rows = outcomes.select(COLUMNS).to_pylist()
    theirs = None if other is None else other.select(COLUMNS).to_pylist()
    found = [*_of_texts(rows, theirs), *suspects_among_lone_regions(rows, theirs)]
    return tuple(sorted((item for item in found if item.chance >= LEAST),
                        key=lambda item: (-item.chance, item.image_id, item.region_id)))


def without_suspects(outcomes: pa.Table, found: Iterable[Suspect]) -> pa.Table:
    """The rows of a table of outcomes whose labels are not suspected (``LIKELY``)."""
    doubted = {(item.image_id, item.region_id) for item in found if item.chance >= LIKELY}
    names = zip(outcomes["image_id"].to_pylist(), outcomes["region_id"].to_pylist(), strict=True)
    return outcomes.filter(pa.array([name not in doubted for name in names], pa.bool_()))


@dataclass(frozen=True, slots=True)
class _Weighed:
    """What speaks for a wrong label, as the logarithm of its odds."""

    odds: float
    why: Suspicion = Suspicion.DIFFERS

    @property
    def chance(self) -> float:
        return 1 / (1 + math.exp(-max(-50.0, min(50.0, self.odds))))


@dataclass(frozen=True, slots=True)
class _Known:
    """What judging one region needs of all others."""

    habits: Habits
    prone: Proneness
    familiar: Familiar
    usual_reading: float
    second: SecondOpinion
    reads: Mapping[str, Sequence[SharedText]]


def _of_texts(rows: Sequence[Row], theirs: Sequence[Row] | None) -> list[Suspect]:
    """Regions that label and model share, and whose texts differ."""
    shared = [number for number, row in enumerate(rows) if row["outcome"] == Fate.MATCHED
              and row["kind"] != Kind.CHECKBOX and row["truth"] and row["read"]]
    others = _reads(theirs or ())
    pairs = _pairs(rows, shared, others)
    if not pairs:
        return []
    habits = Habits(pairs)
    reads: dict[str, list[SharedText]] = defaultdict(list)
    for pair in pairs:
        reads[pair.image].append(pair)
    familiar = Familiar([pair.truth for pair in pairs])
    known = _Known(habits, proneness(pairs, habits), familiar, _usual_reading(familiar, pairs), SecondOpinion(pairs, habits),
                   reads)
    found = []
    for number, pair in enumerate(pairs):
        if pair.slips:
            weighed = _weigh(pair, number, known)
            row = rows[pair.row]
            read = others.get((pair.image, row["region_id"]))
            found.append(Suspect(pair.image, row["region_id"], row["truth"], row["read"], read, row["score"], weighed.why,
                                 weighed.chance))
    return found


def _usual_reading(familiar: Familiar, pairs: Sequence[SharedText]) -> float:
    """How usual the texts are that the model reads: their median, of some evenly spread ones."""
    return float(np.median([familiar.usual(pair.read) for pair in pairs[::-(-len(pairs) // JUDGED)]]))


def _pairs(rows: Sequence[Row], shared: Sequence[int], others: Mapping[Place, str]) -> list[SharedText]:
    """The shared regions in the form in which they are compared."""
    form = conventions_of([rows[number]["truth"] for number in shared], [rows[number]["read"] for number in shared])
    found = []
    for number in shared:
        row = rows[number]
        truth = form.applied(row["truth"])
        read = form.applied(row["read"])
        other = others.get((row["image_id"], row["region_id"]))
        score = math.nan if row["score"] is None else row["score"]
        if truth:
            found.append(SharedText(number, row["image_id"], row["language"], truth, read, score,
                                    tuple(slips_between(truth, read)), None if other is None else form.applied(other)))
    return found


def _weigh(pair: SharedText, number: int, known: _Known) -> _Weighed:
    if pair.is_another_text:
        weighed = _weigh_text(pair, number, known)
    else:
        weighed = max((_weigh_slip(pair, slip, number, known) for slip in pair.slips), key=lambda item: item.odds)
    return _with_neighbours(pair, weighed, known.reads[pair.image])


def _weigh_slip(pair: SharedText, slip: Slip, number: int, known: _Known) -> _Weighed:
    """What speaks for one slip of a person, whatever else in the text the model got wrong."""
    rate = known.habits.rate(slip, pair.slips)
    prone = known.prone
    rest = prone.found[number] - (rate < USUAL)
    line = (max(0.0, rest) + LINE) / (prone.expected[number] * prone.image[number] + LINE)
    by_model = math.log(min(MOST, rate * _prone(prone, number) * line))
    by_person = math.log(SLIPS[slip.kind] * by_one_act(slip) / len(pair.truth))
    second = known.second.of_slip(pair, slip)
    odds = by_person - by_model + second
    if odds > FAR_BELOW:
        gain = known.familiar.gain(pair.truth, slip.applied(pair.truth), slip.place, (len(slip.truth), len(slip.read)))
        odds += max(-MOST_FAMILIAR, min(MOST_FAMILIAR, FAMILIAR * gain))
    return _Weighed(odds, Suspicion.TWO_AGREE if second > 0 else Suspicion.DIFFERS)


def _weigh_text(pair: SharedText, number: int, known: _Known) -> _Weighed:
    """What speaks for a label that is another text."""
    by_model = math.log(min(MOST, known.habits.unlike * _prone(known.prone, number)))
    second = known.second.of_text(pair)
    odds = math.log(ANOTHER_TEXT) - by_model + second
    if Indel.normalized_similarity(pair.truth, pair.read) < NOTHING_IN_COMMON:
        odds += math.log(UNLIKE)
    odds += max(-USUAL_TEXT[0], min(USUAL_TEXT[1], known.familiar.usual(pair.read) - known.usual_reading))
    return _Weighed(odds, Suspicion.TWO_AGREE if second > 0 else Suspicion.DIFFERS)


def _prone(prone: Proneness, number: int) -> float:
    """How many times more slips than usual a region has, by score and image."""
    times = float(prone.expected[number] / prone.usual[number] * prone.image[number])
    return max(PRONE[0], min(PRONE[1], times))


def _with_neighbours(pair: SharedText, weighed: _Weighed, around: Sequence[SharedText]) -> _Weighed:
    """More speaks against a label that says what was read elsewhere on the image, and not here."""
    mine = Indel.normalized_similarity(pair.truth, pair.read)
    if mine > 0.6 or len(pair.truth) < 3:
        return weighed
    best = max((Indel.normalized_similarity(pair.truth, item.read, score_cutoff=0.8) for item in around if item is not pair),
               default=0.0)
    return _Weighed(weighed.odds + math.log(NEIGHBOURS), Suspicion.NEIGHBOUR) if best >= 0.8 else weighed


def _reads(rows: Sequence[Row]) -> dict[Place, str]:
    """What a model read in each region of a release that it found."""
    return {(row["image_id"], row["region_id"]): row["read"] for row in rows if row["outcome"] == Fate.MATCHED and row["read"]}

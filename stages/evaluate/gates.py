"""Gates on a model: what an evaluation, and its comparison with an earlier one, have to hold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from schemas.comparison import GateResult, SliceChange
from schemas.errors import SettingError
from schemas.evaluation import EVERYTHING, Evaluation, SliceFigures, SliceName
from schemas.recipes.gates import EVERY, ModelGate, ModelGates
from stages.evaluate.formulas import FORMULAS, Level

ALL = "all"


def ask_gates(gates: ModelGates, after: Evaluation, changes: Sequence[SliceChange] | None,
              before: Evaluation | None = None) -> list[GateResult]:
    """What each gate says of each slice that it is about, at least one thing each.

    A change stops a model where the figure is worse by more than ``worse_by`` and the 95 % interval of the change does not hold
    0: a slice of a few regions that is worse by chance stops nobody.

    Args:
        gates: of the engine team.
        after: evaluation of the new model.
        changes: since the earlier one, of the figures that the gates name; None where there is no earlier one.
        before: the earlier one. A slice that was large enough to tell there is asked about, however it looks now.

    Raises:
        SettingError: a gate names a figure or slice that there is not, or asks for a change without an earlier evaluation.
    """
    known = {item.slice.name for each in (after, before) if each for item in each.slices if item.slice.name}
    large = {item.slice for each in (after, before) if each for item in each.slices if item.regions_needed is None}
    found: list[GateResult] = []
    for gate in gates.gates:
        if gate.figure not in FORMULAS:
            raise SettingError(f"there is no figure {gate.figure!r}; there are: {', '.join(FORMULAS)}")
        if gate.slice not in (EVERY, ALL, *known):
            raise SettingError(f"there is no slice {gate.slice!r} in this evaluation; there are: "
                               f"{', '.join([EVERY, ALL, *sorted(known)])}")
        if gate.worse_by is not None and changes is None:
            raise SettingError("worse_by compares two evaluations: saegim evaluate compare BEFORE AFTER --gates FILE")
        found += _of_gate(gate, after, changes or (), large)
    return found


def _of_gate(gate: ModelGate, after: Evaluation, changes: Sequence[SliceChange], large: set[SliceName]) -> Iterator[GateResult]:
    slices = [item for item in after.slices if _is_about(gate, item.slice, large)]
    said = [*_bounds(gate, slices), *_changes(gate, [item for item in changes if _is_about(gate, item.slice, large)])]
    yield from said
    if not said:
        asked = " and ".join(filter(None, (_bounds_asked(gate), _change_asked(gate))))
        yield GateResult(EVERYTHING, gate.figure, f"{gate.slice}: {asked}", None, False,
                         "no slice that it is about has this figure")


def _is_about(gate: ModelGate, name: SliceName, large: set[SliceName]) -> bool:
    if gate.slice == EVERY:
        return name in large
    return name == EVERYTHING if gate.slice == ALL else name.name == gate.slice


def _bounds_asked(gate: ModelGate) -> str:
    return " and ".join(f"{word} {bound:g}" for word, bound in (("at least", gate.least), ("at most", gate.most))
                        if bound is not None)


def _change_asked(gate: ModelGate) -> str:
    return "" if gate.worse_by is None else f"worse by at most {gate.worse_by:g}"


def _bounds(gate: ModelGate, slices: Sequence[SliceFigures]) -> Iterator[GateResult]:
    asked = _bounds_asked(gate)
    for item in slices if asked else ():
        figure = item.figure(gate.figure)
        if figure is None or figure.value is None:
            if gate.slice != EVERY or FORMULAS[gate.figure].level is Level.REGION:
                yield GateResult(item.slice, gate.figure, asked, None, False, "there is no such figure: nothing was found there")
            continue
        passed = (gate.least is None or figure.value >= gate.least) and (gate.most is None or figure.value <= gate.most)
        yield GateResult(item.slice, gate.figure, asked, figure.value, passed)


def _changes(gate: ModelGate, changes: Sequence[SliceChange]) -> Iterator[GateResult]:
    if gate.worse_by is None:
        return
    asked = _change_asked(gate)
    for item in changes:
        if item.figure != gate.figure:
            continue
        if item.change is None:
            yield GateResult(item.slice, gate.figure, asked, None, False, "the new model finds nothing there")
            continue
        higher = FORMULAS[gate.figure].higher_is_better
        worse = -item.change if higher else item.change
        sure = item.low is not None and item.high is not None and (item.high < 0 if higher else item.low > 0)
        why = "" if sure or worse <= gate.worse_by else "may be chance: the interval of the change holds 0"
        yield GateResult(item.slice, gate.figure, asked, item.change, not (worse > gate.worse_by and sure), why)

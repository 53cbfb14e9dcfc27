"""Gates on a model: what an evaluation, and its comparison with an earlier one, have to hold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from schemas.comparison import GateResult, SliceChange
from schemas.errors import SettingError
from schemas.evaluation import EVERYTHING, Evaluation, SliceFigures, SliceName
from schemas.recipes.gates import EVERY, ModelGate, ModelGates
from stages.evaluate.formulas import FORMULAS

ALL = "all"


def ask_gates(gates: ModelGates, after: Evaluation, changes: Sequence[SliceChange] | None) -> list[GateResult]:
    """What each gate says of each slice that it is about.

    A change stops a model where the figure is worse by more than ``worse_by`` and the 95 % interval of the change does not hold
    0: a slice of a few regions that is worse by chance stops nobody.

    Args:
        gates: of the engine team.
        after: evaluation of the new model.
        changes: since the earlier one, of the figures that the gates name; None where there is no earlier one.

    Raises:
        SettingError: a gate names a figure or slice that there is not, or asks for a change without an earlier evaluation.
    """
    known = {item.slice.name: item for item in after.slices if item.slice.name}
    found: list[GateResult] = []
    for gate in gates.gates:
        if gate.figure not in FORMULAS:
            raise SettingError(f"there is no figure {gate.figure!r}; there are: {', '.join(FORMULAS)}")
        if gate.slice not in (EVERY, ALL, *known):
            raise SettingError(f"there is no slice {gate.slice!r} in this evaluation; there are: "
                               f"{', '.join([EVERY, ALL, *known])}")
        if gate.worse_by is not None and changes is None:
            raise SettingError("worse_by compares two evaluations: saegim evaluate compare BEFORE AFTER --gates FILE")
        slices = [item for item in after.slices if _is_about(gate, item)]
        found += _bounds(gate, slices)
        found += _change(gate, {item.slice for item in slices}, changes or ())
    return found


def _is_about(gate: ModelGate, item: SliceFigures) -> bool:
    if gate.slice == EVERY:
        return item.regions_needed is None
    return item.slice == EVERYTHING if gate.slice == ALL else item.slice.name == gate.slice


def _bounds(gate: ModelGate, slices: Sequence[SliceFigures]) -> Iterator[GateResult]:
    asked = " and ".join([*([f"at least {gate.least:g}"] if gate.least is not None else []),
                          *([f"at most {gate.most:g}"] if gate.most is not None else [])])
    for item in slices if asked else ():
        figure = item.figure(gate.figure)
        if figure is None or figure.value is None:
            if gate.slice != EVERY:
                yield GateResult(item.slice, gate.figure, asked, None, False, "the slice does not have this figure")
            continue
        passed = (gate.least is None or figure.value >= gate.least) and (gate.most is None or figure.value <= gate.most)
        yield GateResult(item.slice, gate.figure, asked, figure.value, passed)


def _change(gate: ModelGate, slices: set[SliceName], changes: Sequence[SliceChange]) -> Iterator[GateResult]:
    if gate.worse_by is None:
        return
    for item in changes:
        if item.figure != gate.figure or item.slice not in slices:
            continue
        higher = FORMULAS[gate.figure].higher_is_better
        worse = -item.change if higher else item.change
        sure = item.low is not None and item.high is not None and (item.high < 0 if higher else item.low > 0)
        why = "" if sure or worse <= gate.worse_by else "may be chance: the interval of the change holds 0"
        yield GateResult(item.slice, gate.figure, f"worse by at most {gate.worse_by:g}", item.change,
                         not (worse > gate.worse_by and sure), why)

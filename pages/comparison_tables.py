"""Comparisons of evaluations, gates and the list of evaluations as tables for a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from saegim.tables import Table
from schemas.comparison import ChangeVerdict, EvaluationComparison, GateResult, SliceChange
from schemas.evaluation import EVERYTHING, SliceName
from schemas.reader import Reader
from schemas.shown_text import visible
from schemas.stored import StoredEvaluation

NONE = "–"
LISTED = ("cer nospace", "hmean")
"""Figures of the list of evaluations."""
CONTROL = ("Better or worse: not chance by a paired bootstrap over groups, with Holm's control over all slices (5 % for the "
           "whole table). A slice that changed only through the regions of another says so.")


def comparison_tables(found: Sequence[EvaluationComparison]) -> list[Table]:
    """One table a figure: those that changed first, then the others."""
    return [Table(_title(item), ("slice", "regions", "before", "after", "change", "95 % interval", "verdict"),
                  tuple(_row(change) for change in sorted(item.changes, key=_place)), 1, CONTROL) for item in found]


def _title(item: EvaluationComparison) -> str:
    of = f"{item.release}, {item.split}" if item.split else item.release
    one, other = (visible(Reader(reader).name) for reader in item.readers)
    return f"{item.figure} on {of}: {one} ({item.before[:8]}) → {other} ({item.after[:8]})"


def _place(change: SliceChange) -> tuple[int, int]:
    told = 0 if change.verdict is not ChangeVerdict.CANNOT_TELL else 1 if change.through else 2
    return (-1, 0) if change.slice == EVERYTHING else (told, -change.regions)


def _row(change: SliceChange) -> tuple[str, ...]:
    verdict = str(change.verdict) if change.through is None else f"only through {slice_name(change.through)}"
    ends = NONE if change.low is None or change.high is None else f"{100 * change.low:+.1f} … {100 * change.high:+.1f}"
    return (slice_name(change.slice), f"{change.regions:,}", f"{100 * change.before:.1f}",
            NONE if change.after is None else f"{100 * change.after:.1f}",
            NONE if change.change is None else f"{100 * change.change:+.1f}", ends, verdict)


def gate_table(results: Sequence[GateResult]) -> Table:
    """What each gate said; those that stop the model first."""
    rows = tuple((slice_name(item.slice), item.figure, item.asked, NONE if item.value is None else f"{item.value:.4f}",
                  "passed" if item.passed else "stopped", item.why) for item in sorted(results, key=lambda item: item.passed))
    stopped = sum(not item.passed for item in results)
    note = f"{stopped} of {len(results)} stop the model." if stopped else "All gates let the model through."
    return Table("Gates", ("slice", "figure", "asked", "value", "gate", "why"), rows, 3, note)


def list_table(made: Sequence[StoredEvaluation]) -> Table:
    """Evaluations with their leading figures in percent."""
    rows = tuple((item.evaluation_id[:8], item.release, f"{item.split or 'all'} {item.options}".strip(),
                  visible(Reader(item.reader).name), f"{item.made_at:%Y-%m-%d %H:%M}",
                  *(f"{100 * item.headline[key]:.1f}" if key in item.headline else NONE for key in LISTED)) for item in made)
    headings = ("id", "release", "split", "reader", "made (UTC)", *(f"{key} %" for key in LISTED))
    return Table("Evaluations", headings, rows, 5)


def slice_name(name: SliceName) -> str:
    """A slice in words: all regions, or its name, with its facet where that is not plain."""
    if name == EVERYTHING:
        return "all regions"
    return visible(name.name)

"""Two evaluations compared, and held against the engine team's gates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from datastore.ledger import evaluations
from schemas.comparison import EvaluationComparison, GateResult
from schemas.errors import SettingError
from schemas.evaluation import Evaluation
from schemas.recipes.gates import ModelGates, parse_model_gates
from schemas.stored import StoredEvaluation
from stages.evaluate.comparison import PairedOutcomes
from stages.evaluate.figures import LEADING
from stages.evaluate.gates import ask_gates
from workbench.bench import Workbench
from workbench.evaluate.stored import EvaluationFiles


@dataclass(frozen=True, slots=True)
class EvaluationsCompared:
    """What a comparison came to; ``gates`` is empty where there was no file of them."""

    comparisons: tuple[EvaluationComparison, ...]
    gates: tuple[GateResult, ...]


def compare_evaluations(bench: Workbench, before: str, after: str, figures: Sequence[str] = (LEADING,),
                        gates: Path | None = None) -> EvaluationsCompared:
    """Compares two evaluations.

    Args:
        bench: the systems.
        before: the first: its id or the beginning of it, or the name of a reader such as ``ppocr-korean@1``.
        after: the second, likewise.
        figures: keys of those that are compared; each is told apart.
        gates: a file of them; figures that it names are compared too.

    Raises:
        SettingError: there is no such evaluation, or the two cannot be compared; the message says why.
    """
    made = evaluations.evaluations_made(bench.ledger)
    later = find_evaluation(made, after)
    same = [item for item in made if (item.release, item.split) == (later.release, later.split)]
    earlier = find_evaluation(same if evaluations.evaluations_named(same, before) else made, before)
    one = _read(bench, earlier)
    other = _read(bench, later)
    check_comparable(one, other)
    asked = _gates(gates) if gates else None
    keys = dict.fromkeys([*figures, *(gate.figure for gate in asked.gates if gate.worse_by is not None)] if asked else figures)
    pair = PairedOutcomes(_files(bench, earlier).outcomes(), _files(bench, later).outcomes())
    comparisons = tuple(
        EvaluationComparison(one.evaluation_id, other.evaluation_id, (one.reader, other.reader), other.release, other.split, key,
                             pair.changes(key)) for key in keys)
    return EvaluationsCompared(comparisons, tuple(_ask(asked, one, other, comparisons)) if asked else ())


def find_evaluation(made: Sequence[StoredEvaluation], name: str) -> StoredEvaluation:
    """The evaluation with this id, or that begins so; of a reader's, the newest.

    Args:
        made: the newest first.
        name: of it.

    Raises:
        SettingError: there is none, or several ids begin so.
    """
    found = evaluations.evaluations_named(made, name)
    ids = [item for item in found if item.evaluation_id.startswith(name)]
    if len(ids) > 1:
        raise SettingError(f"several evaluations begin with {name!r}: {', '.join(item.evaluation_id for item in ids)}")
    if not found:
        raise SettingError(f"there is no evaluation {name!r}: saegim evaluate list shows those that there are")
    return found[0]


def check_comparable(one: Evaluation, other: Evaluation) -> None:
    """Says why two evaluations cannot be compared.

    Raises:
        SettingError: they are of two releases or splits, or their figures were made with other options, slices or code.
    """
    if (one.release, one.split) != (other.release, other.split):
        raise SettingError(f"{one.evaluation_id} is of {_of(one)} and {other.evaluation_id} of {_of(other)}: two models are "
                           "compared on the same images. Evaluate both on one of the two")
    if one.options != other.options:
        raise SettingError(f"{one.evaluation_id} was made with {_options(one)} and {other.evaluation_id} with {_options(other)}: "
                           "evaluate both with the same")
    if one.slices_digest != other.slices_digest:
        raise SettingError(f"{one.evaluation_id} and {other.evaluation_id} were made with other definitions of named slices "
                           "(recipes/slices.yaml): what has one name in both is not the same. Evaluate both again")
    if one.code != other.code:
        raise SettingError(f"{one.evaluation_id} and {other.evaluation_id} were made by different versions of the figures: "
                           "what has one name in both may count otherwise. Evaluate both again")


def _options(item: Evaluation) -> str:
    return item.options or "no option"


def _of(item: Evaluation) -> str:
    return f"{item.release}, split {item.split}" if item.split else f"all of {item.release}"


def _files(bench: Workbench, item: StoredEvaluation) -> EvaluationFiles:
    return EvaluationFiles(bench.objects, bench.settings.bucket_datasets, item.folder)


def _read(bench: Workbench, item: StoredEvaluation) -> Evaluation:
    found = _files(bench, item).evaluation()
    if found is None:
        raise SettingError(f"the files of evaluation {item.evaluation_id} are gone: evaluate {item.release} again")
    return found


def _gates(path: Path) -> ModelGates:
    try:
        return parse_model_gates(path.read_text(encoding="utf-8"), str(path))
    except UnicodeDecodeError as error:
        raise SettingError(f"{path} is not UTF-8 ({error.reason} at byte {error.start}): save it as UTF-8") from None


def _ask(gates: ModelGates, before: Evaluation, after: Evaluation,
         comparisons: Sequence[EvaluationComparison]) -> list[GateResult]:
    return ask_gates(gates, after, [change for item in comparisons for change in item.changes], before)

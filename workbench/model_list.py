"""What models there are, and which one reads."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from adapters.ocr.bundles import Bundle, load_bundle, problems
from datastore.ledger import Ledger, model_runs
from schemas.reader import Reader
from workbench.bench import Workbench
from workbench.model_files import cache_folder, pushed_bundles
from workbench.models import RECIPES, find_bundle


class ModelUse(StrEnum):
    """What a model is used for."""

    READS = "reads"
    CHOSEN = "chosen"
    READS_INSTEAD = "reads in another one's place"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class ListedModel:
    """A model, and where it is.

    Attributes:
        bundle: what it is.
        use: what it is used for; ``CHOSEN`` where another one reads in its place.
        in_bucket: whether it was pushed.
        is_recipe: whether recipes/models/ has it in this version.
        on_this_machine: whether its files are here, with the right sha256.
    """

    bundle: Bundle
    use: ModelUse
    in_bucket: bool
    is_recipe: bool
    on_this_machine: bool


@dataclass(frozen=True, slots=True)
class ModelList:
    """All models.

    Attributes:
        models: by name and version.
        in_use: the one that was chosen.
        stand_in: name and version of the one that read in its place when prelabel last ran; None where it read itself.
    """

    models: tuple[ListedModel, ...]
    in_use: Bundle
    stand_in: str | None


def list_models(bench: Workbench) -> ModelList:
    """Recipes and pushed bundles.

    Raises:
        SettingError: a recipe is wrong, or there is no model of the name that was chosen.
    """
    pushed = set(pushed_bundles(bench))
    recipes = {recipe.label for recipe in map(load_bundle, sorted(RECIPES.glob("*.yaml")))}
    in_use = find_bundle(bench, bench.model)
    stand_in = stand_in_for(bench.ledger, bench.model, in_use)
    bundles = [find_bundle(bench, label) for label in sorted(recipes | {f"{name}@{version}" for name, version in pushed})]
    return ModelList(tuple(
        ListedModel(bundle, _use(bundle.label, in_use.label, stand_in), (bundle.name, bundle.version) in pushed,
                    bundle.label in recipes, not problems(bundle, cache_folder(bundle)))
        for bundle in bundles), in_use, stand_in)


def stand_in_for(ledger: Ledger, model: str, in_use: Bundle) -> str | None:
    """The model that read in another one's place when prelabel last ran; None where the one in use did."""
    name = Reader(model_runs.model_reader(ledger, model) or in_use.reader).name
    return None if name.partition("@")[0] == in_use.name else name


def _use(label: str, in_use: str, stand_in: str | None) -> ModelUse:
    if label == stand_in:
        return ModelUse.READS_INSTEAD
    if label == in_use:
        return ModelUse.CHOSEN if stand_in else ModelUse.READS
    return ModelUse.NONE

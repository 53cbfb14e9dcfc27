"""Dataset recipes, and the names that they may use."""

from __future__ import annotations

import functools
from pathlib import Path

from adapters.label_studio.configs import config_names
from datastore.ledger import names
from datastore.ledger.sources import all_sources, licences_of_pictures
from saegim.names import did_you_mean
from schemas.errors import SettingError
from schemas.recipes.dataset import Dataset, Known, parse_dataset
from schemas.sources import PUBLIC
from stages.export.own_splits import kind_of
from workbench.bench import Workbench
from workbench.campaigns import load_campaigns
from workbench.named_slices import KnownSlices
from workbench.settings import ROOT

DATASETS = ROOT / "recipes" / "datasets"


def known_names(bench: Workbench) -> Known:
    """What a dataset recipe may name."""
    sources = all_sources(bench.ledger)
    public = {source.source for source in sources}
    return Known({*load_campaigns(bench.settings).by_name, *names.campaigns(bench.ledger)} - {PUBLIC},
                 {*config_names(bench.settings.annotation_configs), *names.annotation_configs(bench.ledger)} - public,
                 functools.partial(names.image_ids, bench.ledger), KnownSlices(bench.settings), public,
                 {source.licence for source in sources} | licences_of_pictures(bench.ledger))


def load_dataset(name: str, known: Known | None = None, folder: Path = DATASETS) -> Dataset:
    """A dataset recipe.

    Args:
        name: of its file, without ``.yaml``.
        known: what it may name; see ``known_names``.
        folder: of the recipes.

    Raises:
        SettingError: there is none, or a line of it is wrong.
    """
    path = folder / f"{name}.yaml"
    where = "recipes/datasets" if folder == DATASETS else str(folder)
    if not path.is_file():
        there = [other.stem for other in folder.glob("*.yaml")]
        raise SettingError(f"There is no dataset recipe {name!r} in {where}{did_you_mean(name, there)}")
    recipe = parse_dataset(path.read_text(encoding="utf-8"), f"{where}/{path.name}", known)
    if recipe.name != name:
        raise SettingError(f"{where}/{path.name}: name is {recipe.name!r}, expected {name!r} as the file is called")
    for own in recipe.readings.own_splits:
        if kind := kind_of(own):
            raise SettingError(f"{where}/{path.name}: readings.own_splits: {own!r} says itself that it is for {kind}; to use its "
                               "pictures otherwise, import the data set with --split")
    return recipe

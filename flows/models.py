"""Which OCR model a run uses: the recipe's bundle, fetched and verified, opened as an engine."""

from __future__ import annotations

from pathlib import Path

from adapters.ocr.bundles import ModelRecipe, fetch, load_recipe
from adapters.ocr.engine import OcrEngine, open_engine
from flows.batches import say
from flows.settings import ROOT
from flows.workbench import Workbench
from saegim.settings import home
from schemas.errors import ModelUnavailable

RECIPES = ROOT / "recipes" / "models"
LATIN = "ppocr-v6-small"
"""Reads Latin, digits and Chinese, no Hangul; its files come with the package ``rapidocr``."""


def open_model(bench: Workbench) -> tuple[OcrEngine, list[str]]:
    """The engine of ``settings.model``; where its files cannot be had, the Latin one, and a loud note.

    Raises:
        ModelUnavailable: not even the Latin model's files are there.
    """
    name = bench.settings.model
    try:
        return _open(bench, name), []
    except ModelUnavailable as error:
        if name == LATIN:
            raise
        note = f"WARNING: {name} cannot be had, so {LATIN} reads instead: it knows NO HANGUL. {error}"
        say(note)
        return _open(bench, LATIN), [note]


def _open(bench: Workbench, name: str) -> OcrEngine:
    recipe = load_recipe(RECIPES / f"{name}.yaml")
    return open_engine(recipe, fetch(recipe, model_folder(recipe), say), bench.settings.onnx_provider)


def model_folder(recipe: ModelRecipe) -> Path:
    """Where this machine keeps a model's files."""
    return home() / "models" / recipe.name / recipe.version

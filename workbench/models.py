"""Which OCR model a run uses: a bundle of the bucket of models or a recipe, its files verified, opened as an engine."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from adapters.ocr.bundles import BUNDLE_FILE, Bundle, load_bundle, parse_bundle
from adapters.ocr.engine import OcrEngine, open_engine
from adapters.ocr.gpu_memory import SETTING as GPU_MEMORY
from datastore.ledger import model_runs
from saegim.names import did_you_mean
from schemas.errors import ModelUnavailable, SettingError
from workbench.bench import MODEL_IN_USE, Workbench
from workbench.model_files import bring_files, pushed_bundles
from workbench.settings import ROOT

RECIPES = ROOT / "recipes" / "models"


@dataclass(frozen=True, slots=True)
class ModelFiles:
    """A model whose files are on this machine.

    Attributes:
        bundle: the model asked for, or the one that stands in for it.
        folder: with its verified files.
        notes: for the data manager: what stands in for what, and why.
    """

    bundle: Bundle
    folder: Path
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OpenModel:
    """A model that can read.

    Attributes:
        engine: that runs it.
        bundle: that it runs.
        notes: for the data manager: what stands in for what, and why.
    """

    engine: OcrEngine
    bundle: Bundle
    notes: tuple[str, ...]


def open_model(bench: Workbench, tell: Callable[[str], None]) -> OpenModel:
    """The engine of the model in use; where its files cannot be had, the one that its recipe names, and a loud note.

    Args:
        bench: the systems.
        tell: told what is being fetched, and the notes.

    Raises:
        ModelUnavailable: none of them can be had, or the model does not do what its bundle says.
        SettingError: there is no such model.
    """
    found = obtain(bench, bench.model, tell)
    if bench.settings.gpu_memory:
        os.environ[GPU_MEMORY] = str(bench.settings.gpu_memory)  # of this process and those that an engine starts
    return OpenModel(open_engine(found.bundle, found.folder, bench.settings.onnx_provider), found.bundle, found.notes)


def note_run(bench: Workbench, name: str, bundle: Bundle, engine: OcrEngine) -> None:
    """Notes which run a model's name stands for now, and what that run is made of.

    Args:
        bench: whose ledger keeps it.
        name: the model as people call it.
        bundle: that the name has become.
        engine: that runs it.
    """
    model_runs.set_model_run(bench.ledger, name, bundle.reader, engine.run, {
        "bundle": bundle.digest, "provider": bench.settings.onnx_provider, "precision": engine.precision,
        "configuration": bundle.configuration})


def obtain(bench: Workbench, name: str, tell: Callable[[str], None]) -> ModelFiles:
    """A model's files; or those of the recipe that stands in, of the one that stands in for that, and so on.

    Raises:
        ModelUnavailable: none of them can be had.
        SettingError: there is no such model.
    """
    bundle = find_bundle(bench, name)
    tried: list[str] = []
    notes: list[str] = []
    while True:
        tried.append(bundle.label)
        try:
            return ModelFiles(bundle, bring_files(bench, bundle, tell), tuple(notes))
        except ModelUnavailable as error:
            if bundle.otherwise is None:
                raise
            other = find_bundle(bench, bundle.otherwise)
            if other.label in tried:
                raise ModelUnavailable(f"{error} None of {', '.join(tried)} can be had, and each names another of them in "
                                       "`otherwise`: name one there whose files are at hand") from error
            loud = "WARNING, NO HANGUL: " if "ko" in bundle.languages and "ko" not in other.languages else ""
            notes.append(f"{loud}{bundle.label} cannot be had, so {other.label} reads instead. {error}")
            tell(notes[-1])
            bundle = other


def model_at(bench: Workbench, name: str, tell: Callable[[str], None]) -> ModelFiles:
    """A folder with a bundle as it lies, or a model brought here; nothing stands in for it.

    Raises:
        ModelUnavailable: a file cannot be had.
        SettingError: there is no such model, and no such folder.
    """
    path = Path(name)
    if (path / BUNDLE_FILE).is_file():
        return ModelFiles(load_bundle(path / BUNDLE_FILE), path)
    if path.is_dir() or len(path.parts) > 1:
        raise SettingError(f"{path} holds no {BUNDLE_FILE}: docs/adding-an-ocr-model.md shows one")
    bundle = find_bundle(bench, name)
    return ModelFiles(bundle, bring_files(bench, bundle, tell))


def find_bundle(bench: Workbench, name: str) -> Bundle:
    """The bundle that a name stands for: NAME@VERSION, or NAME for the recipe's version, else the newest that was pushed.

    What was pushed has precedence over a recipe of the same name and version.

    Raises:
        SettingError: there is none.
    """
    stem, _, version = name.partition("@")
    path = RECIPES / f"{stem}.yaml"
    recipe = load_bundle(path) if path.is_file() else None
    version = version or (recipe.version if recipe else _newest_pushed(bench, stem))
    there = _pushed_bundle(bench, stem, version) if version else None
    if there:
        return there
    if recipe and recipe.version == version:
        return recipe
    known = {path.stem for path in RECIPES.glob("*.yaml")} | {f"{other}@{number}" for other, number in pushed_bundles(bench)}
    raise SettingError(f"There is no model {name!r} (`saegim models list`){did_you_mean(name, known)}")


def _newest_pushed(bench: Workbench, name: str) -> str:
    """The highest version of a name in object storage; empty where there is none."""
    versions = sorted((version for other, version in pushed_bundles(bench) if other == name), key=_natural)
    return versions[-1] if versions else ""


def _pushed_bundle(bench: Workbench, name: str, version: str) -> Bundle | None:
    key = f"{name}/{version}/{BUNDLE_FILE}"
    text = bench.objects.get_or_none(bench.settings.bucket_models, key)
    return None if text is None else parse_bundle(text.decode(), key)


def use_model(bench: Workbench, name: str) -> Bundle:
    """Makes a model the one that all workers use from their next run on."""
    bundle = find_bundle(bench, name)
    bench.objects.put(bench.settings.bucket_models, MODEL_IN_USE, bundle.label.encode(), "text/plain; charset=utf-8")
    return bundle


def _natural(version: str) -> list[tuple[int, int | str]]:
    """2 before 10."""
    return [(0, int(part)) if part.isdigit() else (1, part) for part in re.findall(r"\d+|\D+", version)]

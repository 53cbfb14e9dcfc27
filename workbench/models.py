"""Which OCR model a run uses: a bundle of the bucket of models or a recipe, its files verified, opened as an engine."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable
from pathlib import Path

import yaml

from adapters.ocr.bundles import BUNDLE_FILE, Bundle, load_bundle, parse_bundle, problems
from adapters.ocr.engine import OcrEngine, open_engine
from adapters.ocr.sources import fetch
from saegim.names import did_you_mean
from saegim.settings import home
from schemas.errors import ModelUnavailable, ObjectMissing, SettingError
from workbench.bench import MODEL_IN_USE, Workbench
from workbench.settings import ROOT

RECIPES = ROOT / "recipes" / "models"


def open_model(bench: Workbench, tell: Callable[[str], None]) -> tuple[OcrEngine, Bundle, list[str]]:
    """The engine of the model in use; where its files cannot be had, the one that its recipe names, and a loud note.

    Args:
        bench: the systems.
        tell: told what is being fetched, and the notes.

    Returns:
        The engine, the bundle that it runs, and notes for the data manager.

    Raises:
        ModelUnavailable: none of them can be had, or the model does not do what its bundle says.
        SettingError: there is no such model.
    """
    bundle, folder, notes = obtain(bench, bench.model, tell)
    return open_engine(bundle, folder, bench.settings.onnx_provider), bundle, notes


def obtain(bench: Workbench, name: str, tell: Callable[[str], None]) -> tuple[Bundle, Path, list[str]]:
    """A model's bundle and the folder with its verified files; or those of the recipe that stands in, and a note on that."""
    bundle = find(bench, name)
    notes: list[str] = []
    while True:
        try:
            return bundle, bring(bench, bundle, tell), notes
        except ModelUnavailable as error:
            if bundle.otherwise is None:
                raise
            other = find(bench, bundle.otherwise)
            loud = "WARNING, NO HANGUL: " if "ko" in bundle.languages and "ko" not in other.languages else ""
            notes.append(f"{loud}{bundle.label} cannot be had, so {other.label} reads instead. {error}")
            tell(notes[-1])
            bundle = other


def find(bench: Workbench, name: str) -> Bundle:
    """The bundle that a name stands for: NAME@VERSION, or NAME for the recipe's version, else the newest that was pushed.

    What was pushed has precedence over a recipe of the same name and version.

    Raises:
        SettingError: there is none.
    """
    stem, _, version = name.partition("@")
    path = RECIPES / f"{stem}.yaml"
    recipe = load_bundle(path) if path.is_file() else None
    if recipe and not version:
        version = recipe.version
    if not version:
        versions = sorted((version for other, version in pushed(bench) if other == stem), key=_natural)
        version = versions[-1] if versions else ""
    try:
        if not version:
            raise ObjectMissing(stem)
        key = f"{stem}/{version}/{BUNDLE_FILE}"
        return parse_bundle(bench.objects.get(bench.settings.bucket_models, key).decode(), key)
    except ObjectMissing:
        if recipe and recipe.version == version:
            return recipe
        known = {path.stem for path in RECIPES.glob("*.yaml")} | {f"{other}@{version}" for other, version in pushed(bench)}
        raise SettingError(f"There is no model {name!r} (`saegim models list`){did_you_mean(name, known)}") from None


def pushed(bench: Workbench) -> list[tuple[str, str]]:
    """Name and version of each bundle in object storage."""
    keys = (raw.key.split("/") for page in bench.objects.pages(bench.settings.bucket_models) for raw in page)
    return [(parts[0], parts[1]) for parts in keys if len(parts) == 3 and parts[2] == BUNDLE_FILE]


def bring(bench: Workbench, bundle: Bundle, tell: Callable[[str], None]) -> Path:
    """The folder of this machine that holds a bundle's files, filled from object storage or from the files' sources.

    Raises:
        ModelUnavailable: a file cannot be had, or has another digest than the bundle states.
    """
    folder = cache_folder(bundle)
    if not problems(bundle, folder):
        return folder
    if (bundle.name, bundle.version) not in pushed(bench):
        return fetch(bundle, folder, tell)
    folder.mkdir(parents=True, exist_ok=True)
    for item in bundle.files:
        if not problems(bundle.model_copy(update={"files": [item]}), folder):
            continue
        key = f"{bundle.name}/{bundle.version}/{item.name}"
        tell(f"fetching {item.name} of {bundle.label} from bucket {bench.settings.bucket_models}")
        try:
            data = bench.objects.get(bench.settings.bucket_models, key)
        except ObjectMissing:
            raise ModelUnavailable(f"Model {bundle.label}: {key} is not in bucket {bench.settings.bucket_models}, though its "
                                   f"{BUNDLE_FILE} names it. Push the bundle again: saegim models push FOLDER") from None
        with tempfile.NamedTemporaryFile(dir=folder, delete=False) as file:
            file.write(data)
        Path(file.name).chmod(0o644)
        Path(file.name).replace(folder / item.name)
    if wrong := problems(bundle, folder):
        raise ModelUnavailable(f"Model {bundle.label} in bucket {bench.settings.bucket_models} is refused: {'; '.join(wrong)}. "
                               "Push it again, which puts the right files there: saegim models push FOLDER")
    return folder


def push(bench: Workbench, bundle: Bundle, folder: Path) -> bool:
    """Puts a bundle into object storage: its files first, then ``bundle.yaml``, which makes it one. Says whether it is new.

    Pushing the same bundle again puts back files that are missing or wrong there.

    Raises:
        ModelUnavailable: a file is missing or has another digest.
        SettingError: another bundle has this name and version.
    """
    if wrong := problems(bundle, folder):
        raise ModelUnavailable(f"Model {bundle.label} in {folder} is refused: {'; '.join(wrong)}. Correct the file, or its "
                               f"sha256 in {BUNDLE_FILE}")
    bucket, prefix = bench.settings.bucket_models, f"{bundle.name}/{bundle.version}"
    values = bundle.configuration | {"files": [{"name": item.name, "sha256": item.sha256} for item in bundle.files]}
    text = yaml.safe_dump(values, allow_unicode=True, sort_keys=False).encode()
    new = (bundle.name, bundle.version) not in pushed(bench)
    there = bundle if new else find(bench, bundle.label)
    if there.digest == bundle.digest:
        for item in bundle.files:
            bench.objects.put_file(bucket, f"{prefix}/{item.name}", folder / item.name)
        new = bench.objects.put_if_absent(bucket, f"{prefix}/{BUNDLE_FILE}", text, "application/yaml")
        there = find(bench, bundle.label)  # another engineer may have been first
    if there.digest != bundle.digest:
        raise SettingError(f"{bundle.label} is in bucket {bucket} already, and is another model (digest {there.digest[:12]}…, "
                           f"this one has {bundle.digest[:12]}…): a version never changes, so give this one a new version")
    return new


def use(bench: Workbench, name: str) -> Bundle:
    """Makes a model the one that all workers use from their next run on."""
    bundle = find(bench, name)
    bench.objects.put(bench.settings.bucket_models, MODEL_IN_USE, bundle.label.encode(), "text/plain; charset=utf-8")
    return bundle


def cache_folder(bundle: Bundle) -> Path:
    """Where this machine keeps a bundle's files: by digest, so that two bundles never share one."""
    return home() / "models" / f"{bundle.name}-{bundle.digest[:16]}"


def _natural(version: str) -> list[tuple[int, int | str]]:
    """2 before 10."""
    return [(0, int(part)) if part.isdigit() else (1, part) for part in re.findall(r"\d+|\D+", version)]

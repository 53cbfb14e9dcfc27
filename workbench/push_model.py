"""A model put into object storage, for all workers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import yaml

from adapters.ocr.bundles import BUNDLE_FILE, Bundle, problems
from adapters.ocr.engine import open_engine
from adapters.ocr.sources import fetch
from schemas.errors import ModelUnavailable, SettingError
from workbench.bench import Workbench
from workbench.model_files import pushed_bundles
from workbench.models import find_bundle, model_at


@dataclass(frozen=True, slots=True)
class PushedModel:
    """A model in object storage, and whether it was not there before."""

    bundle: Bundle
    is_new: bool


def try_and_push(bench: Workbench, name: str, tell: Callable[[str], None]) -> PushedModel:
    """Opens a model once, which tries it on a line of text, and puts it into object storage.

    Args:
        bench: the systems.
        name: a folder with a bundle, or a model's name.
        tell: told what is being fetched.

    Raises:
        ModelUnavailable: a file cannot be had, or the model does not do what its bundle says.
        SettingError: there is no such model, or another one has this name and version already.
    """
    model = model_at(bench, name, tell)
    sourced = [item for item in model.bundle.files if item.sources and Path(name).is_dir()]
    if sourced:
        fetch(model.bundle.model_copy(update={"files": sourced}), model.folder, tell)
    if wrong := problems(model.bundle, model.folder):
        raise SettingError(f"{model.folder / BUNDLE_FILE}: {'; '.join(wrong)}. `sha256sum FILE` prints what belongs there")
    open_engine(model.bundle, model.folder, bench.settings.onnx_provider)
    return PushedModel(model.bundle, push_model(bench, model.bundle, model.folder))


def push_model(bench: Workbench, bundle: Bundle, folder: Path) -> bool:
    """Puts a bundle into object storage: its files first, then ``bundle.yaml``, which makes it one. Says whether it is new.

    Pushing the same bundle again puts back files that are missing or wrong there.

    Raises:
        ModelUnavailable: a file is missing or has another digest.
        SettingError: another bundle has this name and version.
    """
    if wrong := problems(bundle, folder):
        raise ModelUnavailable(f"Model {bundle.label} in {folder} is refused: {'; '.join(wrong)}. Correct the file, or its "
                               f"sha256 in {BUNDLE_FILE}")
    bucket = bench.settings.bucket_models
    prefix = f"{bundle.name}/{bundle.version}"
    values = bundle.configuration | {"files": [{"name": item.name, "sha256": item.sha256} for item in bundle.files]}
    text = yaml.safe_dump(values, allow_unicode=True, sort_keys=False).encode()
    new = (bundle.name, bundle.version) not in pushed_bundles(bench)
    there = bundle if new else find_bundle(bench, bundle.label)
    if there.digest == bundle.digest:
        for item in bundle.files:
            bench.objects.put_file(bucket, f"{prefix}/{item.name}", folder / item.name)
        new = bench.objects.put_if_absent(bucket, f"{prefix}/{BUNDLE_FILE}", text, "application/yaml")
        there = find_bundle(bench, bundle.label)  # another engineer may have been first
    if there.digest != bundle.digest:
        raise SettingError(f"{bundle.label} is in bucket {bucket} already, and is another model (digest {there.digest[:12]}…, "
                           f"this one has {bundle.digest[:12]}…): a version never changes, so give this one a new version")
    return new

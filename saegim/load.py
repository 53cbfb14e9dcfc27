"""Loads a release: from the folder where it lies already, else by pulling what is missing."""

from __future__ import annotations

import os
import warnings
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from saegim.errors import NothingFound, ReleaseDamaged, SettingMissing, StorageUnavailable
from saegim.folder import has_all, manifests
from saegim.manifest import File, Manifest, ReleaseName, parse_name
from saegim.progress import progress_bar
from saegim.pull import bring, fetch, needed
from saegim.release import Release
from saegim.releases import Releases
from saegim.settings import cache
from saegim.where import parse_where


def load(name: str, split: str | Sequence[str] | None = None, where: str | None = None,
         folder: str | os.PathLike[str] | None = None, releases: Releases | None = None) -> Release:
    """Loads a release, pulling what is not there yet.

    Where a release is named by its number and the folder has it, nothing is asked of the network.

    Example:
        >>> release = saegim.load("scene-text@1", split="train", where="direction == 'vertical'")  # doctest: +SKIP

    Args:
        name: such as ``scene-text@3``, or ``scene-text`` for the newest.
        split: only this split's rows, or those of several; only their images are pulled.
        where: only images of which the row, together with at least one region, fulfils this; all regions of such an image
            stay. A Python expression over label columns and region attributes: comparisons, ``in``, ``not in``, ``and``,
            ``or``, ``not``. Only shards that hold such images are pulled.
        folder: where its files are kept; ``$SAEGIM_CACHE`` or ``~/.cache/saegim`` where left out.
        releases: where from; the configured object storage where left out.

    Raises:
        ReleaseNotFound: no such release, or it has no such split.
        ConditionWrong: ``where`` is not understood; nothing was pulled but labels.
        StorageUnavailable: something is missing, and the object storage does not answer.
    """
    wanted = parse_name(name)
    splits = [split] if isinstance(split, str) else split
    place = Path(folder) if folder else cache(wanted.dataset)
    here = _newest_in(place, wanted) if wanted.number else None
    found = _of_folder(place, here, splits, where) if here else None
    if found is not None:  # a release of no rows is false too
        return found
    source = releases or Releases()
    manifest = _asked(source, wanted, place)
    needed(manifest, splits)
    fetch(source, manifest, [manifest.labels], place, verify=False)
    release = _rows(place, manifest, splits, where)
    files = _files(release)
    with progress_bar(f"pulling {manifest.name}", sum(file.bytes for file in files if not has_all(place, [file]))) as advance:
        bring(source, manifest, files, place, advance, verify=False)
    return release


def _newest_in(folder: Path, wanted: ReleaseName) -> Manifest | None:
    found = [manifest for manifest in manifests(folder) if manifest.name.any_revision == wanted.any_revision
             and wanted.revision in (None, manifest.revision)]
    return found[-1] if found else None


def _of_folder(folder: Path, manifest: Manifest, splits: Sequence[str] | None, where: str | None) -> Release | None:
    """The release as the folder has it; None where a file is missing."""
    needed(manifest, splits)
    if not has_all(folder, [manifest.labels]):
        return None
    release = _rows(folder, manifest, splits, where)
    return release if has_all(folder, _files(release)) else None


def _asked(source: Releases, wanted: ReleaseName, folder: Path) -> Manifest:
    """What the store says; where it does not answer, the error names the releases that can be had without it."""
    try:
        return source.manifest(wanted)
    except (SettingMissing, StorageUnavailable) as error:
        here = [str(manifest.name) for manifest in manifests(folder) if manifest.dataset == wanted.dataset]
        if not here:
            raise
        raise type(error)(f"{error} {folder} has {', '.join(here)}: load one of these by its number, with a split that was "
                          "pulled, and nothing is asked of the storage") from error


def _rows(folder: Path, manifest: Manifest, splits: Sequence[str] | None, where: str | None) -> Release:
    path = folder / manifest.labels.place
    try:
        labels = pq.read_table(path)
    except (OSError, pa.ArrowInvalid) as error:
        raise ReleaseDamaged(f"{path} cannot be read ({error}): saegim datasets pull {manifest.name} --to {folder} mends it"
                             ) from error
    if splits is not None:
        labels = labels.filter(pc.is_in(labels["split"], value_set=pa.array(splits, pa.string())))
    if where is not None:
        condition = parse_where(where, labels.schema)
        found = labels.filter(condition.mask(labels))
        if not len(found) and (unheard_of := condition.unheard_of(labels)):
            warnings.warn(f"where finds nothing in {manifest.name}: {'. '.join(unheard_of)}", NothingFound, stacklevel=4)
        labels = found
    return Release(manifest, folder, labels)


def _files(release: Release) -> list[File]:
    """All that its rows need: of the images only shards that hold some of them."""
    shards = set(pc.unique(release.labels["shard"]).to_pylist())
    return [file for file in release.manifest.files if file.kind != "images" or file.path in shards]

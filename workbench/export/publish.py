"""Publishing one release: images, labels, leak report, diff and card are written, the gates asked, the manifest put."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory

from datastore.releases import Folder, LabelFile, local_copy, same_but_empty_columns, shards_in_use, write_left_out
from datastore.shards import Shards, write_shards
from saegim.folder import sha256_of
from saegim.manifest import Column, File, Manifest, SourceEntry
from schemas.arrow import LABELS
from schemas.errors import GateFailed
from stages.export import gates
from stages.export.contents import Contents
from stages.export.leaks import LeakReport
from stages.export.source_uses import held_sources
from workbench.bench import Workbench
from workbench.export.beside import card_files, diff_files, diff_with_parent
from workbench.export.leaks import find_leaks
from workbench.export.plan import NextRelease, what_forbids
from workbench.export.samples import fetch_checked, read_samples
from workbench.run import progress


@dataclass(frozen=True, slots=True)
class Written:
    """What of a release lies in the bucket and on this machine before the gates are asked.

    Attributes:
        shards: samples with their shards, new files, and images that no release may hold.
        contents: what the samples come to.
        labels: the label file on this machine.
    """

    shards: Shards
    contents: Contents
    labels: Path


def publish(bench: Workbench, release: NextRelease) -> Manifest | None:
    """Publishes a release, or nothing where its labels and its recipe are those of its parent.

    Nothing of it is seen before its manifest is there; killed, it is begun anew.

    Raises:
        GateFailed: with all that forbids it.
        PublishConflict: somebody else published that number meanwhile.
    """
    folder = Folder(bench.objects, bench.settings.bucket_datasets, release.recipe.name, release.number)
    with TemporaryDirectory(prefix="saegim-release-") as own:
        shards = write_images(bench, release)
        written = write_label_file(bench, release, Path(own) / "labels.parquet", shards)
        if is_the_parent(bench, release, written.labels):
            return None
        leaks = ask_gates(bench, release, written)
        manifest = manifest_of(release, written, put_files(folder, release, written))
        changes = diff_with_parent(bench, release, manifest, written.labels)
    told = [*(diff_files(bench, folder, changes) if changes else ()),
            *card_files(bench, folder, release, manifest, written.contents.counts, leaks, changes)]
    manifest = manifest.model_copy(update={"files": [*manifest.files, *told]})
    folder.publish(manifest)
    return manifest


def write_images(bench: Workbench, release: NextRelease) -> Shards:
    """Writes the images that no shard has."""
    fetch = functools.partial(fetch_checked, bench.objects, bench.settings.bucket_images)
    with progress(bench.run, "images", len(release.new)) as advance:
        return write_shards(bench.objects, bench.settings.bucket_datasets, release.recipe.name, release.splits,
                            release.plan.samples, fetch, advance)


def write_label_file(bench: Workbench, release: NextRelease, path: Path, shards: Shards) -> Written:
    """Writes the label file on this machine, and counts what it writes."""
    contents = Contents(release.empty_counts())
    with progress(bench.run, "labels", len(shards.planned)) as advance, LabelFile(path, advance) as labels:
        for sample in read_samples(bench.ledger, bench.settings, shards.planned, release.named):
            contents.add(sample)
            labels.add(sample)
    return Written(shards, contents, path)


def is_the_parent(bench: Workbench, release: NextRelease, labels: Path) -> bool:
    """Whether the release would be its parent again, by its recipe and its label file.

    A version of Saegim that knows more columns than the parent's makes no new release by that alone.
    """
    parent = release.parent
    if parent is None or not release.same_recipe:
        return False
    if parent.labels.sha256 == sha256_of(labels):
        return True
    if len(parent.columns) == len(LABELS) or parent.labels.rows != len(release.plan.samples):
        return False
    with local_copy(bench.objects, bench.settings.bucket_datasets, parent, parent.labels) as before:
        return same_but_empty_columns(before, labels)


def ask_gates(bench: Workbench, release: NextRelease, written: Written) -> LeakReport:
    """Looks for leaks and asks all gates.

    Raises:
        GateFailed: with all that forbids the release.
    """
    leaks = find_leaks(bench, written.shards.planned, release.unchecked, release.bridges)
    failures = [*(gates.undecodable(image_id, problem) for image_id, problem in written.shards.problems.items()),
                *written.contents.failures, *what_forbids(bench.ledger, release, written.contents.counts, leaks)]
    if failures:
        raise GateFailed(gates.message(release.name, failures), gates.records(failures))
    return leaks


def put_files(folder: Folder, release: NextRelease, written: Written) -> list[File]:
    """Stores the label file and the list of what is left out; returns these and the files of all shards in use."""
    left_out = written.labels.with_name("left_out.parquet")
    write_left_out(left_out, release.plan.left_out)
    known = release.shards | {file.path: file for file in written.shards.files}
    return [*(known[path] for path in shards_in_use(written.shards.planned)),
            folder.put("labels", written.labels.name, written.labels, len(written.shards.planned)),
            folder.put("left_out", left_out.name, left_out, len(release.plan.left_out))]


def manifest_of(release: NextRelease, written: Written, files: Sequence[File]) -> Manifest:
    """The manifest of a release that holds what was written, in these files."""
    recipe = release.recipe
    planned = written.shards.planned
    left_out = Counter(item.reason for item in release.plan.left_out)
    splits = dict.fromkeys(release.splits, 0) | Counter(sample.split for sample in planned)
    return Manifest(
        dataset=recipe.name, number=release.number, parent=str(release.parent.name) if release.parent else None,
        unit=recipe.unit, description=recipe.description, licence=recipe.licence, recipe=recipe.model_dump(mode="json"),
        code_version=f"saegim {version('saegim')}", splits=splits, frozen=release.frozen,
        columns=[Column(name=field.name, type=str(field.type)) for field in LABELS], files=list(files),
        left_out=dict(sorted(left_out.items())),
        sources=[SourceEntry.model_validate(asdict(held)) for held in held_sources(planned, written.contents.counts)])

"""Publishing one release: images, labels, leak report, diff and card are written, the gates asked, the manifest put."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from datastore.releases import Folder, shards_in_use, write_labels, write_left_out
from datastore.shards import write_shards
from pages.card import DIFF, Card, card
from pages.card_pictures import STRIP, chosen, plots, strip
from pages.diff_page import render
from pages.diff_tables import summary
from saegim.folder import sha256_of
from saegim.manifest import Column, File, Manifest
from schemas.arrow import LABELS
from schemas.errors import GateFailed, ObjectMissing
from schemas.reading import Reading
from schemas.sample import Planned
from schemas.submission import image_key
from stages.diff.diff import Diff, diff
from stages.export import gates
from stages.export.counts import Counts
from stages.export.gates import Failure
from stages.export.leaks import LeakReport
from workbench.bench import Workbench
from workbench.diff import changed_rows, thumbnails
from workbench.export.leaks import find_leaks
from workbench.export.plan import NextRelease, looked_through, samples, stopped
from workbench.run import progress

JSON = "application/json"


class Publication:
    """A release on its way out. Nothing of it is seen before its manifest is there; killed, it is begun anew."""

    def __init__(self, bench: Workbench, release: NextRelease) -> None:
        self._bench, self._release = bench, release
        self._bucket = bench.settings.bucket_datasets
        self._folder = Folder(bench.objects, self._bucket, release.recipe.name, release.number)
        self._failures: list[Failure] = []
        self.counts = Counts()

    def publish(self) -> Manifest | None:
        """Publishes it, or nothing where its labels and its recipe are those of its parent.

        Raises:
            GateFailed: with all that forbids it.
            PublishConflict: somebody else published that number meanwhile.
        """
        release = self._release
        planned, shards = self._images()
        with TemporaryDirectory(prefix="saegim-release-") as folder:
            labels, left_out = Path(folder) / "labels.parquet", Path(folder) / "left_out.parquet"
            self._labels(labels, planned)
            if self._is_the_parent(labels):
                return None
            leaks = self._gates(planned)
            write_left_out(left_out, release.plan.left_out)
            files = [*shards, self._folder.put("labels", labels.name, labels, len(planned)),
                     self._folder.put("left_out", left_out.name, left_out, len(release.plan.left_out))]
        manifest = self._manifest(planned, files)
        changes, pages = self._diff(manifest)
        told = self._card(manifest, planned, leaks, changes)
        manifest = manifest.model_copy(update={"files": [*files, *pages, *told]})
        self._folder.publish(manifest)
        return manifest

    def _is_the_parent(self, labels: Path) -> bool:
        parent = self._release.parent
        return bool(parent and self._release.same_recipe and parent.labels.sha256 == sha256_of(labels))

    def _images(self) -> tuple[list[Planned], list[File]]:
        """Writes the images that no shard has; returns all samples with their shard, and the files of all shards in use."""
        release = self._release
        with progress(self._bench.run, "images", len(release.new)) as advance:
            planned, new = write_shards(self._bench.objects, self._bucket, release.recipe.name, release.splits,
                                        release.plan.samples, self._fetch, advance)
        known = release.shards | {file.path: file for file in new}
        return planned, [known[path] for path in shards_in_use(planned) if path]

    def _fetch(self, planned: Sequence[Planned]) -> Iterator[bytes | None]:
        """Canonical images that decode to what they should be; the others are noted."""
        for item, (data, problem) in zip(planned, self._bench.objects.in_order(self._checked, planned), strict=True):
            if problem:
                self._failures.append(gates.undecodable(item.image_id, problem))
            yield data

    def _checked(self, item: Planned) -> tuple[bytes | None, str | None]:
        candidate = item.candidate
        try:
            data = self._bench.objects.get(self._bench.settings.bucket_images, image_key(item.image_id, candidate.media_type))
        except ObjectMissing:
            return None, "its picture is not in the bucket of images"
        problem = gates.decodes(data, candidate.width, candidate.height)
        return (None if problem else data), problem

    def _labels(self, path: Path, planned: Sequence[Planned]) -> None:
        with progress(self._bench.run, "labels", len(planned)) as advance:
            write_labels(path, looked_through(self._bench, planned, self.counts, self._failures), advance)

    def _gates(self, planned: Sequence[Planned]) -> LeakReport:
        leaks = find_leaks(self._bench, planned, self._release.unchecked, self._release.bridges)
        if failures := [*self._failures, *stopped(self._bench, self._release, self.counts, leaks)]:
            raise GateFailed(gates.message(self._release.name, failures), gates.records(failures))
        return leaks

    def _diff(self, manifest: Manifest) -> tuple[Diff | None, list[File]]:
        """What changed since the parent, as a page and for programs."""
        parent = self._release.parent
        if parent is None:
            return None, []
        bench = self._bench
        why = {item.image_id: item.reason for item in self._release.plan.left_out if item.split}
        rows = changed_rows(bench.objects, self._bucket, parent, manifest)
        changes = diff(str(parent.name), str(manifest.name), rows, why)
        page = render(changes, thumbnails(bench.objects, bench.settings.bucket_images, changes.pictured()))
        return changes, [
            self._folder.put_bytes("diff", "diff.json", changes.to_json(), JSON, pulled_as="diff.json"),
            self._folder.put_bytes("diff", "diff.html", page.encode(), "text/html; charset=utf-8", pulled_as="diff.html")]

    def _card(self, manifest: Manifest, planned: Sequence[Planned], leaks: LeakReport, changes: Diff | None) -> list[File]:
        """README.md and its pictures."""
        put, recipe, files = self._folder.put_bytes, self._release.recipe, list[File]()
        pictures = {DIFF: "diff.html"} if changes else {}
        for name, data in plots(self.counts, self.counts.splits(recipe.splits)).items():
            files.append(put("card", name, data, "image/svg+xml"))
            pictures[name] = PurePosixPath(files[-1].path).name
        if shown := list(self._shown(chosen(planned))):
            files.append(put("card", STRIP, strip(shown), "image/jpeg"))
            pictures[STRIP] = PurePosixPath(files[-1].path).name
        sizes: dict[str, list[int]] = {}
        for file in manifest.files:
            sizes.setdefault(file.kind, []).append(file.bytes)
        text = card(Card(str(manifest.name), manifest.parent, recipe, manifest.code_version, self.counts, manifest.left_out,
                         leaks, summary(changes) if changes else None, sizes, self._release.frozen), pictures)
        return [*files, put("card", "README.md", text.encode(), "text/markdown; charset=utf-8", pulled_as="README.md")]

    def _shown(self, planned: Sequence[Planned]) -> Iterator[tuple[bytes, Reading, str]]:
        """Pictures to draw; one that is gone from the bucket of images, though a shard has it, is left out."""
        pictures = self._bench.objects.in_order(self._checked, planned)
        for sample, (data, _) in zip(samples(self._bench, planned), pictures, strict=True):
            if data:
                yield data, sample.reading, sample.planned.split

    def _manifest(self, planned: Sequence[Planned], files: Sequence[File]) -> Manifest:
        release, recipe = self._release, self._release.recipe
        left_out = Counter(item.reason for item in release.plan.left_out)
        splits = dict.fromkeys(release.splits, 0) | Counter(sample.split for sample in planned)
        return Manifest(
            dataset=recipe.name, number=release.number, parent=str(release.parent.name) if release.parent else None,
            unit=recipe.unit, description=recipe.description, licence=recipe.licence, recipe=recipe.model_dump(mode="json"),
            code_version=f"saegim {version('saegim')}", splits=splits, frozen=release.frozen,
            columns=[Column(name=field.name, type=str(field.type)) for field in LABELS], files=list(files),
            left_out=dict(sorted(left_out.items())))

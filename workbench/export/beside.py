"""What stands beside the rows of a release: the diff against its parent, and its card."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from datastore.releases import Folder
from pages.card import DIFF, card
from pages.card_facts import CardFacts
from pages.card_plots import plots
from pages.card_strip import STRIP, ToDraw, strip
from pages.diff_page import render
from pages.diff_tables import summary
from saegim.manifest import File, Manifest
from stages.diff.diff import Diff, diff
from stages.diff.for_programs import to_json
from stages.export.counts import Counts
from stages.export.leaks import LeakReport
from stages.export.shown import chosen
from stages.export.source_uses import held_sources
from workbench.bench import Workbench
from workbench.diff import ReleaseLabels, changed_rows, labels_of, thumbnails
from workbench.export.plan import NextRelease
from workbench.export.samples import fetch_checked, read_samples

JSON = "application/json"
HTML = "text/html; charset=utf-8"
MARKDOWN = "text/markdown; charset=utf-8"


def diff_with_parent(bench: Workbench, release: NextRelease, manifest: Manifest, labels: Path) -> Diff | None:
    """What changed since the parent; None where there is none.

    Args:
        bench: the systems.
        release: that is about to be.
        manifest: of it.
        labels: its label file on this machine; the parent's is fetched.
    """
    if release.parent is None:
        return None
    why = {item.image_id: item.reason for item in release.plan.left_out if item.split}
    names = str(release.parent.name), str(manifest.name)
    if release.parent.labels.sha256 == manifest.labels.sha256:  # the recipe alone is another one
        return diff(*names, (), why)
    with labels_of(bench.objects, bench.settings.bucket_datasets, release.parent) as before:
        return diff(*names, changed_rows(before, ReleaseLabels(manifest, labels)), why)


def diff_files(bench: Workbench, folder: Folder, changes: Diff) -> list[File]:
    """Stores a diff as a page with pictures and for programs."""
    page = render(changes, thumbnails(bench.objects, bench.settings.bucket_images, changes.pictured()))
    return [folder.put_bytes("diff", "diff.json", to_json(changes), JSON, pulled_as="diff.json"),
            folder.put_bytes("diff", "diff.html", page.encode(), HTML, pulled_as="diff.html")]


def card_files(bench: Workbench, folder: Folder, release: NextRelease, manifest: Manifest, counts: Counts, leaks: LeakReport,
               changes: Diff | None) -> list[File]:
    """Stores a release's card, README.md, and its pictures.

    Args:
        bench: the systems.
        folder: of the release.
        release: that is about to be.
        manifest: of it, with the files that hold its rows.
        counts: of its samples.
        leaks: its leak report.
        changes: since its parent; None where there is none.
    """
    pictures = {name: folder.put_bytes("card", name, data, "image/svg+xml")
                for name, data in plots(counts, counts.splits(release.recipe.splits)).items()}
    if shown := list(_to_draw(bench, release)):
        pictures[STRIP] = folder.put_bytes("card", STRIP, strip(shown), "image/jpeg")
    links = {name: PurePosixPath(file.path).name for name, file in pictures.items()}
    sizes: dict[str, list[int]] = {}
    for file in manifest.files:
        sizes.setdefault(file.kind, []).append(file.bytes)
    facts = CardFacts(str(manifest.name), manifest.parent, release.recipe, manifest.code_version, counts, manifest.left_out,
                      leaks, summary(changes) if changes else None, sizes, release.frozen, release.plan.asked,
                      release.named.slices, held_sources(release.plan.samples, counts))
    text = card(facts, links | ({DIFF: "diff.html"} if changes else {}))
    return [*pictures.values(), folder.put_bytes("card", "README.md", text.encode(), MARKDOWN, pulled_as="README.md")]


def _to_draw(bench: Workbench, release: NextRelease) -> Iterator[ToDraw]:
    """What the card's strip shows; a picture that is gone from the bucket of images, though a shard has it, is left out."""
    some = chosen(release.plan.samples)
    pictures = bench.objects.in_order(functools.partial(fetch_checked, bench.objects, bench.settings.bucket_images), some)
    for sample, picture in zip(read_samples(bench.ledger, bench.settings, some), pictures, strict=True):
        if not picture.problem:
            yield ToDraw(picture.data, sample.reading, sample.planned.split)

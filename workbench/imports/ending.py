"""What became of the pictures of an import, once ingest and settling are through."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain

from datastore.ledger import imported, sources
from datastore.ledger.clusters import cluster_mates
from datastore.releases import newest, places
from schemas.sources import EndedPicture, ImportedPicture, PictureEnd
from schemas.submission import Outcome
from workbench.bench import Workbench
from workbench.imports.beside import kept_for_measuring, own_licences

SAME_AS_OURS = "exactly a picture that we have: its labels stand beside ours"
UNLABELLED = "a model reads it, and annotators, as they do photographs"
NO_TRUTH = "what a program saw: it waits for annotators, as photographs do"
DOUBTFUL = "may repeat an earlier picture: saegim ingest duplicates"
QUARANTINED = "ingest failed on its picture: saegim ingest retry, then saegim run ingest"
WITHDRAWN = "somebody had it withdrawn: no later release has it"
NOT_SEEN = "ingest is not through with it, perhaps in another run: saegim run ingest"
TRAINING = "train"
"""The split from which models learn; images of all others are kept from it."""


def ended_pictures(bench: Workbench, source: str, keys: Mapping[str, int]) -> list[EndedPicture]:
    """What became of the pictures of an import, in order of key.

    Those of which a person should know more come once more at the end: see ``beside``, and those like test images of ours.

    Args:
        bench: the systems.
        source: that was imported.
        keys: of the pictures, with how many regions each brought.
    """
    with bench.ledger.read() as connection:
        known = sources.source_named(connection, source)
    is_truth = known is not None and known.is_truth
    pictures = imported.pictures_of_source(bench.ledger, bench.settings.bucket_raw, source)
    mine = [item for item in pictures if item.key in keys]
    return [*(_ended(item, keys[item.key], is_truth) for item in mine), *_near_tests(bench, pictures, keys),
            *kept_for_measuring(bench, mine, keys), *(own_licences(mine, known, keys) if known else ())]


def _ended(item: ImportedPicture, regions: int, is_truth: bool) -> EndedPicture:
    if item.outcome is None:
        return EndedPicture(PictureEnd.WAITS, NOT_SEEN, item.name, regions)
    if item.outcome is Outcome.HELD:
        return EndedPicture(PictureEnd.HELD, DOUBTFUL, item.name, regions, item.detail or "")
    if item.outcome is Outcome.WITHDRAWN:
        return EndedPicture(PictureEnd.NOT_TAKEN, WITHDRAWN, item.name, regions)
    if item.problem:
        if item.outcome is Outcome.QUARANTINED:
            return EndedPicture(PictureEnd.NOT_TAKEN, QUARANTINED, item.name, regions, item.detail or "")
        if item.reason:
            return EndedPicture(PictureEnd.NOT_TAKEN, item.problem, item.name, regions, item.detail or "")
        why, _, detail = item.problem.partition(": ")
        return EndedPicture(PictureEnd.NOT_TAKEN, why, item.name, regions, detail)
    if not item.has_labels:
        return EndedPicture(PictureEnd.UNLABELLED, UNLABELLED, item.name, regions)
    if not is_truth:
        return EndedPicture(PictureEnd.READ, NO_TRUTH, item.name, regions)
    ours = item.outcome is Outcome.DUPLICATE
    why = SAME_AS_OURS if ours else ""
    return EndedPicture(PictureEnd.ACCEPTED, why, item.name, regions, item.repeats or "")


def _near_tests(bench: Workbench, pictures: list[ImportedPicture], keys: Mapping[str, int]) -> Iterator[EndedPicture]:
    """Those that are, or look like, an image that a newest release has in another split than training, and that is not theirs."""
    by_image: dict[str, list[ImportedPicture]] = {}
    for item in pictures:
        if item.key in keys and item.image_id:
            by_image.setdefault(item.image_id, []).append(item)
    own = {item.image_id for item in pictures if item.outcome is Outcome.ACCEPTED}
    with bench.ledger.read() as connection:
        mates = cluster_mates(connection, by_image)
    near = set(chain.from_iterable(mates.values())) - own
    for path in sorted(bench.settings.datasets.glob("*.yaml")):
        release = newest(bench.objects, bench.settings.bucket_datasets, path.stem) if near else None
        held = places(bench.objects, bench.settings.bucket_datasets, release) if release else {}
        tests = {image: f"an image of ours that {release.name if release else ''} has in {held[image].split}" for image in near
                 if image in held and held[image].held and held[image].split != TRAINING}
        for image, items in by_image.items():
            for other in sorted(tests.keys() & mates[image]):
                same = "the same as" if other == image else "a near-duplicate of"
                yield from (EndedPicture(PictureEnd.NEAR_TEST, f"{same} {tests[other]}", item.name, keys[item.key], other)
                            for item in items)

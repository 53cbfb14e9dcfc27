"""What a person should know of imported pictures beside what became of them: copies, licences, and what is gone."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from datastore.ledger.imported import copies_of, pictures_of_source
from datastore.releases import newest, places
from schemas.licences import allowed_uses, is_own
from schemas.sources import PUBLIC, EndedPicture, ImportedPicture, PictureCopy, PictureEnd, PublicSource
from schemas.submission import Outcome
from stages.export.own_splits import held_out
from workbench.bench import Workbench

MEASURED = "a data set keeps it for measuring, and it is elsewhere too: no release trains with a copy of it from now on"
TRAINED = "a data set keeps it for measuring, and {release} has it in {split}, where it stays"
OTHER_LICENCE = "its own licence {licence} counts beside its data set's: it allows {allows}"
LEFT_BEHIND = "of an earlier import, and not in this one: it stays. saegim ingest withdraw KEY --because … takes it out"
STANDING = (Outcome.ACCEPTED, Outcome.DUPLICATE, Outcome.HELD)


def kept_for_measuring(bench: Workbench, pictures: Sequence[ImportedPicture], keys: Mapping[str, int]) -> Iterator[EndedPicture]:
    """Pictures that a data set keeps for measuring, and that stand in training or nowhere elsewhere: here, there, or with us.

    Args:
        bench: the systems.
        pictures: of the import.
        keys: of these, with how many regions each brought.
    """
    of = {item.key: item.image_id for item in pictures if item.image_id}
    copies: dict[str, list[PictureCopy]] = {}
    with bench.ledger.read() as connection:
        for copy in copies_of(connection, of.values()):
            copies.setdefault(copy.image_id, []).append(copy)
    kept = {image for image, found in copies.items() if any(held_out(copy.split) for copy in found)}
    mine = [item for item in pictures if of.get(item.key) in kept]
    for item in mine:
        others = [f"{copy.key} ({copy.split or 'no split'})" for copy in copies[of[item.key] or ""] if copy.key != item.key
                  and held_out(copy.split) != held_out(item.split)]
        if item.repeats and not item.repeats.startswith(f"{PUBLIC}/"):
            others.append(item.repeats)
        if others:
            yield EndedPicture(PictureEnd.MEASURED, MEASURED, item.name, keys[item.key], ", ".join(others))
    yield from _trained_with(bench, mine, keys)


def _trained_with(bench: Workbench, kept: Sequence[ImportedPicture], keys: Mapping[str, int]) -> Iterator[EndedPicture]:
    """Those that a newest release has in a split that is not for measuring: no image that was released moves."""
    for path in sorted(bench.settings.datasets.glob("*.yaml")) if kept else ():
        release = newest(bench.objects, bench.settings.bucket_datasets, path.stem)
        there = places(bench.objects, bench.settings.bucket_datasets, release) if release else {}
        for item in kept:
            place = there.get(item.image_id or "")
            if release and place and place.held and not held_out(place.split):
                yield EndedPicture(PictureEnd.NEAR_TEST, TRAINED.format(release=release.name, split=place.split), item.name,
                                   keys[item.key], item.image_id or "")


def own_licences(pictures: Sequence[ImportedPicture], source: PublicSource, keys: Mapping[str, int]) -> Iterator[EndedPicture]:
    """Pictures whose licence is another one than their data set's.

    Args:
        pictures: of the import.
        source: that was imported.
        keys: of the pictures, with how many regions each brought.
    """
    for item in pictures:
        if is_own(item.licence, source):
            allows = ", ".join(allowed_uses(item.licence, source)) or "nothing"
            yield EndedPicture(PictureEnd.OWN_LICENCE, OTHER_LICENCE.format(licence=item.licence, allows=allows), item.name,
                               keys[item.key], item.key)


def left_behind(bench: Workbench, source: str, split: str, keys: Collection[str], new: int) -> list[EndedPicture]:
    """Pictures of earlier imports that this one does not have, where it has some of theirs.

    Args:
        bench: the systems.
        source: that was imported.
        split: that was asked for, whose pictures alone count; empty where none was.
        keys: of its pictures.
        new: how many of these no earlier import had; where all are, it adds to the source and is no later version of it.
    """
    if new == len(keys):
        return []
    folder = f"{source}/{split}/" if split else f"{source}/"
    return [EndedPicture(PictureEnd.LEFT_BEHIND, LEFT_BEHIND, item.name, 0, item.key)
            for item in pictures_of_source(bench.ledger, bench.settings.bucket_raw, source)
            if item.key.startswith(folder) and item.key not in keys and item.outcome in STANDING]

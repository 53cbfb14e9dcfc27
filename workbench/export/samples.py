"""The samples of a release: planned ones with their readings, as the ledger has them."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import more_itertools

from datastore.ledger import Ledger
from datastore.ledger.readings import readings_by_id
from datastore.objects import ObjectStore
from datastore.shards import Fetched
from schemas.ids import pseudonym
from schemas.reader import Reader, ReaderKind
from schemas.reading import Reading
from schemas.sample import Planned, Sample
from schemas.submission import image_key
from stages.export import gates
from workbench.named_slices import NO_SLICES, NamedSlices
from workbench.settings import Settings

SAMPLES_A_READ = 500
"""Readings that are in memory at once."""
GONE = "its picture is not in the bucket of images"


def read_samples(ledger: Ledger, settings: Settings, planned: Sequence[Planned],
                 named: NamedSlices = NO_SLICES) -> Iterator[Sample]:
    """Planned samples with their readings, in order; people stand in them under pseudonyms (design D2).

    Args:
        ledger: has the readings.
        settings: have the secret that pseudonyms are made with.
        planned: a million of them stream through.
        named: slices that the samples are looked through for.
    """
    stands_for = functools.cache(functools.partial(pseudonym, settings.pseudonym_secret.get_secret_value()))
    for chunk in more_itertools.chunked(planned, SAMPLES_A_READ):
        with ledger.read() as connection:
            readings = readings_by_id(connection, [item.candidate.reading_id for item in chunk])
        in_order = [readings[item.candidate.reading_id] for item in chunk]
        slices = named.of_readings(in_order, [item.candidate.campaign for item in chunk])
        for item, reading, names in zip(chunk, in_order, slices, strict=True):
            yield Sample(item, stands_for(item.candidate.submitter), _under_pseudonym(reading, stands_for),
                         names if named.slices else ())


def fetch_checked(objects: ObjectStore, bucket: str, item: Planned) -> Fetched:
    """The canonical image of a sample; with a problem where it is gone, or does not decode to what it should be.

    Args:
        objects: the object storage.
        bucket: of the canonical images.
        item: the sample.
    """
    candidate = item.candidate
    data = objects.get_or_none(bucket, image_key(item.image_id, candidate.media_type))
    if data is None:
        return Fetched(b"", GONE)
    return Fetched(data, gates.decodes(data, candidate.width, candidate.height) or "")


def _under_pseudonym(reading: Reading, stands_for: Callable[[str], str]) -> Reading:
    reader = Reader(reading.reader)
    return replace(reading, reader=Reader.person(stands_for(reader.name))) if reader.kind is ReaderKind.PERSON else reading

"""Pictures of a data set go to the bucket of submissions, their labels to the ledger: objects first, then rows (design D4)."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from more_itertools import chunked, peekable

from datastore.ledger import imported
from saegim.errors import FormatWrong
from saegim.labels.findings import Findings
from saegim.labels.labelled import LabelledImage, LabelledSet
from saegim.labels.reading import opened_set
from schemas.ids import sha256
from schemas.sources import ImportedLabels
from workbench.bench import Workbench
from workbench.imports.keys import SourceKeys
from workbench.imports.labels import ImportRequest, imported_labels
from workbench.imports.source_row import write_source
from workbench.run import progress

A_BATCH = 200
"""Pictures whose labels are written in one transaction: what is repeated where an import is killed."""
UNREADABLE = "its picture cannot be read"
OTHER_PICTURE = "an earlier import has another picture under this name: import it as another data set, or with --split"


@dataclass(slots=True)
class SentSet:
    """What an import sent.

    Attributes:
        keys: of all its pictures, also of those that were there, with how many regions each has.
        pictures: that were not there before.
        labels: of how many pictures they are new, or other ones than before.
        told: what a person should know of the source's row.
    """

    keys: dict[str, int] = field(default_factory=dict)
    pictures: int = 0
    labels: int = 0
    told: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Loaded:
    """A picture with its bytes, its key, and the sha256 of what earlier imports sent there; None where they sent nothing."""

    image: LabelledImage
    key: str
    data: bytes
    known: str | None


@dataclass(frozen=True, slots=True)
class _Stored:
    """A picture in the bucket; ``clashes`` where another one lies at its key, and stays there."""

    image: LabelledImage
    key: str
    raw_sha256: str
    is_new: bool = False
    clashes: bool = False


def send_from(bench: Workbench, path: Path, request: ImportRequest, findings: Findings) -> SentSet:
    """Sends what is not there yet of the data set at a path, see ``send``.

    Raises:
        FormatWrong: it is not of the format, or nothing of it can be read.
        SettingError: the source has labels of another worth: people's, or some program's.
    """
    reading = Findings()  # its own, as for a conversion: some formats count what they give as gone, and we count what was sent
    with opened_set(path, request.form, reading) as dataset:
        sent = send(bench, dataset, request, findings)
    findings.follows(reading)
    return sent


def send(bench: Workbench, dataset: LabelledSet, request: ImportRequest, findings: Findings) -> SentSet:
    """Sends what is not there yet. Killed, it goes on where it was when it is run again.

    Args:
        bench: the systems.
        dataset: that streams.
        request: what was asked for.
        findings: count what went, and take what did not go through as it was.

    Raises:
        SettingError: the source has labels of another worth: people's, or some program's.
    """
    images = peekable(dataset.images)
    if not images:
        return SentSet()
    # Before any picture: what may be done with it is known before anything can be made of it.
    sent = SentSet(told=write_source(bench.ledger, dataset, request))
    keys = SourceKeys(f"{request.source}/{request.split}" if request.split else request.source)
    with progress(bench.run, "send", dataset.count or 0) as advance:
        for batch in chunked(images, A_BATCH):
            _send_batch(bench, batch, keys, request, findings, sent)
            advance(len(batch))
    return sent


def _send_batch(bench: Workbench, images: Sequence[LabelledImage], keys: SourceKeys, request: ImportRequest,
                findings: Findings, sent: SentSet) -> None:
    with bench.ledger.read() as connection:
        known = imported.raw_digests(connection, [key for image in images for key in keys.possible_keys(image.name)])
    labels: list[ImportedLabels] = []
    for stored in bench.objects.in_order(functools.partial(_store, bench), _loaded(images, keys, known, findings)):
        if stored.clashes:
            findings.left_out(stored.image.name, None, OTHER_PICTURE, stored.key, regions=len(stored.image.regions))
            continue
        item = imported_labels(stored.image, stored.key, stored.raw_sha256, request, findings)
        labels.append(item)
        sent.keys[item.key] = len(item.regions or ())
        sent.pictures += stored.is_new
        findings.went(len(item.regions or ()))
    with bench.ledger.write() as connection:
        sent.labels += imported.put_labels(connection, labels)


def _loaded(images: Iterable[LabelledImage], keys: SourceKeys, known: Mapping[str, str], findings: Findings) -> Iterator[_Loaded]:
    """Pictures with their bytes, one after the other: an archive is read by one thread."""
    for image in images:
        try:
            data = image.picture()
        except FormatWrong as error:
            findings.left_out(image.name, None, UNREADABLE, str(error), regions=len(image.regions))
            continue
        marked = known.get(keys.marked_key(image.name))
        key = keys.key_of(image.name, is_marked=marked is not None and marked == sha256(data))
        yield _Loaded(image, key, data, known.get(key))


def _store(bench: Workbench, loaded: _Loaded) -> _Stored:
    """Stores a picture unless it is there. One whose row is missing may be there all the same: the last import was killed."""
    bucket = bench.settings.bucket_raw
    digest = sha256(loaded.data)
    if loaded.known is not None:
        return _Stored(loaded.image, loaded.key, digest, clashes=loaded.known != digest)
    if bench.objects.put_if_absent(bucket, loaded.key, loaded.data):
        return _Stored(loaded.image, loaded.key, digest, is_new=True)
    return _Stored(loaded.image, loaded.key, digest, clashes=sha256(bench.objects.get(bucket, loaded.key)) != digest)

"""Shards of a WebDataset: numbered .tar files a split, each whole or not there, and what of them is there already."""

from __future__ import annotations

import hashlib
import json
import tarfile
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from itertools import islice
from typing import BinaryIO

import pyarrow as pa

from saegim.folder import has_size
from saegim.labels.findings import Findings
from saegim.labels.output import Output
from saegim.labels.split_names import SplitNames

SHARD_BYTES = 256 * 1024 * 1024
"""At most, but for a sample that is larger alone: what WebDataset's own documentation calls usual is 100 MB to 1 GB."""
BLOCK = 512
"""Bytes: contents of a .tar begin at a multiple of it (POSIX ustar)."""
PLAIN = tarfile.TarInfo().tobuf(tarfile.USTAR_FORMAT)
"""A header without name and size: owner 0, mode 644, a time that is always the same."""
SUM = sum(PLAIN[:124] + PLAIN[136:148] + b" " * 8 + PLAIN[156:])
"""Of its bytes but for those of the size."""
RECORD = 20 * BLOCK
"""Bytes: the whole of a .tar is a multiple of it."""
JOURNAL = ".shards.jsonl"
"""In the folder: one line for each shard that is whole. Hidden: no reader of the format takes it for one of its files."""
LOADED_TOGETHER = 8
"""Samples whose pictures one piece of work reads, while those before are written."""
AHEAD = 2
"""Pieces of work that are read ahead."""


@dataclass(frozen=True, slots=True)
class TarSample:
    """One sample, before its picture is read.

    Attributes:
        key: 32 hex digits: readers cut names at their first dot, and tell samples apart by what stands before it.
        split: whose shards it goes to.
        labels: JSON.
        picture: reads the encoded picture.
        regions: how many the labels hold.
    """

    key: str
    split: str
    labels: bytes
    picture: Callable[[], bytes | pa.Buffer]
    regions: int


@dataclass(frozen=True, slots=True)
class WholeShard:
    """A line of the journal.

    Attributes:
        path: of the shard.
        images: how many it holds.
        size: of its file, in bytes.
        content: sha256 of its keys and labels, in order.
    """

    path: str
    images: int
    size: int
    content: str


@dataclass(slots=True)
class _Shard:
    """One that is being written."""

    path: str
    file: BinaryIO
    closing: ExitStack
    images: int = 0
    size: int = 0
    content: hashlib._Hash = field(default_factory=hashlib.sha256)


class TarShards:
    """All shards of one data set that is written.

    Args:
        output: the folder; its ``advance`` is told of each image.
        findings: count the regions of each sample that is in a shard, when it is.
        resumes: whether a sample's labels tell its picture too, as a release's do. Then shards that are whole from an earlier
            run stay, and pictures are read ahead. Otherwise each is read in its turn, and all shards are written again.
    """

    def __init__(self, output: Output, findings: Findings, resumes: bool) -> None:
        self._output = output
        self._went = findings.went
        self._resumes = resumes
        self._journal = output.folder / JOURNAL
        self._before = self._whole_before() if resumes else {}
        self._whole: dict[str, WholeShard] = {}
        self._names = SplitNames(findings)
        self._next: dict[str, int] = {}
        self._open: dict[str, _Shard] = {}

    def write(self, samples: Iterable[TarSample]) -> list[str]:
        """Writes what is not there yet: where it resumes, from behind the last shard of each split that is as it has to be.

        Args:
            samples: always in the same order. Pictures of those that are there already are not read.

        Returns:
            Paths of all shards, sorted.
        """
        missing = self._missing(samples)
        for sample, picture in _read_ahead(missing) if self._resumes else ((one, one.picture()) for one in missing):
            self._add(sample, picture)
            self._went(sample.regions)
            self._output.advance(1)
        for split in sorted(self._open):
            self._close(split)
        if self._resumes:
            lines = "".join(json.dumps(asdict(self._whole[path])) + "\n" for path in sorted(self._whole))
            self._output.write(JOURNAL, lines.encode())
        else:
            self._journal.unlink(missing_ok=True)
        return sorted(self._whole)

    def _missing(self, samples: Iterable[TarSample]) -> Iterator[TarSample]:
        """Samples that no whole shard holds: split by split, shards are compared until the first that differs."""
        waiting: dict[str, list[TarSample]] = {}
        differing: set[str] = set()
        for sample in samples:
            held = self._before.get(self._path(sample.split))
            if held is None or sample.split in differing:
                differing.add(sample.split)
                yield sample
                continue
            here = waiting.setdefault(sample.split, [])
            here.append(sample)
            if len(here) < held.images:
                continue
            if _content(here) == held.content:
                self._pass_over(sample.split, held, here)
            else:
                differing.add(sample.split)
                yield from here
            waiting[sample.split] = []
        for left in waiting.values():
            yield from left

    def _pass_over(self, split: str, held: WholeShard, samples: list[TarSample]) -> None:
        self._output.has(held.path)
        self._whole[held.path] = held
        self._next[split] = self._next.get(split, 0) + 1
        for sample in samples:
            self._went(sample.regions)
        self._output.advance(len(samples))

    def _add(self, sample: TarSample, picture: bytes | pa.Buffer) -> None:
        parts = (*_member(f"{sample.key}.jpg", picture), *_member(f"{sample.key}.json", sample.labels))
        size = sum(len(part) for part in parts)
        shard = self._open.get(sample.split)
        if shard and shard.size + size + RECORD > SHARD_BYTES:
            self._close(sample.split)
            shard = None
        shard = shard or self._begin(sample.split)
        for part in parts:
            shard.file.write(part)
        shard.images += 1
        shard.size += size
        _digest(shard.content, sample)

    def _begin(self, split: str) -> _Shard:
        path = self._path(split)
        closing = ExitStack()
        part = closing.enter_context(self._output.opened(path))
        self._open[split] = _Shard(path, closing.enter_context(part.open("wb")), closing)
        return self._open[split]

    def _close(self, split: str) -> None:
        shard = self._open.pop(split)
        end = 2 * BLOCK
        end += -(shard.size + end) % RECORD
        shard.file.write(bytes(end))
        shard.closing.close()
        self._next[split] = self._next.get(split, 0) + 1
        whole = WholeShard(shard.path, shard.images, shard.size + end, shard.content.hexdigest())
        self._whole[shard.path] = whole
        if self._resumes:
            with self._journal.open("a", encoding="utf-8") as lines:
                lines.write(json.dumps(asdict(whole)) + "\n")

    def _path(self, split: str) -> str:
        """Of the split's next shard."""
        return f"{self._names.of(split)}-{self._next.get(split, 0):06d}.tar"

    def _whole_before(self) -> dict[str, WholeShard]:
        """What the journal says and the folder has."""
        found: dict[str, WholeShard] = {}
        for line in self._journal.read_text(encoding="utf-8").splitlines() if self._journal.is_file() else []:
            try:
                whole = WholeShard(**json.loads(line))
            except (ValueError, TypeError):  # cut off by a kill
                continue
            if has_size(self._output.folder / whole.path, whole.size):
                found[whole.path] = whole
        return found


def _read_ahead(samples: Iterator[TarSample]) -> Iterator[tuple[TarSample, bytes | pa.Buffer]]:
    """Samples with their pictures; those that come next are read meanwhile, in one thread: readers of files have one place."""
    with ThreadPoolExecutor(1, "saegim-pictures") as pool:
        ahead: deque[tuple[list[TarSample], Future[list[bytes | pa.Buffer]]]] = deque()
        try:
            while together := list(islice(samples, LOADED_TOGETHER)):
                ahead.append((together, pool.submit(_pictures, together)))
                if len(ahead) > AHEAD:
                    ready, pictures = ahead.popleft()
                    yield from zip(ready, pictures.result(), strict=True)
            for ready, pictures in ahead:
                yield from zip(ready, pictures.result(), strict=True)
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _pictures(samples: list[TarSample]) -> list[bytes | pa.Buffer]:
    return [sample.picture() for sample in samples]


def _member(name: str, data: bytes | pa.Buffer) -> tuple[bytes, bytes | pa.Buffer, bytes]:
    return _header(name.encode(), len(data)), data, bytes(-len(data) % BLOCK)


def _header(name: bytes, size: int) -> bytes:
    """As ``tarfile.TarInfo.tobuf`` makes it, at a tenth of the time: names and sizes alone differ.

    Args:
        name: of 100 bytes at most.
        size: below 8 GiB.
    """
    digits = b"%011o\0" % size
    checksum = SUM + sum(name) + sum(digits)  # of all bytes, with spaces in the place of the checksum itself
    return b"".join((name.ljust(100, b"\0"), PLAIN[100:124], digits, PLAIN[136:148], b"%06o\0 " % checksum, PLAIN[156:]))


def _content(samples: list[TarSample]) -> str:
    content = hashlib.sha256()
    for sample in samples:
        _digest(content, sample)
    return content.hexdigest()


def _digest(content: hashlib._Hash, sample: TarSample) -> None:
    content.update(f"{sample.key} {len(sample.labels)}\n".encode())
    content.update(sample.labels)

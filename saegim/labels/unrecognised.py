"""What to do about files that look like no format that is read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path

from saegim.errors import FormatWrong
from saegim.labels.dataset_files import PICTURES, DatasetFiles
from saegim.labels.findings import Findings
from saegim.labels.texts import decoded, decoded_lines, documents

LOOKED_AT = 20
"""So many label files, and folders, are looked at."""
LARGEST = 1 << 26
"""Bytes of a label file that is looked at: a broken one shows soon enough."""
TOLD = 3
"""Files that are named with what is wrong with them."""
LABELS = (".json", ".jsonl", ".txt", ".csv", ".xml")
WITH_PICTURES = (".parquet", ".tar", ".tgz", ".gz", ".mdb", ".pdf", ".zip")
"""Endings of files that hold pictures themselves."""


def advice(files: DatasetFiles, option: str, looks_like: Callable[[Path], Sequence[str]]) -> Iterator[str]:
    """Sentences on what is wrong with a data set, and on how it may be read all the same.

    Args:
        files: of the data set.
        option: of the command, by which people say the format.
        looks_like: names of the formats that a folder looks like.
    """
    yield from islice(_broken(files), TOLD)
    pictures = len(files.names(*PICTURES))
    below = [] if files.chosen else list(_below(files.path, looks_like))
    yield from below
    if pictures and not files.chosen:
        yield f"{option} pictures takes the pictures alone, without labels: {pictures:,} of them"
    elif not pictures and not below and not files.names(*WITH_PICTURES):
        yield "it has no pictures: labels are read beside the pictures that they name, so put both in one folder"


def _broken(files: DatasetFiles) -> Iterator[str]:
    for name in files.label_names(*LABELS)[:LOOKED_AT]:
        try:
            files.check(name)
            data = files.start(name, LARGEST)
            if len(data) == LARGEST:
                continue
            if name.lower().endswith(".json"):
                for _ in documents(decoded(data, name, Findings()), name, Findings()):
                    pass
            elif name.lower().endswith(LABELS):
                decoded_lines(data, name, Findings())
        except FormatWrong as error:
            yield str(error)


def _below(folder: Path, looks_like: Callable[[Path], Sequence[str]]) -> Iterator[str]:
    """The folders in it that look like something by themselves."""
    inside = sorted(one for one in folder.iterdir() if one.is_dir() and one.name[0] not in "._") if folder.is_dir() else []
    for one in inside[:LOOKED_AT]:
        if names := looks_like(one):
            yield f"{one} looks like {' or '.join(names)}: name that folder"

"""Opening a data set of strangers: by a format's name, or by what it looks like."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from saegim.errors import FormatWrong, SettingMissing
from saegim.formats import FORMATS, READ
from saegim.labels.dataset_files import DatasetFiles
from saegim.labels.doubts import with_doubts
from saegim.labels.findings import Findings
from saegim.labels.format import Format
from saegim.labels.labelled import LabelledSet
from saegim.labels.unrecognised import advice
from saegim.names import unknown

AUTO = "auto"
"""In the place of a format's name: the one that the files look like."""


@dataclass(frozen=True, slots=True)
class Guess:
    """A format that a data set looks like, and by what."""

    form: Format
    because: str


@contextmanager
def opened_set(path: Path, form: Format, findings: Findings) -> Iterator[LabelledSet]:
    """A data set to be read, in the ``with``.

    Raises:
        FormatWrong: it is not of this format, or nothing of it can be read.
    """
    if form.read is None:
        raise FormatWrong(f"{form.name} is written only; expected one of {', '.join(READ)}")
    with DatasetFiles(path) as files:
        dataset = form.read(files, findings)
        yield replace(dataset, images=with_doubts(dataset.images, findings))


def chosen(path: Path, name: str = AUTO, option: str = "--format") -> Guess:
    """The format to read a data set by.

    Args:
        path: of the data set.
        name: of a format, or ``auto``.
        option: of the command, by which people say the format.

    Raises:
        SettingMissing: there is no such format.
        FormatWrong: ``auto`` finds none, or several: then it asks which.
    """
    if name != AUTO:
        if name not in READ:
            raise SettingMissing(unknown("format", name, READ))
        return Guess(FORMATS[name], "")
    found = recognised(path)
    if not found:
        raise FormatWrong(_unrecognised(path, option))
    if len(found) > 1:
        raise FormatWrong(f"{path} may be " + ", or ".join(f"{one.form.name} ({one.because})" for one in found)
                          + f": say which by {option}")
    return found[0]


def recognised(path: Path) -> list[Guess]:
    """All formats that a data set looks like."""
    with DatasetFiles(path) as files:
        guesses = ((form, _looks(form, files)) for form in FORMATS.values())
        return [Guess(form, because) for form, because in guesses if because]


def _looks(form: Format, files: DatasetFiles) -> str:
    """By what files look like a format; what cannot be read looks like none."""
    try:
        return form.recognise(files) if form.recognise else ""
    except FormatWrong:
        return ""


def _unrecognised(path: Path, option: str) -> str:
    with DatasetFiles(path) as files:
        found = list(advice(files, option, lambda below: [guess.form.name for guess in recognised(below)]))
    told = "".join(f"\n  {sentence}" for sentence in found)
    return f"{path} looks like no format that is read: say which by {option} ({', '.join(READ)}){told}"

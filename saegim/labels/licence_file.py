"""The licence of a data set as a file beside its labels, for formats that have no field for it."""

from __future__ import annotations

from saegim.errors import FormatWrong
from saegim.labels.dataset_files import DatasetFiles
from saegim.labels.findings import Findings
from saegim.labels.labelled import LabelledSet
from saegim.labels.output import Output
from saegim.labels.texts import decoded

LICENCE = "LICENCE.txt"
SHORT = 200
"""Letters: a longer file is the text of a licence and not its name."""


def write_licence(dataset: LabelledSet, output: Output) -> None:
    """Writes the data set's licence; nothing where nobody has said one."""
    if dataset.licence:
        output.write(LICENCE, f"{dataset.licence}\n".encode())


def licence_of(files: DatasetFiles) -> str:
    """The licence that a data set's own file names; empty where there is none or where it holds a whole text."""
    if LICENCE not in files.names(".txt"):
        return ""
    try:
        text = decoded(files.read(LICENCE), LICENCE, Findings()).strip()
    except FormatWrong:
        return ""
    return text if len(text) <= SHORT and "\n" not in text else ""

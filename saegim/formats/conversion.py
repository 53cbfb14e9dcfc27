"""Converting: what a data set holds is fitted to a format, written, and reconciled."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from saegim.formats.findings import Findings
from saegim.formats.format import Format
from saegim.formats.holding import fitted
from saegim.formats.labelled import LabelledSet
from saegim.formats.output import Output
from saegim.formats.own_folder import own_folder

REMARKS = "conversion.jsonl"
"""In the folder that was written: one line for each thing that did not go through as it was."""


def convert(dataset: LabelledSet, form: Format, to: Path, findings: Findings,
            advance: Callable[[int], None] = lambda _images: None) -> list[Path]:
    """Writes a data set in a format. Killed, it goes on where it was when it is run again.

    Args:
        dataset: what is written.
        form: a format that is written.
        to: folder; new, empty, or written in this format before: what it held then is replaced.
        findings: take what did not go through as it was; ``findings.table()`` is what people are shown in the end.
        advance: told how many images more are done.

    Returns:
        The files that a reader opens first.

    Raises:
        FolderRefused: the folder holds something else, or its disk cannot take it.
        FormatWrong: what is read cannot be read on.
    """
    if form.write is None:
        raise ValueError(f"{form.name} is read only")
    with own_folder(to, form.name):
        output = Output(to, advance)
        dataset = replace(dataset, images=(fitted(image, form, findings) for image in dataset.images))
        first = form.write(dataset, output, findings)
        output.write(REMARKS, findings.lines())
        output.finish()
    return [to / path for path in first]



"""Converting: what a data set holds is fitted to a format, written, and reconciled."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

from saegim.labels.dataset_files import PICTURES
from saegim.labels.file_names import FileNames
from saegim.labels.findings import Findings
from saegim.labels.format import Format
from saegim.labels.frames import upright_picture
from saegim.labels.holding import fitted
from saegim.labels.labelled import LabelledImage, LabelledSet, numbered
from saegim.labels.output import Output
from saegim.labels.own_folder import own_folder
from saegim.labels.picture_files import ending_of

REMARKS = "conversion.jsonl"
"""In the folder that was written: one line for each thing that did not go through as it was."""

RENAMED = "its name became one file name that every disk and label file takes"

NOTHING: Mapping[str, Iterable[str]] = MappingProxyType({})


def convert(dataset: LabelledSet, form: Format, to: Path, findings: Findings,
            advance: Callable[[int], None] = lambda _images: None, reading: Findings | None = None,
            beside: Mapping[str, Iterable[str]] = NOTHING) -> list[Path]:
    """Writes a data set in a format. Killed, it goes on where it was when it is run again.

    Args:
        dataset: what is written.
        form: a format that is written.
        to: folder; new, empty, or written in this format before: what it held then is replaced.
        findings: take what did not go through as it was; ``findings.table()`` is what people are shown in the end.
        advance: told how many images more are done.
        reading: what was found when the data set was read; ``findings`` tell of both in the end.
        beside: lines of text files that stand in the folder besides, by file name.

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
        first = form.write(replace(dataset, images=_fitted(dataset, form, findings)), output, findings)
        for name, content in beside.items():
            with output.text(name) as lines:
                lines.writelines(content)
        if reading:
            findings.follows(reading)
        with output.text(REMARKS) as lines:
            lines.writelines(findings.lines())
        output.finish()
    return [to / path for path in first]


def _fitted(dataset: LabelledSet, form: Format, findings: Findings) -> Iterator[LabelledImage]:
    """Its images as the format can hold them; those of strangers lie upright and have safe names, as a release's do.

    Remarks on them name images and regions as their data set does.
    """
    names = FileNames()
    for image in dataset.images:
        one = image if image.image_id else replace(image, name=names.of(image.name, _ending(image)))
        findings.comes_of(one.name, image.name, [number for number, _ in numbered(image.regions)])
        if not image.image_id:
            one = replace(one, picture=upright_picture(image.picture, one.name, findings))
            if one.name != image.name.rpartition("/")[2]:
                findings.changed(one.name, None, RENAMED, one.name)
        yield fitted(one, form, dataset.licence, findings)


def _ending(image: LabelledImage) -> str:
    """What the name of a picture lacks: readers know pictures by their endings."""
    return "" if image.name.lower().endswith(PICTURES) else ending_of(image.picture())

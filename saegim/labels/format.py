"""What a format is: how it is read, how it is written, and what of a label it has a place for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from saegim.labels.dataset_files import DatasetFiles
from saegim.labels.findings import Findings
from saegim.labels.labelled import LabelledSet
from saegim.labels.output import Output

Read = Callable[[DatasetFiles, Findings], LabelledSet]
"""Reads a data set. What is wrong with single files, images and regions is mended or noted in the findings; only what makes all
of it unreadable raises ``FormatWrong``. It calls ``findings.came`` for each image, and streams."""
Write = Callable[[LabelledSet, Output, Findings], list[str]]
"""Writes a data set into a folder: what the format holds no place for was noted already (``saegim.labels.holding``). It calls
``findings.went`` and ``output.advance`` for each image, and returns the paths below the folder that a reader opens first."""
Recognise = Callable[[DatasetFiles], str]
"""Says by what a data set looks like this format, such as ``12 files gt_*.txt``; empty where it does not."""


class Shape(StrEnum):
    """Outlines that a format has a place for."""

    POLYGON = "polygon"
    QUAD = "four corners"
    BOX = "upright box"
    NONE = "no outline"
    """The picture is the region: what recognisers are trained with."""


@dataclass(frozen=True, slots=True)
class Holds:
    """What of a label a format has a place for, as ``docs/formats.md`` tells it.

    Attributes:
        shape: of outlines.
        attributes: names of those fields of ``LabelledRegion`` that come back as they were, besides polygon and text.
        of_image: names of those fields of ``LabelledImage`` that come back as they were, besides name and size.
        start: whether the first corner, from which reading starts, comes back.
        empty: whether a legible region without text has a place.
        text: whether texts have a place.
        whole: whether corners are whole pixels.
    """

    shape: Shape
    attributes: frozenset[str] = frozenset()
    of_image: frozenset[str] = frozenset()
    start: bool = True
    empty: bool = True
    text: bool = True
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Format:
    """One format: a module of this package has it as ``FORMAT``.

    Attributes:
        name: that ``--format`` takes: lower case letters, digits and hyphens.
        title: as people know it.
        holds: what of a label it has a place for.
        unit: what its regions are where nothing in its files says so.
        read: None where it is written only.
        write: None where it is read only.
        recognise: None where it is written only.
        is_truth: whether its labels are what people saw; a PDF's text layer is what some program saw.
        notes: sentences for its row of the table of what it keeps and loses.
        leaves_out: which regions and images are not written at all, in words; empty where all are.
        sees: what its own readers and training take of what is written, in words; empty where it is read only. When Saegim reads
            it, more may come back: that is in ``holds``.
    """

    name: str
    title: str
    holds: Holds
    unit: str = "word"
    read: Read | None = None
    write: Write | None = None
    recognise: Recognise | None = None
    is_truth: bool = True
    notes: tuple[str, ...] = ()
    leaves_out: str = ""
    sees: str = ""

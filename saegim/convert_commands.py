"""``saegim datasets convert``, and how every conversion ends: its table of what went in, came out, changed and is missing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from saegim.errors import FolderRefused, ReleaseNotFound, SettingMissing, StorageUnavailable
from saegim.folder import manifests
from saegim.formats import FORMATS, READ, WRITTEN
from saegim.labels.conversion import NOTHING, REMARKS, convert
from saegim.labels.findings import Findings
from saegim.labels.format import Format
from saegim.labels.kept import kept
from saegim.labels.labelled import LabelledImage, LabelledSet
from saegim.labels.own_folder import check_own
from saegim.labels.reading import AUTO, chosen, opened_set
from saegim.labels.released import labelled_set
from saegim.load import load
from saegim.names import unknown
from saegim.release import Release
from saegim.tables import Table, print_table

console = Console()
RELEASE_FOLDER = re.compile(r"v\d+(\+r\d+)?")
OTHER_SPLIT = "in a split that was not asked for"


def convert_folder(
    path: Annotated[Path, typer.Argument(help="A folder with a pulled release, or any data set: a folder, an archive, a label "
                                              "file.", metavar="DIR")],
    form: Annotated[str, typer.Option("--format", help=f"What to write: {', '.join(WRITTEN)}.", metavar="FORMAT")],
    to: Annotated[Path, typer.Option("--to", help="Folder that gets what is made.", metavar="DIR")],
    read_as: Annotated[str, typer.Option("--from", help=f"What DIR is: auto, or one of {', '.join(READ)}.",
                                         metavar="FORMAT")] = AUTO,
    split: Annotated[list[str] | None, typer.Option("--split", help="Only images of this split; may be given again.",
                                                    metavar="SPLIT")] = None,
) -> None:
    """Write a pulled release, or a data set of any format, in another format; a table in the end says what became of it.

    A release is DIR/v3, or the newest one in DIR.

    Example:  saegim datasets convert data/scene-text --format paddleocr --to data/scene-text-paddle

    Example:  saegim datasets convert icdar2015.zip --from icdar --format lmdb --to data/icdar-lmdb
    """
    target = written_form(form)
    _check_apart(path, to)
    check_own(to, form)
    if read_as == AUTO and (release := pulled_release(path, split)) is not None:
        write_set(labelled_set(release), target, to)
        return
    guess = chosen(path, read_as, "--from")
    if guess.because:
        _say(f"{path} is read as {guess.form.name}: {guess.because}")
    reading = Findings()
    with opened_set(path, guess.form, reading) as dataset:
        if split:
            dataset = replace(dataset, images=_of_splits(dataset, split, reading), count=None)
        write_set(dataset, target, to, reading)


def show_formats(form: Annotated[str, typer.Argument(help="One of them, with all that it keeps and loses.",
                                                     metavar="[FORMAT]")] = "") -> None:
    """Show which formats are written and read, and of one what it keeps and loses.

    Example:  saegim datasets formats

    Example:  saegim datasets formats lmdb
    """
    if form and form not in FORMATS:
        raise SettingMissing(unknown("format", form, FORMATS))
    found = [kept(one) for one in FORMATS.values() if form in ("", one.name)]
    if form:
        of = found[0]
        print_table(console, Table("", ("", ""), (
            (of.name, of.title), ("written", "yes" if of.is_written else "no"), ("read", "yes" if of.is_read else "no"),
            ("outlines", of.outlines), ("comes back into Saegim", ", ".join(of.keeps)),
            ("has no place for", ", ".join(of.loses) or "nothing"),
            *((("left out", of.left_out or "nothing"), ("its own training sees", of.sees)) if of.is_written else ()),
            ("to know", of.notes)), left=2))
        return
    print_table(console, Table("", ("format", "what", "out", "in", "outlines"), tuple(
        (of.name, of.title, "●" if of.is_written else "", "●" if of.is_read else "", of.outlines) for of in found), left=5))
    _say("What one keeps and loses: saegim datasets formats FORMAT")


def written_form(name: str) -> Format:
    """A format that is written, by its name.

    Raises:
        SettingMissing: there is none.
    """
    if name not in WRITTEN:
        raise SettingMissing(unknown("format", name, WRITTEN))
    return FORMATS[name]


def write_set(dataset: LabelledSet, form: Format, to: Path, reading: Findings | None = None,
              beside: Mapping[str, Iterable[str]] = NOTHING) -> None:
    """Writes a data set in a format, with a bar, and shows what became of it.

    Args:
        dataset: what is written.
        form: a format that is written.
        to: folder.
        reading: what was found when the data set was read.
        beside: lines of text files that stand in the folder besides, by file name.
    """
    findings = Findings()
    with Progress(*Progress.get_default_columns(), console=Console(stderr=True), transient=True) as bar:
        line = bar.add_task(f"writing {form.name}", total=dataset.count)
        written = convert(dataset, form, to, findings, lambda count: bar.update(line, advance=count), reading, beside)
    print_table(console, findings.table())
    if findings.remarks:
        _say(f"Each of these, with its image: {to / REMARKS}")
    _say(f"{dataset.title} is in {to} as {form.name}: {', '.join(str(path.relative_to(to)) for path in written)}")


def pulled_release(path: Path, splits: list[str] | None) -> Release | None:
    """The release that a folder is or holds, the newest where it holds several; None where there is none.

    Args:
        path: what ``saegim datasets pull --to`` named, or a release's folder in it such as ``data/v3``.
        splits: only these; all where None.

    Raises:
        ReleaseNotFound: it has no such split.
        StorageUnavailable: images are missing, and the object storage does not answer.
    """
    inside = RELEASE_FOLDER.fullmatch(path.name) and (path / "manifest.json").is_file()
    folder = path.parent if inside else path
    found = [manifest for manifest in manifests(folder) if not inside or manifest.folder == path.name]
    if not found:
        if inside:
            raise ReleaseNotFound(f"{path / 'manifest.json'} is no manifest that can be read: pull the release again")
        return None
    try:
        return load(str(found[-1].name), splits, folder=folder)
    except (SettingMissing, StorageUnavailable) as error:
        raise type(error)(f"{path} lacks images of {found[-1].name}, and they cannot be fetched: name the splits that are there "
                          f"by --split, or pull the rest. {error}") from error


def _check_apart(path: Path, to: Path) -> None:
    """Refuses a target that is read from: it would be written over, or read again next time.

    Raises:
        FolderRefused: the one is the other, or within it.
    """
    read = path.resolve()
    written = to.resolve()
    if read == written or read in written.parents or written in read.parents:
        raise FolderRefused(f"{to} is what is read, or within it, or around it ({path}): name another folder")


def _of_splits(dataset: LabelledSet, splits: list[str], reading: Findings) -> Iterator[LabelledImage]:
    for image in dataset.images:
        if image.split in splits:
            yield image
        else:
            reading.left_out(image.name, None, OTHER_SPLIT, image.split, regions=len(image.regions))


def _say(message: str) -> None:
    console.print(message, markup=False, soft_wrap=True)

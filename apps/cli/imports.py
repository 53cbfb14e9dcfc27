"""saegim import: a public data set beside our own photographs, with its labels and its licence."""

from __future__ import annotations

from pathlib import Path

import typer
from rich.console import Console

from pages.import_table import import_lines, import_table
from saegim.errors import FormatWrong
from saegim.folder import write_whole
from saegim.formats import READ
from saegim.labels.findings import Findings
from saegim.labels.reading import AUTO, chosen
from saegim.settings import home
from saegim.tables import print_table
from schemas.reading import Unit
from schemas.sources import PUBLIC, Use
from workbench.bench import open_workbench
from workbench.imports.beside import left_behind
from workbench.imports.ending import ended_pictures
from workbench.imports.labels import ImportRequest
from workbench.imports.sending import SentSet, send_from
from workbench.imports.settling import SettledSources, settle_imported
from workbench.imports.source_row import source_called, uses_called
from workbench.ingest.take_in import take_in

console = Console()


def import_set(
    path: Path = typer.Argument(help="A folder, an archive (.zip, .tar) or a label file.", metavar="PATH"),
    campaign: str = typer.Option(help=f"Its name here: {PUBLIC}/NAME. The same name again adds to it.", metavar=f"{PUBLIC}/NAME"),
    licence: str = typer.Option(help="Its licence, such as CC-BY-4.0; a picture that has its own keeps that."),
    form: str = typer.Option(AUTO, "--format", help=f"What it is: auto, or one of {', '.join(READ)}.", metavar="FORMAT"),
    allows: str = typer.Option("", "--licence-allows", metavar="USES",
                               help=f"What that licence allows, of {','.join(Use)}, or none. May be left out for open licences "
                                    "that are known, which allow all."),
    unit: Unit = typer.Option(None, help="What one region is, where its format does not say it, or wrongly."),
    split: str = typer.Option("", help="Split of all its pictures, such as test; what the data set says where left out."),
) -> None:
    """Bring in a public data set: its pictures are taken in like photographs, its labels become accepted readings.

    A table in the end says what became of everything. Interrupted, run it again: it goes on. Run again, it changes nothing.

    Example:  saegim import icdar2015.zip --campaign public/icdar2015 --licence CC-BY-4.0

    Example:  saegim import sets/aihub --format aihub --campaign public/aihub-signs --licence "AI-Hub terms"
    --licence-allows train,evaluate
    """
    source = source_called(campaign)
    uses = uses_called(licence, allows)
    guess = chosen(path, form)
    if guess.because:
        console.print(f"{path} is read as {guess.form.name}: {guess.because}", markup=False, highlight=False)
    request = ImportRequest(source, guess.form, licence.strip(), uses, unit, split.strip().strip("/"))
    bench = open_workbench()
    findings = Findings()
    sent = send_from(bench, path, request, findings)
    take_in(bench, PUBLIC)
    settled = settle_imported(bench)
    ended = [*ended_pictures(bench, source, sent.keys), *left_behind(bench, source, request.split, sent.keys, sent.pictures)]
    remarks = home() / "reports" / f"import-{source.partition('/')[2]}.jsonl"
    remarks.parent.mkdir(parents=True, exist_ok=True)
    write_whole(remarks, import_lines(findings, ended))
    print_table(console, import_table(findings, ended))
    if not sent.keys:
        raise FormatWrong(f"Nothing of {path} could be imported as {guess.form.name}: the table says why, and each remark is in "
                          f"{remarks}. Is --format right?")
    _say(sent, settled, source, remarks)


def _say(sent: SentSet, settled: SettledSources, source: str, remarks: Path) -> None:
    counts = ("", sent.pictures, "picture"), ("the labels of ", sent.labels, "picture"), ("", settled.readings, "reading")
    new = ", ".join(f"{what}{count:,} {name}{'s' if count > 1 else ''}" for what, count, name in counts if count)
    lines = [*sent.told, f"New: {new}" if new else "Nothing is new.", f"Each remark: {remarks}",
             f"In a dataset recipe, under readings:  sources: {{take: [{source}]}}"]
    for line in lines:
        console.print(line, markup=False, highlight=False, soft_wrap=True)

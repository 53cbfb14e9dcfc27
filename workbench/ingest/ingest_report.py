"""What ingest shows of a run: figures, reasons, and the pictures that were not taken."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from pages.contact_sheet import thumbnail
from schemas.submission import SENTENCES, Outcome, Reason, Submission
from workbench.bench import Workbench
from workbench.report import IngestReport

SHOWN = 12
THUMBNAIL = 120
"""Longer side of a picture in the strip, in pixels."""


def describe(bench: Workbench, report: IngestReport, notable: Sequence[Submission], size: int, seconds: float) -> None:
    """Adds rates, reasons and the pictures that were not taken to a report.

    Args:
        bench: the systems.
        report: of this run, with its counts.
        notable: what was not accepted.
        size: bytes of the raw files.
        seconds: how long the run took.
    """
    total = sum(report.counts.values())
    notable = [item for item in notable if not is_stray(item)]  # they have a line of their own
    report.notes.append(f"{total} settled, {size / 1e6:.1f} MB, {total / max(seconds, 1e-9):.1f} images/s.")
    reasons = Counter(item.rejection.reason for item in notable if item.rejection)
    report.notes += [f"{count} × {reason.value}: {SENTENCES[reason][1]}" for reason, count in reasons.most_common()]
    if any(item.outcome is Outcome.HELD for item in notable):
        report.notes.append("Held ones wait for you: saegim ingest duplicates")
    if report.quarantined:
        report.notes.append("Quarantined ones: saegim ingest retry")
    report.markdown = "\n".join([
        "| outcome | how many |", "|---|---|", *(f"| {name} | {count} |" for name, count in report.counts.items() if count), "",
        *report.notes, "", *_strip(bench, notable)])


def is_stray(item: Submission) -> bool:
    """Whether it waits for its campaign's file, and not for a decision on what it may repeat."""
    return item.rejection is not None and item.rejection.reason is Reason.UNKNOWN_CAMPAIGN


def _strip(bench: Workbench, notable: Sequence[Submission]) -> list[str]:
    """The pictures that were not taken, each with its reason."""
    with_picture = [item for item in notable if item.image][:SHOWN]
    keys = [item.image.key for item in with_picture if item.image]
    pictures = [thumbnail(data, THUMBNAIL) for data in bench.objects.get_many(bench.settings.bucket_images, keys)]
    rejected = [item for item in notable if item.rejection or item.outcome is Outcome.QUARANTINED][:SHOWN]
    cells = [(item, item.thumbnail) for item in rejected] + list(zip(with_picture, pictures, strict=True))
    if not cells:
        return []
    return ["| picture | name | why |", "|---|---|---|", *(
        f"| {f'![]({url})' if url else '∅'} | {_cell(item.raw.key)} | {_cell(_why(item))} |" for item, url in cells)]


def _why(item: Submission) -> str:
    if item.rejection:
        return f"{item.rejection.reason.value}: {item.rejection.detail}"
    figures = ", ".join(f"{name} {value}" for one in item.comparisons[:1] for name, value in one.figures.items())
    return f"{item.outcome.value} {item.trace.strip().splitlines()[-1] if item.trace else ''} {figures}".strip()


LOOKALIKES = str.maketrans("|<>`[]*\\", "¦‹›'()∗/")
"""What would be markup in a cell of a Markdown table, and what stands for it."""


def _cell(text: str) -> str:
    """A stranger's text in a cell of a Markdown table."""
    return "".join(char for char in text if char.isprintable())[:120].translate(LOOKALIKES)

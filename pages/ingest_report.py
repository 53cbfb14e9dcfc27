"""What a run of ingest shows: figures, reasons, and the pictures that were not taken, as Markdown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from schemas.shown_text import printable
from schemas.submission import SENTENCES, Outcome, Reason, Submission

MOST_SHOWN = 12
"""Pictures of a kind in the strip."""
MOST_CHARACTERS = 120
"""Of a stranger's text in a cell."""
LOOKALIKES = str.maketrans("|<>`[]*\\", "¦‹›'()∗/")
"""What would be markup in a cell of a Markdown table, and what stands for it."""


def reasons(notable: Sequence[Submission]) -> list[str]:
    """A line for each reason against submissions, the most frequent first, and what a manager can do about the others."""
    told = [item for item in notable if not _is_stray(item)]  # those have a line of their own
    counted = Counter(item.rejection.reason for item in told if item.rejection)
    lines = [f"{count} × {reason.value}: {SENTENCES[reason][1]}" for reason, count in counted.most_common()]
    if any(item.outcome is Outcome.HELD for item in told):
        lines.append("Held ones wait for you: saegim ingest duplicates")
    return lines


def with_pictures(notable: Sequence[Submission]) -> list[Submission]:
    """The submissions whose canonical pictures the strip shows."""
    return [item for item in notable if item.image and not _is_stray(item)][:MOST_SHOWN]


def ingest_report(counts: Mapping[str, int], notes: Sequence[str], notable: Sequence[Submission],
                  thumbnails: Mapping[str, str]) -> str:
    """The report of a run.

    Args:
        counts: how many submissions ended how, by what people read.
        notes: sentences for the data manager.
        notable: what was not accepted.
        thumbnails: pictures of ``with_pictures`` as data URLs, by submission id.
    """
    rejected = [item for item in notable if not _is_stray(item) and (item.rejection or item.outcome is Outcome.QUARANTINED)]
    rows = [_row(item, item.thumbnail) for item in rejected[:MOST_SHOWN]]
    rows += [_row(item, thumbnails.get(item.raw.submission_id)) for item in with_pictures(notable)]
    strip = ["| picture | name | why |", "|---|---|---|", *rows] if rows else []
    return "\n".join(["| outcome | how many |", "|---|---|",
                      *(f"| {name} | {count} |" for name, count in counts.items() if count), "", *notes, "", *strip])


def _is_stray(item: Submission) -> bool:
    """Whether it waits for its campaign's file, and not for a decision on what it may repeat."""
    return item.rejection is not None and item.rejection.reason is Reason.UNKNOWN_CAMPAIGN


def _row(item: Submission, url: str | None) -> str:
    return f"| {f'![]({url})' if url else '∅'} | {_cell(item.raw.key)} | {_cell(_why(item))} |"


def _why(item: Submission) -> str:
    if item.rejection:
        return f"{item.rejection.reason.value}: {item.rejection.detail}"
    figures = ", ".join(f"{name} {value}" for one in item.comparisons[:1] for name, value in one.figures.items())
    return f"{item.outcome.value} {item.trace.strip().splitlines()[-1] if item.trace else ''} {figures}".strip()


def _cell(text: str) -> str:
    """A stranger's text in a cell of a Markdown table."""
    return printable(text, MOST_CHARACTERS).translate(LOOKALIKES)

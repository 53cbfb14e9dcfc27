"""What a run of ingest shows: figures, reasons, and the pictures that were not taken, as Markdown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from schemas.shown_text import printable
from schemas.submission import SENTENCES, Reason, Submission

MOST_SHOWN = 12
"""Pictures of a kind in the strip."""
MOST_CHARACTERS = 120
"""Of a stranger's text in a cell."""
LOOKALIKES = str.maketrans("|<>`[]*\\", "¦‹›'()∗/")
"""What would be markup in a cell of a Markdown table, and what stands for it."""


def reasons(counted: Counter[Reason], held: int) -> list[str]:
    """A line for each reason against submissions, the most frequent first, and what to do about those that are held."""
    lines = [f"{count} × {reason.value}: {SENTENCES[reason][1]}" for reason, count in counted.most_common()]
    if held:
        lines.append("Held ones wait for you: saegim ingest duplicates")
    return lines


def ingest_report(counts: Mapping[str, int], notes: Sequence[str], not_taken: Sequence[Submission],
                  doubtful: Sequence[Submission], thumbnails: Mapping[str, str]) -> str:
    """The report of a run.

    Args:
        counts: how many submissions ended how, by what people read.
        notes: sentences for the data manager.
        not_taken: what was rejected or quarantined, as far as it is shown.
        doubtful: what is held or repeats another picture, as far as it is shown.
        thumbnails: pictures of these as data URLs, by submission id.
    """
    rows = [_row(item, item.thumbnail) for item in not_taken]
    rows += [_row(item, thumbnails.get(item.raw.submission_id)) for item in doubtful]
    strip = ["| picture | name | why |", "|---|---|---|", *rows] if rows else []
    return "\n".join(["| outcome | how many |", "|---|---|",
                      *(f"| {name} | {count} |" for name, count in counts.items() if count), "", *notes, "", *strip])


def is_stray(item: Submission) -> bool:
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

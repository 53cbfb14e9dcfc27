"""The morning on a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from pages.morning_facts import facts
from pages.morning_words import (
    age,
    counts_words,
    hourly,
    moment,
    outcome,
    promise,
    ready,
    waits_words,
)
from saegim.tables import Table
from schemas.morning import Morning, VerbMorning


def morning_tables(morning: Morning) -> Iterator[Table]:
    """Each step, what failed, what the night brought, and what it stands on."""
    headings = ("step", "completed", "last run", "waits", "oldest", "an hour", "ready")
    yield Table("Each step", headings, tuple(_row(item, morning) for item in morning.verbs), left=len(headings),
                note=promise(morning).en)
    failed = tuple((item.verb, f"{seen.runs} ×", seen.reason) for item in morning.verbs for seen in item.failures)
    if failed:
        yield Table("What failed in the night", ("step", "runs", "why"), failed, left=3)
    changed = tuple((verb, counts_words(counts)) for verb, counts in morning.counts.items())
    if changed:
        yield Table(f"Since {moment(morning.since, morning.at, morning.zone).en}", ("step", "did"), changed, left=2)
    yield Table("What it stands on", ("", ""), tuple((fact.about.en, fact.said.en) for fact in facts(morning)), left=2)


def _row(item: VerbMorning, morning: Morning) -> tuple[str, ...]:
    done = item.completed.ended_at if item.completed else None
    oldest = age(item.waits.oldest_at, morning.at).en if item.waits and item.waits.items else ""
    return (item.verb, f"{age(done, morning.at).en} ago" if done else "never", outcome(item.at_work or item.last).en,
            waits_words(item).en, oldest, hourly(item.forecast), ready(item, morning).en)

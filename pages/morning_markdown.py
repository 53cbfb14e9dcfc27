"""The morning on Prefect's page."""

from __future__ import annotations

from collections.abc import Iterator

from pages.markdown import table
from pages.morning_facts import facts
from pages.morning_words import (
    age,
    code_parts,
    counts_words,
    headline,
    hourly,
    moment,
    outcome,
    promise,
    ready,
    verb_words,
    waits_words,
)
from schemas.morning import Morning, VerbMorning
from schemas.shown_text import in_markdown, inside_markdown


def morning_markdown(morning: Morning) -> str:
    """The morning as Markdown: what needs hands first, then each verb, the night and what it stands on. It names nobody."""
    parts = [f"# {headline(morning).en}", promise(morning).en, *_troubles(morning), "## Each step", _verbs(morning),
             *_failures(morning), *_night(morning), "## What it stands on", _facts(morning),
             f"Looked at {moment(morning.at, morning.at, morning.zone).en} ({morning.zone})."]
    return "\n\n".join(part for part in parts if part) + "\n"


def _troubles(morning: Morning) -> Iterator[str]:
    for number, trouble in enumerate(morning.troubles, 1):
        since = f" (since {moment(trouble.since, morning.at, morning.zone).en})" if trouble.since else ""
        yield f"{number}. 🔴 **{inside_markdown(trouble.what)}**{since}  \n   → {_marked(trouble.repair)}"


def _marked(text: str) -> str:
    return "".join(f"`{part}`" if is_code else inside_markdown(part) for part, is_code in code_parts(text))


def _verbs(morning: Morning) -> str:
    headings = ("step", "last completed", "last run", "waits", "oldest", "an hour", "ready")
    return table(headings, [_row(item, morning) for item in morning.verbs], left=len(headings))


def _row(item: VerbMorning, morning: Morning) -> tuple[str, ...]:
    done = item.completed.ended_at if item.completed else None
    ago = f"{age(done, morning.at).en} ago" if done else "never"
    last = outcome(item.at_work or item.last).en
    oldest = age(item.waits.oldest_at, morning.at).en if item.waits and item.waits.items else "–"
    return (f"**{item.verb}** {verb_words(item.verb).en.lower()}", ago, last, waits_words(item).en, oldest,
            hourly(item.forecast), ready(item, morning).en)


def _failures(morning: Morning) -> Iterator[str]:
    lines = [f"- {item.verb}, {seen.runs} ×: {in_markdown(seen.reason)}" for item in morning.verbs for seen in item.failures]
    if lines:
        yield "## What failed in the night"
        yield "\n".join(lines)


def _night(morning: Morning) -> Iterator[str]:
    lines = [f"- {verb}: {inside_markdown(counts_words(counts))}" for verb, counts in morning.counts.items()]
    if lines:
        yield f"## Since {moment(morning.since, morning.at, morning.zone).en}"
        yield "\n".join(lines)


def _facts(morning: Morning) -> str:
    return "\n".join(f"- {inside_markdown(fact.about.en)}: {inside_markdown(fact.said.en)}" for fact in facts(morning))

"""The morning on Prefect's page."""

from __future__ import annotations

from collections.abc import Iterator

from pages.markdown import table
from pages.morning_words import (
    age,
    counts_words,
    headline,
    moment,
    outcome,
    outlook,
    promise,
    rate_words,
    verb_words,
    waits_words,
)
from schemas.morning import Morning, VerbMorning
from schemas.shown_text import in_markdown, inside_markdown
from schemas.times import Stage

GIGABYTE = 1e9


def morning_markdown(morning: Morning) -> str:
    """The morning as Markdown: what needs hands first, then each verb, the night and what it stands on. It names nobody."""
    parts = [f"# {headline(morning).en}", promise(morning).en, *_troubles(morning), "## Each step", _verbs(morning),
             *_failures(morning), *_night(morning), "## What it stands on", "\n".join(f"- {line}" for line in facts(morning)),
             f"Looked at {moment(morning.at, morning.at, morning.zone).en} ({morning.zone})."]
    return "\n\n".join(part for part in parts if part) + "\n"


def _troubles(morning: Morning) -> Iterator[str]:
    for number, trouble in enumerate(morning.troubles, 1):
        since = f" (since {moment(trouble.since, morning.at, morning.zone).en})" if trouble.since else ""
        yield f"{number}. 🔴 **{inside_markdown(trouble.what)}**{since}  \n   → {inside_markdown(trouble.repair)}"


def _verbs(morning: Morning) -> str:
    headings = ("step", "last completed", "last run", "waits", "oldest", "rate", "ready")
    return table(headings, [_row(item, morning) for item in morning.verbs], left=len(headings))


def _row(item: VerbMorning, morning: Morning) -> tuple[str, ...]:
    done = item.completed.ended_at if item.completed else None
    ago = f"{age(done, morning.at).en} ago" if done else "never"
    last = outcome(item.at_work or item.last).en
    oldest = age(item.waits.oldest_at, morning.at).en if item.waits and item.waits.items else "–"
    ready = outlook(item.forecast, morning.at, morning.zone).en if item.forecast and item.forecast.items else "–"
    return (f"**{item.verb}** {verb_words(item.verb).en.lower()}", ago, last, waits_words(item).en, oldest,
            rate_words(item.forecast).en, ready)


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


def facts(morning: Morning) -> Iterator[str]:
    """What else people want to know, a line each; none of them names a person."""
    if morning.model:
        yield f"Model in use: {inside_markdown(morning.model)}"
    if morning.release:
        at = morning.release.published_at
        yield (f"Newest release: {inside_markdown(morning.release.name)}, {morning.release.rows:,} pictures"
               + (f", published {age(at, morning.at).en} ago" if at else "")
               + ("" if morning.release.is_evaluated else ", not evaluated yet"))
    whole = next((item for item in morning.times if item.stage is Stage.ALL and item.median is not None), None)
    if whole and whole.median is not None and whole.p90 is not None:
        yield (f"From sending to that release: {whole.median:.0f} h as a rule, nine of ten within {whole.p90:.0f} h "
               f"({whole.images:,} pictures)")
    if morning.people:
        hours, answers = sum(item.hours for item in morning.people), sum(item.answers for item in morning.people)
        yield f"Annotators in the last seven days: {len(morning.people)}, {hours:.0f} hours, {answers:,} answers"
    shares = ", ".join(f"{count:,} {said}" for said, count in sorted(morning.outcomes.items()))
    yield f"Of all that was ever sent: {shares}" if shares else "Nothing was sent yet"
    yield f"Flags that nobody has decided: {morning.open_flags:,}"
    for disk in morning.free:
        yield f"Free on {inside_markdown(disk.host)}: {disk.free_bytes / GIGABYTE:.0f} GB"
    if morning.prefect:
        state = morning.prefect
        size = f"{state.database_bytes / 1e6:,.0f} MB" if state.database_bytes is not None else "not on this machine"
        yield f"Prefect: database {size}, oldest event {age(state.oldest_event_at, morning.at).en} old"
    yield f"Last backup: {age(morning.backup_at, morning.at).en + ' ago' if morning.backup_at else 'none'}"

"""How long photographs take to a release, as a table."""

from __future__ import annotations

from collections.abc import Sequence

from pages.markdown import table
from pages.slice_words import STAGES
from saegim.tables import Table
from schemas.times import StageTime

DAY = 24
"""Hours; from two days on times are told in days."""


def times_table(release: str, times: Sequence[StageTime]) -> Table:
    """A row a stage: median, 90th percentile, images."""
    rows = tuple((STAGES[item.stage].en, told_hours(item.median), told_hours(item.p90), f"{item.images:,}") for item in times)
    return Table(f"Time to {release}, of the images that are new in it", ("stage", "median", "9 of 10 within", "images"), rows)


def told_hours(hours: float | None) -> str:
    """Hours as people say them: minutes below one hour, days from two days on; – where there are none."""
    if hours is None:
        return "–"
    if hours < 1:
        return f"{60 * hours:.0f} min"
    return f"{hours:.1f} h" if hours < 2 * DAY else f"{hours / DAY:.1f} d"


def times_markdown(times: Sequence[StageTime]) -> str:
    """The same for Prefect's page."""
    shown = times_table("", times)
    return table(shown.headings, shown.rows)

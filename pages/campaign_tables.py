"""How a campaign goes, and its flags, as a terminal shows them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

from pages.flag_words import TITLES
from saegim.tables import Table
from schemas.campaign_state import CampaignState
from schemas.draw import Draw, FinalList
from schemas.flags import Flag
from schemas.recipes.campaign import Campaign
from schemas.shown_text import visible

DAYS = 14
"""Days of arrivals that a terminal shows: the newest."""
MINUTES = "%Y-%m-%d %H:%M"


def state_tables(campaign: Campaign, state: CampaignState) -> list[Table]:
    """A campaign's figures, what its photographs came to, and what arrived on which day."""
    zone = ZoneInfo(campaign.time_zone)
    outcomes = ", ".join(f"{count:,} {outcome}" for outcome, count in sorted(state.outcomes.items(), key=lambda item: -item[1]))
    next_board = state.next_board_at.astimezone(zone).strftime(MINUTES) if state.next_board_at else "–"
    forecast = "–" if state.forecast is None else (
        f"{state.forecast:,} at the end, at the rate of the last {state.forecast_from:.1f} days")
    rows = (
        ("phase", state.phase), ("begins", f"{state.begins_at.astimezone(zone):{MINUTES}} in {campaign.time_zone}"),
        ("ends", f"{state.ends_at.astimezone(zone):{MINUTES}}"), ("people", f"{state.people:,}"),
        ("photographs", f"{state.photographs:,}" + (f", {state.waiting:,} of them wait for ingest" if state.waiting else "")),
        ("outcomes", outcomes or "–"), ("points", f"{state.final:,} final, {state.provisional:,} provisional"),
        ("to label", f"{state.to_label:,}"), ("open flags", f"{state.open_flags:,}"), ("next board", next_board),
        ("forecast", forecast), ("draw", "committed" if state.committed else "not committed"))
    days = tuple((str(item.day), f"{item.photographs:,}") for item in state.by_day[-DAYS:])
    arrivals = [Table("Arrivals", ("day", "photographs"), days)] if days else []
    return [Table(f"Campaign {visible(campaign.name)}", ("", ""), rows, left=2), *arrivals]


def flag_table(flags: Sequence[Flag], keys: Mapping[str, str]) -> Table:
    """Flags, one a row.

    Args:
        flags: the flags.
        keys: of the submissions' objects, by submission id.
    """
    rows = tuple((item.submission_id, TITLES[item.kind].en, visible(keys.get(item.submission_id, "–")), item.detail,
                  item.decision or "open") for item in flags)
    return Table("Flags", ("submission", "what", "key", "seen", "decision"), rows, left=5)


def draw_table(draw: Draw, people: FinalList, names: Mapping[str, str]) -> Table:
    """Who was drawn, in order, until all prizes are given.

    Args:
        draw: that was made.
        people: the frozen list.
        names: of submitters by their codes.
    """
    ranks = {line.code: line for line in people.lines}
    given = draw.order[:draw.order.index(draw.winners[-1]) + 1] if draw.winners else ()
    rows = tuple((str(place), code, visible(names.get(code, "–")), str(ranks[code].rank), f"{ranks[code].points:,}",
                  "disqualified" if code in draw.passed_over else "wins") for place, code in enumerate(given, 1))
    return Table("Drawn", ("place", "code", "submitter", "rank", "points", ""), rows, left=3)

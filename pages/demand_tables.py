"""What to collect next, in sentences and as tables."""

from __future__ import annotations

from collections.abc import Sequence

from pages.label_status_tables import percent
from saegim.tables import Table
from schemas.demand import AcceptedBonus, Demand, DemandFollowed, DemandReason
from schemas.shown_text import inside_markdown, shortened, visible

MOST = 5
"""Demands on Prefect's page; the command and the report show all."""
LONGEST = 40
"""How many characters of a slice's name a row shows."""


def sentence(demand: Demand) -> str:
    """A demand in a sentence, such as ``vertical: CER .31 ± .04 on 212 regions; 640 more halve the interval``."""
    name = visible(demand.slice.name)
    if demand.reason is DemandReason.ABSENT:
        return f"{name}: no region at all; {demand.wanted:,} would show how it is read"
    does = "halve the interval" if demand.reason is DemandReason.WEAK else "make it large enough to tell"
    return f"{name}: CER {_figure(demand)} on {_counted(demand.regions)}; {demand.wanted:,} more {does}"


def sentence_ko(demand: Demand) -> str:
    """The same in Korean."""
    name = visible(demand.slice.name)
    if demand.reason is DemandReason.ABSENT:
        return f"{name}: 영역이 하나도 없음; {demand.wanted:,}개가 있으면 어떻게 읽는지 알 수 있음"
    does = "구간이 반으로 줄어듦" if demand.reason is DemandReason.WEAK else "판단할 수 있음"
    return f"{name}: CER {_figure(demand)}, 영역 {demand.regions:,}개; {demand.wanted:,}개 더 모으면 {does}"


def demand_table(followed: Sequence[DemandFollowed]) -> Table:
    """What was asked, what arrived, and what it did to the figure: a row a slice, those asked for now first."""
    rows = tuple((
        "–" if item.now.rank is None else str(item.now.rank), shortened(visible(item.now.demand.slice.name), LONGEST),
        _bonuses(item.accepted), f"{item.first.demand.wanted:,}", f"{item.arrived:,}", _then_and_now(item)) for item in followed)
    return Table("What came of it", ("rank", "slice", "bonus", "wanted", "arrived", "CER, %"), rows, left=3,
                 note="CER: spaces ignored, when it was first asked for and now, and the difference in points. arrived: regions "
                      "in accepted readings of what was sent since. –: not asked for any more")


def demand_markdown(found: Sequence[Demand]) -> str:
    """The demands as a numbered list, for Prefect's page; empty where nothing is asked for."""
    return "\n".join(f"{rank}. {inside_markdown(sentence(demand))}" for rank, demand in enumerate(found[:MOST], 1))


def _counted(regions: int) -> str:
    return f"{regions:,} region" + "s" * (regions != 1)


def _figure(demand: Demand) -> str:
    if demand.figure is None:
        return "–"
    width = "" if demand.half_width is None else f" ± {_share(demand.half_width)}"
    return f"{_share(demand.figure)}{width}"


def _share(value: float) -> str:
    """Two digits behind the point, without the nought before it."""
    return f"{value:.2f}".removeprefix("0") if value < 1 else f"{value:.2f}"


def _then_and_now(item: DemandFollowed) -> str:
    now = percent(item.now.demand.figure)
    if item.effect is None:
        return now
    return f"{percent(item.first.demand.figure)} → {now} ({100 * item.effect:+.1f})"


def _bonuses(accepted: Sequence[AcceptedBonus]) -> str:
    return "; ".join(f"{bonus.campaign} {bonus.points} ({bonus.first_day} to {bonus.last_day})" for bonus in accepted) or "–"

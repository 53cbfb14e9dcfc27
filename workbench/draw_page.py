"""The draw of a campaign as one reader sees it."""

from __future__ import annotations

import functools
from dataclasses import asdict
from datetime import datetime
from typing import Any

from datastore.ledger import Ledger, participants
from pages.draw_page import DrawPage, DrawPhase, WinnerLine
from pages.evaluation_explained import Words
from pages.moments import moment_words
from schemas.draw import Draw, Eligibility, ListLine
from schemas.recipes.campaign import Campaign
from schemas.shown_text import printable
from schemas.text import normalise
from stages.score.draw import read_list
from workbench.bench import Workbench
from workbench.board_page import LONGEST_SEARCH, NO_WORDS, ListQuery
from workbench.draw import drawn, own_code, people_by_code, published_list

LINES = 20
"""Of the list, on one page: it is searched rather than read."""


def draw_page(bench: Workbench, campaign: Campaign, asked: ListQuery) -> DrawPage:
    """How a campaign's draw goes, or went, for one reader."""
    draw = drawn(bench.ledger, campaign.name)
    text = published_list(bench.ledger, campaign.name) if draw and draw.list_hash else None
    found = read_list(text) if text else None
    code = (own_code(bench.ledger, campaign.name, asked.submitter) or "") if asked.submitter and asked.inside else ""
    find = normalise(printable(asked.find, LONGEST_SEARCH))
    everyone = found.lines if found else ()
    chosen = tuple(line for line in everyone if _is_found(line, find)) if find else everyone
    pages = max(1, -(-len(chosen) // LINES))
    page = min(max(1, asked.page), pages)
    return DrawPage(
        phase=_phase(campaign, draw), drawn=found.drawn if found else campaign.prizes.drawn,
        top=found.top if found else campaign.prizes.top, ends=moment_words(campaign.ends_at, campaign.time_zone),
        awaited=draw.awaited if draw else campaign.prizes.public_value, commitment=draw.commitment if draw else "",
        committed=_when(campaign, draw.committed_at if draw else None), list_hash=(draw.list_hash or "") if draw else "",
        frozen=_when(campaign, draw.frozen_at if draw else None), frozen_because=draw.frozen_because if draw else "",
        public_value=(draw.public_value or "") if draw else "", drawn_at=_when(campaign, draw.drawn_at if draw else None),
        secret=(draw.secret or "") if draw else "", winners=_winners(bench, draw, code, asked.inside) if draw else (),
        own_code=code, own_line=next((line for line in everyone if line.code == code), None) if code else None, find=find,
        lines=chosen[(page - 1) * LINES:page * LINES], found=len(chosen) if find else 0, people=len(everyone),
        eligible=sum(line.eligibility is Eligibility.ELIGIBLE for line in everyone), page=page, pages=pages)


def draw_file(draw: Draw) -> dict[str, Any]:
    """What ``draw.json`` has of a draw that was made: all that is needed to make it again."""
    known = {name: value.isoformat() if isinstance(value, datetime) else value for name, value in asdict(draw).items()}
    return {**known, "winners": draw.winners}


def _phase(campaign: Campaign, draw: Draw | None) -> DrawPhase:
    if draw is None:
        return DrawPhase.PLANNED if campaign.prizes.drawn else DrawPhase.NO_DRAW
    if draw.drawn_at is not None:
        return DrawPhase.DRAWN
    return DrawPhase.FROZEN if draw.list_hash else DrawPhase.COMMITTED


def _when(campaign: Campaign, at: datetime | None) -> Words:
    return moment_words(at, campaign.time_zone) if at else NO_WORDS


def _is_found(line: ListLine, find: str) -> bool:
    """Whether a line has a rank, or a code with these characters in it; hyphens and case are no matter."""
    wanted = find.upper().replace("-", "").replace(" ", "")
    return wanted == str(line.rank) or (len(wanted) >= 3 and wanted in line.code.replace("-", ""))


def _winners(bench: Workbench, draw: Draw, own: str, inside: bool) -> tuple[WinnerLine, ...]:
    """Who was drawn until all prizes were given; names for those who take part, and of those only who is not hidden."""
    if not draw.winners:
        return ()
    given = draw.order[:draw.order.index(draw.winners[-1]) + 1]
    names: dict[str, str] = {}
    if inside:
        submitters = _submitters(bench.ledger, draw.campaign, draw.list_hash or "", given)
        known = participants.participants_named(bench.ledger, draw.campaign, list(submitters.values()))
        shown = {name: item.nickname or "" for name, item in known.items() if not item.hidden}
        names = {code: shown.get(name, "") for code, name in submitters.items()}
    return tuple(WinnerLine(code, names.get(code, ""), bool(own) and code == own, code in draw.passed_over) for code in given)


@functools.lru_cache(maxsize=4)
def _submitters(ledger: Ledger, campaign: str, _list_hash: str, codes: tuple[str, ...]) -> dict[str, str]:
    """Whose some codes of a frozen list are; of those who take part only. The codes of 10,000 people take 100 ms to make."""
    everybody = {item.submitter for item in participants.participants_of(ledger, campaign)}
    return {code: name for code, name in people_by_code(ledger, campaign, everybody).items() if code in codes}

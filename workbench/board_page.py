"""The board as one reader sees it: who they are decides whose line is marked, and which pictures they see."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from datastore.ledger import demands, flags, participants, pictures
from pages.board_pages import BoardPage, NeededKind, PersonLine, PictureCard, RuleBar
from pages.category_words import category_words
from pages.evaluation_explained import Words
from pages.moments import moment_words
from schemas.accounts import Participant
from schemas.board import Board, Standing
from schemas.evaluation import SliceFacet
from schemas.recipes.campaign import Campaign
from schemas.shown_text import printable
from schemas.submission import Outcome
from schemas.text import normalise
from stages.score.board import last_sure_rank
from workbench.bench import Workbench
from workbench.board import shown_board

LINES = 100
"""People on one page of the list."""
BESIDE = 2
"""Lines shown above and below the reader's own one."""
PICTURES = 6
"""Photographs shown: each is a whole canonical copy, of a few hundred kilobytes."""
WANTED = 4
"""Most things that are called needed at once: more is no advice."""
LONGEST_SEARCH = 40
"""Characters of a search that count."""
NO_WORDS = Words("", "")
ASKED = (SliceFacet.NAMED, SliceFacet.DIRECTION, SliceFacet.WRITING, SliceFacet.EFFECTS, SliceFacet.LANGUAGE, SliceFacet.KIND,
         SliceFacet.CONDITION)
"""Facets of a demand that somebody with a camera can do something about."""
COMMONPLACE = {"horizontal", "printed", "text", "other"}
"""What needs no asking for: nearly everything is it, or nobody knows what it looks like."""


@dataclass(frozen=True, slots=True)
class ListQuery:
    """What a reader asks of a board.

    Attributes:
        submitter: name of their account; empty where nobody is logged in.
        inside: whether they may see photographs of others: they take part, or work here.
        find: a nickname or a part of one, or a rank; empty where nothing is searched for.
        page: of the list, from 1 on.
    """

    submitter: str = ""
    inside: bool = False
    find: str = ""
    page: int = 1


def board_page(bench: Workbench, campaign: Campaign, asked: ListQuery, now: datetime) -> BoardPage:
    """The board of a campaign for one reader."""
    board = shown_board(bench, campaign, now)
    people = tuple(item for item in board.people if not item.disqualified) if board else ()
    own = next((item for item in board.people if item.submitter == asked.submitter), None) if board and asked.submitter else None
    find = normalise(printable(asked.find, LONGEST_SEARCH))
    chosen = _found(bench, campaign, people, find) if find else people
    pages = max(1, -(-len(chosen) // LINES))
    page = min(max(1, asked.page), pages)
    shown = chosen[(page - 1) * LINES:page * LINES]
    around = _around(people, own, shown) if own else ()
    named = participants.participants_named(bench.ledger, campaign.name, [
        *{item.submitter for item in (*shown, *around)}, *([own.submitter] if own else [])])
    lines = _Lines(last_sure_rank(people, campaign.prizes.top), asked.submitter, named)
    may_show = campaign.board.photographs and board is not None and bool(board.photographs)
    return BoardPage(
        state=board.state if board else None,
        made_at=moment_words(board.made_at, campaign.time_zone) if board else NO_WORDS,
        next_at=board.next_at if board else None,
        next_words=moment_words(board.next_at, campaign.time_zone) if board and board.next_at else NO_WORDS,
        ends=moment_words(campaign.ends_at, campaign.time_zone), every=campaign.board.every_minutes,
        lines=lines.of(shown), around=lines.of(around), own=lines.of([own])[0] if own else None,
        disqualified=bool(own and own.disqualified),
        pictures=_pictures(bench, campaign, board, asked.submitter) if board and may_show and asked.inside else (),
        pictures_for_participants=may_show and not asked.inside,
        bars=_bars(campaign, board) if board else (), wanted=wanted_now(bench, campaign, now), people=len(people),
        top=campaign.prizes.top, drawn=campaign.prizes.drawn, find=find, found=len(chosen) if find else 0, page=page, pages=pages)


def wanted_now(bench: Workbench, campaign: Campaign, now: datetime) -> tuple[NeededKind, ...]:
    """What is needed now: what the newest evaluation asks for, in its order, then what the campaign gives a bonus for today.

    Empty once the campaign is over.
    """
    if now >= campaign.ends_at:
        return ()
    bonus = campaign.bonus_at(max(now, campaign.begins_at))
    asked = [row.demand.slice for row in demands.newest_demands(bench.ledger, bench.settings.dataset) if row.rank is not None]
    demanded = [name.name for name in asked if name.facet in ASKED and name.name not in COMMONPLACE and (
        name.facet is not SliceFacet.NAMED or name.name in bonus or name.name in campaign.categories)]
    by_bonus = sorted((name for name, points in bonus.items() if points > 0), key=lambda name: (-bonus[name], name))
    names = list(dict.fromkeys([*demanded, *by_bonus]))[:WANTED]
    return tuple(NeededKind(category_words(campaign, name), max(0, bonus.get(name, 0))) for name in names)


@dataclass(frozen=True, slots=True)
class _Lines:
    """Makes lines of standings.

    Attributes:
        wins: last rank whose people all win.
        submitter: the reader.
        named: what is known of those who are shown.
    """

    wins: int
    submitter: str
    named: Mapping[str, Participant]

    def of(self, standings: Iterable[Standing]) -> tuple[PersonLine, ...]:
        return tuple(self._line(item) for item in standings)

    def _line(self, item: Standing) -> PersonLine:
        known = self.named.get(item.submitter)
        hidden = bool(known and known.hidden)
        own = item.submitter == self.submitter
        name = known.nickname or "" if known and (own or not hidden) else ""
        return PersonLine(item.rank, name, hidden, item.points, item.final, item.photographs, item.to_next, item.to_prize,
                          0 < item.rank <= self.wins, own)


def _around(people: Sequence[Standing], own: Standing, shown: Sequence[Standing]) -> tuple[Standing, ...]:
    """Somebody's line and those next to it; empty where theirs is shown already, or has no rank."""
    if any(item is own for item in shown):
        return ()
    place = next((place for place, item in enumerate(people) if item is own), None)
    return () if place is None else tuple(people[max(0, place - BESIDE):place + BESIDE + 1])


def _found(bench: Workbench, campaign: Campaign, people: Sequence[Standing], find: str) -> tuple[Standing, ...]:
    """Lines with a rank, such as ``37``, ``#37`` or ``37위``, or of people whose nickname has the text in it."""
    rank = re.fullmatch(r"#?(\d{1,9})\s*위?", find)
    names = {item.submitter for item in participants.called(bench.ledger, campaign.name, find, LINES)}
    return tuple(item for item in people if item.submitter in names or (rank and item.rank == int(rank[1])))


def _pictures(bench: Workbench, campaign: Campaign, board: Board, submitter: str) -> tuple[PictureCard, ...]:
    """Accepted photographs with most points, none that a flag is on."""
    ids = [item.submission_id for item in board.photographs]
    flagged = flags.flags_of_submissions(bench.ledger, ids)
    rows = pictures.pictures_of(bench.ledger, ids)
    cards: list[PictureCard] = []
    for item in board.photographs:
        row = rows.get(item.submission_id)
        if row is None or row.outcome is not Outcome.ACCEPTED or row.key is None or item.submission_id in flagged:
            continue
        words = tuple(category_words(campaign, rule) for rule in item.rules)
        cards.append(PictureCard(bench.picture_links.of(row.key), row.width, row.height, item.points, item.final, words,
                                 item.submitter == submitter))
        if len(cards) == PICTURES:
            break
    return tuple(cards)


def _bars(campaign: Campaign, board: Board) -> tuple[RuleBar, ...]:
    most = max((item.points for item in board.by_rule), default=0)
    return tuple(RuleBar(category_words(campaign, item.rule), item.points, item.photographs,
                         round(100 * max(0, item.points) / most) if most > 0 else 0) for item in board.by_rule)

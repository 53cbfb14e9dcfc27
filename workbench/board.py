"""The board of a campaign: made of the points, and what people may see of it now."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from datastore.ledger import boards, draws, participants, points
from schemas.board import Board, BoardState, Standing
from schemas.recipes.campaign import Campaign
from stages.score.board import rank_people
from workbench.bench import Workbench

PHOTOGRAPHS = 24
"""Photographs with most points that a board has."""


def standings_now(bench: Workbench, campaign: Campaign) -> tuple[Standing, ...]:
    """Everybody by the points as they are written now, whatever people may see."""
    disqualified = {item.submitter for item in participants.participants_of(bench.ledger, campaign.name) if item.disqualified_at}
    return rank_people(points.person_sums(bench.ledger, campaign.name), disqualified, campaign.prizes.top)


def board_now(bench: Workbench, campaign: Campaign, now: datetime) -> Board:
    """A board of the points as they are written now; nothing is noted, and it has no number yet."""
    state = _state(bench, campaign, now)
    following = now + timedelta(minutes=campaign.board.every_minutes)
    return Board(campaign.name, 0, now, state, standings_now(bench, campaign),
                 tuple(points.best_photographs(bench.ledger, campaign.name, PHOTOGRAPHS)),
                 tuple(points.points_by_rule(bench.ledger, campaign.name)),
                 None if state is BoardState.FINAL else following)


def note_board(bench: Workbench, campaign: Campaign, board: Board, on_demand: bool = False) -> bool:
    """Makes a board what people see next, where one is due: the newest is older than ``board.every_minutes``.

    From the freeze on one is due whenever points were counted: only managers see it, and the final one is made of it. Nothing
    comes after the final one. A board that says what the one before it says is that one, seen again.

    Args:
        bench: the systems.
        campaign: whose board.
        board: from ``board_now``.
        on_demand: it is due in any case.

    Returns:
        Whether there is a new one.
    """
    with bench.ledger.write(alone="boards") as connection:
        newest = boards.board_before(connection, campaign.name)
        if newest and newest.state is BoardState.FINAL:
            return False  # a run that began to count before the list was frozen may come late
        wanted = on_demand or newest is None or board.state is BoardState.FROZEN or newest.state is not board.state
        due = wanted or newest is None or newest.made_at + timedelta(minutes=campaign.board.every_minutes) <= board.made_at
        return due and boards.add_board(connection, board)


def shown_board(bench: Workbench, campaign: Campaign, now: datetime) -> Board | None:
    """What people may see now: the newest board; from the freeze on the last one before it, until there is the final one.

    Returns:
        The board; None where none was made yet, or none before the freeze.
    """
    if final := boards.newest_board(bench.ledger, campaign.name, [BoardState.FINAL]):
        return final
    newest = boards.newest_board(bench.ledger, campaign.name, [BoardState.OPEN])
    if newest and now >= campaign.freezes_at:
        return replace(newest, state=BoardState.FROZEN, next_at=None)
    return newest


def latest_board(bench: Workbench, campaign: Campaign) -> Board | None:
    """The newest board, for managers: also what people do not see before the end."""
    return boards.newest_board(bench.ledger, campaign.name)


def _state(bench: Workbench, campaign: Campaign, now: datetime) -> BoardState:
    with bench.ledger.read() as connection:
        draw = draws.draw_row(connection, campaign.name)
    if draw and draw.frozen_at:
        return BoardState.FINAL
    return BoardState.FROZEN if now >= campaign.freezes_at else BoardState.OPEN

"""Boards: what people saw of the points, and when."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import astuple, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from datastore.ledger.engine import Ledger
from datastore.ledger.tables import boards
from schemas.board import Board, BoardState, PhotographStanding, RulePoints, Standing

KEPT = 8
"""Boards that are kept in memory as they were read, of some megabytes each."""


def newest_board(ledger: Ledger, campaign: str, states: Sequence[BoardState] = tuple(BoardState)) -> Board | None:
    """The newest board of a campaign that was made in one of some states; None where there is none."""
    query = (select(boards.c.number, boards.c.made_at).where(boards.c.campaign == campaign, boards.c.state.in_(states))
             .order_by(boards.c.number.desc()).limit(1))
    with ledger.read() as connection:
        row = connection.execute(query).one_or_none()
    return _kept(ledger, campaign, row.number, row.made_at) if row else None


@functools.lru_cache(maxsize=KEPT)
def _kept(ledger: Ledger, campaign: str, number: int, _made_at: datetime) -> Board | None:
    # One of 10,000 people takes 100 ms to read, and everybody looks at the same one. One that is written anew has another moment.
    query = select(boards).where(boards.c.campaign == campaign, boards.c.number == number)
    with ledger.read() as connection:
        row = connection.execute(query).one_or_none()
    return _board(row) if row else None


def board_before(connection: Connection, campaign: str, states: Sequence[BoardState] = tuple(BoardState)) -> Board | None:
    """The same in a caller's transaction: what was the newest before it makes another one."""
    query = select(boards).where(boards.c.campaign == campaign, boards.c.state.in_(states)).order_by(boards.c.number.desc())
    row = connection.execute(query.limit(1)).one_or_none()
    return _board(row) if row else None


def add_board(connection: Connection, board: Board) -> bool:
    """Writes a board as the next one of its campaign. The caller has the lock ``boards``.

    Returns:
        False where it says what the newest one says: that one has its moment from now on.
    """
    before = board_before(connection, board.campaign)
    if before and replace(board, number=before.number, made_at=before.made_at, next_at=before.next_at) == before:
        connection.execute(update(boards).where(boards.c.campaign == board.campaign, boards.c.number == before.number)
                           .values(made_at=board.made_at, board=_said(board)))
        return False
    number = before.number + 1 if before else 1
    connection.execute(insert(boards).values(campaign=board.campaign, number=number, made_at=board.made_at, state=board.state,
                                             board=_said(board)))
    return True


def _said(board: Board) -> dict[str, Any]:
    """What a row keeps in JSON: lines as lists, for a board has thousands."""
    return {"people": list(map(astuple, board.people)), "photographs": list(map(astuple, board.photographs)),
            "by_rule": list(map(astuple, board.by_rule)), "next_at": board.next_at.isoformat() if board.next_at else None}


def _board(row: Row[Any]) -> Board:
    said = row.board
    photographs = ((*line, tuple(rules)) for *line, rules in said["photographs"])
    return Board(row.campaign, row.number, row.made_at, BoardState(row.state), tuple(Standing(*line) for line in said["people"]),
                 tuple(PhotographStanding(*line) for line in photographs),
                 tuple(RulePoints(*line) for line in said["by_rule"]),
                 datetime.fromisoformat(said["next_at"]) if said["next_at"] else None)

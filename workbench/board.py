"""The board of a campaign: made of the points, and what people may see of it now."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from datastore.ledger import boards
from schemas.board import Board, BoardState
from schemas.recipes.campaign import Campaign
from workbench.bench import Workbench


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

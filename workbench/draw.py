"""The draw of a campaign: a secret before the end, a frozen list after it, winners once the public value is known.

A frozen list is never frozen anew: whoever knows the secret could try lists, a disqualification here or there, until a friend
is drawn. Somebody who is disqualified later keeps their line, and where they are drawn the next one in order has their prize.
"""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import UTC, datetime

from datastore.ledger import Ledger, audit, boards, draws, participants
from datastore.ledger.engine import be_alone
from schemas.accounts import Act
from schemas.board import BoardState
from schemas.draw import Draw
from schemas.errors import NotToBeDecided
from schemas.recipes.campaign import Campaign
from schemas.text import normalise
from stages.score.draw import (
    SUBSTITUTES,
    code_of,
    commitment_to,
    draw_order,
    final_list,
    list_hash_of,
    read_list,
    write_list,
)
from stages.score.public_value import known_too_early
from workbench.accounts import COMMAND, Actor
from workbench.bench import Workbench
from workbench.board import board_now
from workbench.score import count_points
from workbench.undecided import undecided


def commit_secret(bench: Workbench, campaign: Campaign, by: Actor = COMMAND,
                  now: datetime | None = None) -> Draw:
    """Makes the secret of a campaign's draw; its hash is to be shown from now on. Said twice, the first secret stays.

    Args:
        bench: the systems.
        campaign: whose draw.
        by: who.
        now: in UTC; the clock's where left out.

    Raises:
        NotToBeDecided: the campaign has ended, or its file does not say what the draw waits for.
    """
    at = now or datetime.now(UTC)
    with bench.ledger.write(alone=audit.ALONE) as connection:
        if draws.draw_row(connection, campaign.name) is None:
            _check_commitment(campaign, at)
            secret = secrets.token_hex(32)
            draws.add_commitment(connection, campaign.name, commitment_to(secret), secret,
                                 normalise(campaign.prizes.public_value), secrets.token_hex(32), at)
            audit.write_deed(connection, by.name, by.role, Act.COMMITTED, campaign.name, campaign.name, commitment_to(secret))
    return _committed(drawn(bench.ledger, campaign.name), campaign)


def _check_commitment(campaign: Campaign, at: datetime) -> None:
    if at >= campaign.ends_at:
        raise NotToBeDecided(f"{campaign.name} is over since {campaign.ends_at:%Y-%m-%d %H:%M} UTC: who commits to a secret now "
                             "knows the board already. Give the prizes by rank alone, or draw in public")
    if not campaign.prizes.public_value.strip():
        raise NotToBeDecided(f"{campaign.name}: its file does not say what the draw waits for. Write prizes.public_value, such "
                             "as: drand quicknet, first round after 2026-12-24 12:00 in Seoul")
    if early := known_too_early(campaign, campaign.prizes.public_value):
        raise NotToBeDecided(f"{campaign.name} ends at {campaign.ends_at:%Y-%m-%d %H:%M} UTC, and what its draw waits for may be "
                             f"known by {early:%Y-%m-%d %H:%M} in {campaign.time_zone}: who knows it could choose who wins. "
                             f"Write a later day into prizes.public_value: {campaign.prizes.public_value}")


def freeze_list(bench: Workbench, campaign: Campaign, because: str = "", by: Actor = COMMAND,
                now: datetime | None = None) -> Draw:
    """Makes the board final and freezes the list that the draw is made of. Said twice, the first list stays.

    Args:
        bench: the systems.
        campaign: that has ended.
        because: why now, where something is undecided still; it is published with the list.
        by: who.
        now: in UTC; the clock's where left out.

    Raises:
        NotToBeDecided: it runs still, or something is undecided and no reason given. Without a secret from before the end no
            prize is drawn: that is undecided too, where the file has some.
    """
    at = now or datetime.now(UTC)
    before = drawn(bench.ledger, campaign.name)
    if before and before.list_hash is not None:
        return before
    if at < campaign.ends_at:
        raise NotToBeDecided(f"{campaign.name} runs until {campaign.ends_at:%Y-%m-%d %H:%M} UTC: close it after that")
    count_points(bench, campaign.name, now=at)
    why = normalise(because)
    left = undecided(bench, campaign)
    if left and not why:
        raise NotToBeDecided(f"{campaign.name}: {'; '.join(left)}. Decide these first, or say why the list is frozen "
                             "nevertheless (--because); everybody reads it")
    _write_list(bench, campaign, why if left else "", by, at)
    return _committed(drawn(bench.ledger, campaign.name), campaign)


def _write_list(bench: Workbench, campaign: Campaign, because: str, by: Actor, at: datetime) -> None:
    """The final board, the list and the line in the audit log: all or nothing."""
    board = replace(board_now(bench, campaign, at), state=BoardState.FINAL, next_at=None)
    joined = {item.submitter for item in participants.participants_of(bench.ledger, campaign.name) if item.consented_at}
    others = joined - {item.submitter for item in board.people}
    with bench.ledger.write(alone="boards") as connection:
        be_alone(connection, audit.ALONE)
        row = draws.draw_row(connection, campaign.name)
        if row and row.list_hash is not None:
            return
        code_key = row.code_key if row else secrets.token_hex(32)
        if row is None:  # nothing is drawn, and everybody finds their own line all the same
            secret = secrets.token_hex(32)
            draws.add_commitment(connection, campaign.name, commitment_to(secret), secret, "", code_key, at)
        boards.add_board(connection, board)
        people = final_list(campaign.name, campaign.prizes.top, campaign.prizes.drawn if row else 0, board.people, others,
                            code_key)
        text = write_list(people)
        draws.add_final_list(connection, campaign.name, text, list_hash_of(text), because, at)
        audit.write_deed(connection, by.name, by.role, Act.CLOSED, campaign.name, campaign.name,
                         ". ".join(filter(None, [list_hash_of(text), because])))


def _committed(draw: Draw | None, campaign: Campaign) -> Draw:
    if draw is None:
        raise NotToBeDecided(f"Nobody has committed to a secret for the draw of {campaign.name}: before its end by saegim "
                             f"campaign commit {campaign.name}; afterwards it is too late, and no prize can be drawn")
    return draw


def draw_winners(bench: Workbench, campaign: Campaign, public_value: str, by: Actor = COMMAND,
                 now: datetime | None = None) -> Draw:
    """Draws the winners, and shows the secret. The same value again gives the same draw.

    Args:
        bench: the systems.
        campaign: whose list is frozen.
        public_value: what the draw waited for, as it was published.
        by: who.
        now: in UTC; the clock's where left out.

    Raises:
        NotToBeDecided: there is no secret or no frozen list, the value is empty, or it was drawn by another value.
    """
    value = normalise(public_value)
    if not value:
        raise NotToBeDecided("The public value is empty: give what the campaign's file says that the draw waits for")
    _committed(drawn(bench.ledger, campaign.name), campaign)
    with bench.ledger.write(alone=audit.ALONE) as connection:
        row = draws.draw_row(connection, campaign.name)
        if row is None or row.final_list is None or row.list_hash is None:
            raise NotToBeDecided(f"{campaign.name} has no frozen list: saegim campaign close {campaign.name}")
        if row.public_value is not None and row.public_value != value:
            raise NotToBeDecided(f"{campaign.name} was drawn on {row.drawn_at:%Y-%m-%d %H:%M} UTC by {row.public_value!r}: "
                                 "a draw is made once")
        if row.public_value is None:
            people = read_list(row.final_list)
            if not people.drawn:
                raise NotToBeDecided(f"{campaign.name}: no prize is drawn, as its frozen list says")
            order = draw_order(row.secret, row.list_hash, value, people.eligible, people.drawn + SUBSTITUTES)
            draws.add_winners(connection, campaign.name, value, order, now or datetime.now(UTC))
            audit.write_deed(connection, by.name, by.role, Act.DREW, campaign.name, campaign.name, value)
    return _committed(drawn(bench.ledger, campaign.name), campaign)


def drawn(ledger: Ledger, campaign: str) -> Draw | None:
    """What anybody may see of a campaign's draw; None where nobody committed to a secret."""
    with ledger.read() as connection:
        row = draws.draw_row(connection, campaign)
    if row is None:
        return None
    is_drawn = row.drawn_at is not None
    order = row.winners or ()
    later = {code_of(row.code_key, item.submitter)
             for item in participants.disqualified_of(ledger, campaign)} if order else set()
    count = read_list(row.final_list).drawn if row.final_list else 0
    return Draw(row.campaign, row.commitment, row.committed_at, row.awaited, row.list_hash, row.frozen_at,
                row.frozen_because or "", row.public_value, row.drawn_at, row.secret if is_drawn else None, count, order,
                tuple(code for code in order if code in later))


def published_list(ledger: Ledger, campaign: str) -> str | None:
    """Text of the frozen list, ``list.txt`` of the draw's page; None while there is none."""
    with ledger.read() as connection:
        row = draws.draw_row(connection, campaign)
    return row.final_list if row else None


def own_code(ledger: Ledger, campaign: str, submitter: str) -> str | None:
    """What somebody is called in the published list; None while nobody committed to a secret."""
    with ledger.read() as connection:
        row = draws.draw_row(connection, campaign)
    return code_of(row.code_key, submitter) if row else None


def people_by_code(ledger: Ledger, campaign: str, submitters: set[str]) -> dict[str, str]:
    """Which of some submitters each code stands for: for managers, who give the prizes."""
    with ledger.read() as connection:
        row = draws.draw_row(connection, campaign)
    return {code_of(row.code_key, name): name for name in submitters} if row else {}

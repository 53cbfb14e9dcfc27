"""Submitters of campaigns, as the portal and managers know them."""

from __future__ import annotations

from sqlalchemy import select

from datastore.ledger.engine import Ledger
from datastore.ledger.tables import participants
from schemas.accounts import Participant


def participant(ledger: Ledger, campaign: str, submitter: str) -> Participant | None:
    """A submitter of a campaign; None where nothing is known of them."""
    query = select(participants).where(participants.c.campaign == campaign, participants.c.submitter == submitter)
    with ledger.read() as connection:
        row = connection.execute(query).one_or_none()
    return Participant(*row) if row else None

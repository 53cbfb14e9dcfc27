"""Accounts of those who come by the company's own log-in: known by their e-mail address."""

from __future__ import annotations

import re
from datetime import datetime

from datastore.ledger import accounts
from schemas.accounts import Account, Role
from schemas.text import normalise
from workbench.bench import Workbench
from workbench.campaigns import load_campaigns
from workbench.joining import is_among

MOST_ALIKE = 1000
"""So many people may have addresses that begin alike."""


def company_account(bench: Workbench, address: str, now: datetime) -> Account | None:
    """The account of a verified address.

    It is made, as a submitter's, where there is none and a campaign that is not over lets the address take part.

    Args:
        bench: ledger and campaigns.
        address: as the company's log-in says, which has verified it.
        now: in UTC.

    Returns:
        None where the account is closed, or there is none and no campaign for the address.
    """
    address = normalise(address).casefold()
    if known := accounts.account_by_address(bench.ledger, address):
        return None if known.closed_at else known
    open_now = [item for item in load_campaigns(bench.settings).by_name.values() if now < item.ends_at]
    if not any(is_among(address, item.take_part.addresses) for item in open_now):
        return None
    stem = re.sub(r"[^\w.-]+", "-", address.partition("@")[0]).lstrip(".")[:48] or "person"
    for number in range(1, MOST_ALIKE):
        name = stem if number == 1 else f"{stem}-{number}"
        if not accounts.is_taken(bench.ledger, name) and accounts.add_account(
                bench.ledger, Account(name, Role.SUBMITTER, address, now, now)):
            break
    return accounts.account_by_address(bench.ledger, address)

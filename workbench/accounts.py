"""Accounts of the portal: who may enter it, and as what. Each change is a line of the audit log."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from datastore.ledger import Ledger, accounts, audit, participants
from saegim.names import unknown
from schemas.accounts import ACCOUNT_NAME, Account, Act, Role
from schemas.errors import AccountRefused
from schemas.text import normalise
from workbench.invitations import DAYS, invitation_link
from workbench.settings import Settings

COMMAND_LINE = "command line"
"""Who did what a command does, in the audit log; no account has a space in its name."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something.

    Attributes:
        name: of their account, or ``COMMAND_LINE``.
        role: as what.
    """

    name: str = COMMAND_LINE
    role: Role = Role.MANAGER


COMMAND = Actor()
"""Whoever gives a command."""


def account_name(text: str) -> str:
    """What somebody typed, as the name of an account.

    Raises:
        AccountRefused: it is none.
    """
    name = normalise(text)
    if not ACCOUNT_NAME.fullmatch(name):
        raise AccountRefused(f"{text!r} is no name of an account: expected 1 to 64 letters, digits, - _ or . in any script, "
                             "with no dot at the beginning")
    return name


def invite(settings: Settings, ledger: Ledger, name: str, role: Role, campaign: str | None, by: Actor,
           days: float = DAYS) -> str:
    """Makes an account, where there is none, and a link that logs its owner in.

    Args:
        settings: with the portal's address and its secret.
        ledger: that has the accounts.
        name: of the account, as typed.
        role: what its owner may do.
        campaign: that the link leads to; None where to none.
        by: who invites.
        days: how long the link lasts.

    Returns:
        The link.

    Raises:
        AccountRefused: the name is none, or its account has another role or is closed.
        SettingError: the portal has no secret.
    """
    name = account_name(name)
    now = datetime.now(UTC)  # before the link is signed: what was signed before an account's sessions is worth nothing
    link = invitation_link(settings, name, role, campaign, days)
    accounts.add_account(ledger, Account(name, role, None, now, now))
    known = known_account(ledger, name)
    if known.closed_at:
        raise AccountRefused(f"The account {name} is closed: open it again before you invite its owner")
    if known.role is not role:
        raise AccountRefused(f"{name} is {known.role} already, and a link changes no role: invite as {known.role}, "
                             "or change the role first")
    if campaign:
        participants.note(ledger, campaign, name)
    audit.add_deed(ledger, by.name, by.role, Act.INVITED, campaign, name, f"{role}, for {days:g} days")
    return link


def change_role(ledger: Ledger, name: str, role: Role, by: Actor) -> None:
    """Says what an account may do from now on; its owner stays logged in.

    Raises:
        AccountRefused: there is no such account, or nobody would be manager any more.
    """
    known = known_account(ledger, name)
    if known.role is role:
        return
    _keep_a_manager(ledger, known)
    accounts.change_role(ledger, known.name, role)
    audit.add_deed(ledger, by.name, by.role, Act.ROLE_CHANGED, None, known.name, f"{known.role} → {role}")


def close(ledger: Ledger, name: str, by: Actor, because: str = "") -> None:
    """Closes an account: nobody enters by it, and its links are worth nothing. What it sent stays.

    Raises:
        AccountRefused: there is no such account, or nobody would be manager any more.
    """
    known = known_account(ledger, name)
    if known.closed_at:
        return
    _keep_a_manager(ledger, known)
    accounts.close_account(ledger, known.name, datetime.now(UTC))
    audit.add_deed(ledger, by.name, by.role, Act.ACCOUNT_CLOSED, None, known.name, because)


def known_account(ledger: Ledger, name: str) -> Account:
    """The account of a name.

    Raises:
        AccountRefused: there is none.
    """
    found = accounts.account(ledger, normalise(name))
    if found is None:
        raise AccountRefused(unknown("account", normalise(name), [item.name for item in accounts.all_accounts(ledger)]))
    return found


def _keep_a_manager(ledger: Ledger, leaving: Account) -> None:
    others = [item for item in accounts.all_accounts(ledger)
              if item.role is Role.MANAGER and not item.closed_at and item.name != leaving.name]
    if leaving.role is Role.MANAGER and not others:
        raise AccountRefused(f"{leaving.name} is the last manager: make somebody else one first")

"""How a person comes to take part in a campaign: who may, what they agree to, what boards call them."""

from __future__ import annotations

import fnmatch
import unicodedata
from datetime import datetime
from enum import StrEnum

from datastore.ledger import accounts, audit, participants
from schemas.accounts import Account, Act, Participant, Role
from schemas.recipes.campaign import Campaign
from schemas.text import normalise
from workbench.bench import Workbench
from workbench.invitations import Invitation, read_invitation

LONGEST_NICKNAME = 20
"""Characters: on a phone it stands beside a rank and points."""


class JoinProblem(StrEnum):
    """Why somebody does not take part yet; the page has words for each."""

    NOT_AGREED = "not_agreed"
    LONG_NICKNAME = "long_nickname"
    TAKEN_NICKNAME = "taken_nickname"


def valid_invitation(bench: Workbench, token: str, now: datetime) -> Invitation | None:
    """What an invitation says, while it is worth something.

    Returns:
        None where it is none of ours, has expired, or its account was closed, or logged out everywhere, since.
    """
    found = read_invitation(bench.settings, token)
    if found is None or now >= found.expires_at:
        return None
    known = accounts.account(bench.ledger, found.name)
    return None if known and (known.closed_at or found.signed_at < known.sessions_from) else found


def invited_account(bench: Workbench, invitation: Invitation, now: datetime) -> Account:
    """The account that an invitation opens; it is made where there is none. One that is there keeps its role."""
    fresh = Account(invitation.name, invitation.role, None, now, invitation.signed_at)
    accounts.add_account(bench.ledger, fresh)
    if invitation.campaign:
        participants.note(bench.ledger, invitation.campaign, invitation.name)
    return accounts.account(bench.ledger, invitation.name) or fresh


def may_join(campaign: Campaign, account: Account, known: Participant | None) -> bool:
    """Whether somebody may take part: who was invited, who did before, managers, and the addresses that the campaign names."""
    return known is not None or account.role is Role.MANAGER or is_among(account.address, campaign.take_part.addresses)


def is_among(address: str | None, patterns: tuple[str, ...]) -> bool:
    """Whether an address is one of patterns such as ``*@example.com``; what stands for ``*`` has no ``@``."""
    return address is not None and address.count("@") == 1 and any(
        fnmatch.fnmatchcase(address, normalise(pattern).casefold()) for pattern in patterns)


def has_agreed(campaign: Campaign, known: Participant | None) -> bool:
    """Whether somebody takes part and has agreed to the text as it is now."""
    return (known is not None and known.consented_at is not None
            and (campaign.consent is None or known.consent_version == campaign.consent.version))


def join_campaign(bench: Workbench, campaign: Campaign, account: Account, agreed_to: int | None, nickname: str, hidden: bool,
                  now: datetime) -> JoinProblem | None:
    """Notes that somebody takes part from now on.

    Args:
        bench: the ledger.
        campaign: one with a consent.
        account: whose.
        agreed_to: version of the text that they saw and agreed to; None where to none.
        nickname: as typed.
        hidden: whether boards name them.
        now: in UTC.

    Returns:
        What is in the way; None where nothing is.
    """
    if campaign.consent is None or agreed_to != campaign.consent.version:
        return JoinProblem.NOT_AGREED
    if problem := _change_name(bench, campaign.name, account.name, nickname, hidden):
        return problem
    participants.join(bench.ledger, campaign.name, account.name, campaign.consent.version, now)
    audit.add_deed(bench.ledger, account.name, account.role, Act.JOINED, campaign.name, account.name,
                   f"consent {campaign.consent.version}")
    return None


def rename(bench: Workbench, campaign: str, account: Account, nickname: str, hidden: bool) -> JoinProblem | None:
    """Notes what boards call somebody; arguments and answer as of ``join_campaign``."""
    problem = _change_name(bench, campaign, account.name, nickname, hidden)
    if problem is None:
        audit.add_deed(bench.ledger, account.name, account.role, Act.RENAMED, campaign, account.name,
                       "hidden" if hidden else normalise(nickname))
    return problem


def leave(bench: Workbench, campaign: str, account: Account) -> None:
    """Notes that somebody takes part no more."""
    participants.leave(bench.ledger, campaign, account.name)
    audit.add_deed(bench.ledger, account.name, account.role, Act.LEFT, campaign, account.name)


def _change_name(bench: Workbench, campaign: str, submitter: str, nickname: str, hidden: bool) -> JoinProblem | None:
    wanted = normalise(nickname)
    if len(wanted) > LONGEST_NICKNAME:
        return JoinProblem.LONG_NICKNAME
    with bench.ledger.write(alone="nicknames") as connection:  # of two who ask at once, one gets it
        others = [item for item in participants.participants_in(connection, campaign) if item.submitter != submitter]
        # Nobody stands on a board under the name of somebody else.
        taken = {_compared(text) for item in others for text in (item.nickname, item.submitter) if text}
        if wanted and _compared(wanted) in taken:
            return JoinProblem.TAKEN_NICKNAME
        participants.set_nickname(connection, campaign, submitter, wanted or None, hidden)
    return None


def _compared(name: str) -> str:
    """The form in which names are one name: wide, small and capital letters look alike to whoever reads a board."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())

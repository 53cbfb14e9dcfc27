"""Who enters the portal, as what, and what they did there."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

ACCOUNT_NAME = re.compile(r"(?!\.)[\w.-]{1,64}")
"""Names that an account may have: part of keys, of paths and of links, in any script."""


class Role(StrEnum):
    """What an account may do. Each of the last two may do what submitters may; a manager may do all."""

    SUBMITTER = "submitter"
    ANNOTATOR = "annotator"
    """Is shown the way to Label Studio."""
    ENGINEER = "engineer"
    """Sees releases' and evaluations' figures and the demand; decides nothing."""
    MANAGER = "manager"


class Act(StrEnum):
    """What the audit log knows."""

    INVITED = "invited"
    JOINED = "joined"
    RENAMED = "renamed"
    WITHDREW = "withdrew"
    LEFT = "left"
    ROLE_CHANGED = "role_changed"
    ACCOUNT_CLOSED = "account_closed"
    DISQUALIFIED = "disqualified"
    REINSTATED = "reinstated"
    FLAG_DECIDED = "flag_decided"
    DUPLICATE_DECIDED = "duplicate_decided"
    DEMAND_ACCEPTED = "demand_accepted"
    COMMITTED = "committed"
    CLOSED = "closed"
    DREW = "drew"
    EXPORTED = "exported"
    TERMS_CHANGED = "terms_changed"
    """Of a public data set."""


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who may enter the portal.

    Attributes:
        name: of letters, digits, ``-``, ``_`` and ``.``; second part of their keys in the bucket of submissions.
        role: what they may do.
        address: e-mail, normalised; None where nobody knows it.
        created_at: in UTC.
        sessions_from: cookies that were signed before this moment are worth nothing.
        closed_at: when the account was closed; None while it is open.
    """

    name: str
    role: Role
    address: str | None
    created_at: datetime
    sessions_from: datetime
    closed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Participant:
    """A submitter of a campaign.

    Attributes:
        campaign: its name.
        submitter: as the keys have it; the name of their account, where they have one.
        nickname: shown on boards; None where they have chosen none.
        hidden: not on boards: their line says a rank and points and no name.
        consent_version: of the text that they agreed to; None where they agreed to none.
        consented_at: when, in UTC.
        disqualified_at: when; None where they are not.
        disqualified_because: why; they read it.
    """

    campaign: str
    submitter: str
    nickname: str | None = None
    hidden: bool = False
    consent_version: int | None = None
    consented_at: datetime | None = None
    disqualified_at: datetime | None = None
    disqualified_because: str | None = None


@dataclass(frozen=True, slots=True)
class Deed:
    """One line of the audit log.

    Attributes:
        number: from 1 on.
        at: in UTC.
        who: name of an account; ``command line`` for commands.
        role: as what.
        act: what.
        campaign: of which; None where of none.
        subject: of whom or what: a name, a key.
        detail: the reason, or what changed.
    """

    number: int
    at: datetime
    who: str
    role: Role
    act: Act
    campaign: str | None
    subject: str
    detail: str

"""The demo's campaign as people meet it: the portal's address, invitations, and a draw that is committed to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from datastore.ledger import participants
from schemas.accounts import Role
from workbench.accounts import COMMAND, invite
from workbench.bench import Workbench
from workbench.campaigns import load_campaigns
from workbench.draw import commit_secret


@dataclass(frozen=True, slots=True)
class Invited:
    """Somebody whom the demo invites.

    Attributes:
        name: of their account.
        role: what they may do.
        who: they are, in words.
    """

    name: str
    role: Role
    who: str


PEOPLE = (
    Invited("newcomer", Role.SUBMITTER, "somebody who has sent nothing yet"),
    Invited("김하늘", Role.SUBMITTER, "whose photographs the demo sent"),
    Invited("manager", Role.MANAGER, "whoever runs the campaign"),
)


@dataclass(frozen=True, slots=True)
class InvitationLink:
    """A link that logs somebody in."""

    invited: Invited
    link: str


NICKNAMES = {"jlee": "지은", "park.minsu": "민수"}
"""Of those who sent photographs and are not invited."""


def open_event(bench: Workbench, campaign: str) -> list[InvitationLink]:
    """Commits to the draw's secret, lets those in who sent photographs, and makes a link for each of ``PEOPLE``."""
    recipe = load_campaigns(bench.settings, campaign).by_name[campaign]
    commit_secret(bench, recipe)
    for name, nickname in NICKNAMES.items():
        if recipe.consent:
            participants.join(bench.ledger, campaign, name, recipe.consent.version, datetime.now(UTC))
        participants.rename(bench.ledger, campaign, name, nickname, hidden=False)
    return [InvitationLink(person, invite(bench.settings, bench.ledger, person.name, person.role, campaign, COMMAND))
            for person in PEOPLE]

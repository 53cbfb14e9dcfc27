"""Personal invitations to the portal: signed links that hold a name, a role, a campaign and their end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote

from itsdangerous import BadSignature, URLSafeTimedSerializer

from schemas.accounts import Role
from schemas.errors import SettingError
from workbench.settings import Settings

DAYS = 30
"""How long an invitation lasts where nobody says otherwise."""

SALT = "invitation"
"""What the signatures are for: a session's cookie is no invitation, nor the other way round."""


@dataclass(frozen=True, slots=True)
class Invitation:
    """What a link says.

    Attributes:
        name: of the account that it opens.
        role: of that account, where it is made by this link.
        campaign: name of the campaign that the link leads to; None where to none.
        signed_at: in UTC, in whole seconds.
        expires_at: in UTC.
    """

    name: str
    role: Role
    campaign: str | None
    signed_at: datetime
    expires_at: datetime


def invitation_link(settings: Settings, name: str, role: Role = Role.SUBMITTER, campaign: str | None = None,
                    days: float = DAYS) -> str:
    """A link that logs one person in, for so many days.

    Args:
        settings: with the portal's address and its secret.
        name: of the account; ``schemas.accounts`` says of what it is made.
        role: what they may do, where the link makes their account.
        campaign: that it leads to.
        days: from now on.

    Raises:
        SettingError: the portal has no secret that outlives its process, so that the link would be worth nothing.
    """
    until = datetime.now(UTC).timestamp() + days * 86_400
    token = _signer(settings).dumps({"n": name, "r": str(role), "c": campaign, "x": int(until)})
    return f"{settings.portal_url.rstrip('/')}/join/{quote(str(token))}"


def read_invitation(settings: Settings, token: str) -> Invitation | None:
    """What a link says; None where we did not sign it.

    Args:
        settings: with the portal's secret.
        token: last part of the link.
    """
    try:
        said, signed_at = _signer(settings).loads(token, return_timestamp=True)
        return Invitation(str(said["n"]), Role(said["r"]), said["c"], signed_at, datetime.fromtimestamp(said["x"], UTC))
    except (BadSignature, ValueError, KeyError, TypeError, OverflowError):
        return None


def _signer(settings: Settings) -> URLSafeTimedSerializer:
    secret = settings.portal_secret.get_secret_value()
    if not secret:
        raise SettingError("SAEGIM_PORTAL_SECRET is empty: an invitation would be worth nothing once the portal was started anew."
                           " Set it to 32 random characters or more; saegim up makes one")
    return URLSafeTimedSerializer(secret, salt=SALT)

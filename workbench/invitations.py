"""Personal invitations to the portal: signed links that hold a name, a role, a campaign and their end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from itsdangerous import BadSignature, URLSafeSerializer

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
        signed_at: in UTC.
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
    if not settings.portal_secret.get_secret_value():
        raise SettingError("SAEGIM_PORTAL_SECRET is empty: an invitation would be worth nothing once the portal was started anew."
                           " Set it to 32 random characters or more; saegim up makes one")
    now = datetime.now(UTC)
    said = [name, role, campaign, _microseconds(now), _microseconds(now + timedelta(days=days))]
    return f"{settings.portal_url.rstrip('/')}/join/{_signer(settings).dumps(said)}"


def read_invitation(settings: Settings, token: str) -> Invitation | None:
    """What a link says, whether it has expired or not; None where it is none of ours.

    Args:
        settings: with the portal's secret.
        token: last part of the link.
    """
    if not settings.portal_secret.get_secret_value():
        return None
    try:
        name, role, campaign, signed_at, expires_at = _signer(settings).loads(token)
        return Invitation(name, Role(role), campaign, _moment(signed_at), _moment(expires_at))
    except (BadSignature, ValueError, TypeError, OverflowError):
        return None


def _signer(settings: Settings) -> URLSafeSerializer:
    return URLSafeSerializer(settings.portal_secret.get_secret_value(), salt=SALT)


def _microseconds(moment: datetime) -> int:
    """Since 1970, exactly: sessions end at a moment that the ledger keeps so."""
    return (moment - _START) // timedelta(microseconds=1)


def _moment(microseconds: int) -> datetime:
    return _START + timedelta(microseconds=microseconds)


_START = datetime(1970, 1, 1, tzinfo=UTC)

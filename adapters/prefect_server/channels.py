"""Where alerts go, as a Prefect server is told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import quote, unquote, urlencode, urlsplit

from schemas.errors import SettingError

MODES = {"smtp": "insecure", "smtp+starttls": "starttls", "smtps": "ssl"}
"""How a mail server is spoken to, by how its address begins: as Apprise calls it."""
PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}
"""Usual port of each."""


@dataclass(frozen=True, slots=True)
class Channels:
    """Where alerts go; to nobody where both are left out.

    Attributes:
        webhook: an address that takes a JSON object by POST; empty for none.
        emails: people's addresses.
        mail_server: ``smtp://``, ``smtp+starttls://`` or ``smtps://``, with ``user:password@`` where it asks for them.
    """

    webhook: str = field(default="", repr=False)
    emails: Sequence[str] = ()
    mail_server: str = field(default="", repr=False)

    def __bool__(self) -> bool:
        """Whether alerts go anywhere."""
        return bool(self.webhook or self.emails)

    @property
    def mailed_by(self) -> str:
        """What Apprise takes for these people and this server; empty where nobody is mailed.

        Raises:
            SettingError: there are people, but no server that can be spoken to.
        """
        if not self.emails:
            return ""
        server = urlsplit(self.mail_server)
        if server.scheme not in MODES or not server.hostname:
            raise SettingError("SAEGIM_MAIL_SERVER names no mail server: expected "
                               "smtp+starttls://user:password@mail.example.com, smtps:// or, without encryption, smtp://")
        user = unquote(server.username or "")
        sender = user if "@" in user else f"saegim@{self.emails[0].rpartition('@')[2]}"  # Apprise refuses that of an IP address
        log_in = f"{quote(user, safe='')}:{quote(unquote(server.password or ''), safe='')}@" if user else ""
        options = urlencode({"smtp": server.hostname, "mode": MODES[server.scheme], "from": sender,
                             "format": "text", "to": ",".join(self.emails)})
        port = server.port or PORTS[server.scheme]
        return f"mailto{'' if server.scheme == 'smtp' else 's'}://{log_in}{server.hostname}:{port}?{options}"

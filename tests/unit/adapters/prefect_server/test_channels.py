"""Where alerts go: what Prefect's Apprise makes of people's addresses and a mail server."""

from __future__ import annotations

from typing import Any

import apprise
import pytest

from adapters.prefect_server.channels import Channels
from schemas.errors import SettingError


@pytest.mark.parametrize(("server", "host", "port", "mode", "user", "password", "sender"), [
    ("smtp://10.0.0.7", "10.0.0.7", 25, "insecure", None, None, "saegim@example.com"),
    ("smtp+starttls://me%40x.kr:p%2Fw@mail.x.kr", "mail.x.kr", 587, "starttls", "me@x.kr", "p/w", "me@x.kr"),
    ("smtps://bot:pw@mail.x.kr:4650", "mail.x.kr", 4650, "ssl", "bot", "pw", "saegim@example.com")])
def test_apprise_mails_by_the_server_that_is_named(server: str, host: str, port: int, mode: str, user: str | None,
                                                   password: str | None, sender: str) -> None:
    sends = apprise.Apprise()
    assert sends.add(Channels(emails=["boss@example.com", "b@example.com"], mail_server=server).mailed_by)
    mail: Any = sends[0]
    assert (mail.smtp_host, mail.port, str(mail.secure_mode)) == (host, port, mode)
    assert (mail.user or None, mail.password or None, mail.from_addr[1]) == (user, password, sender)
    assert [address for _, address in mail.targets] == ["boss@example.com", "b@example.com"]


@pytest.mark.parametrize("server", ["", "mail.example.com", "http://mail.example.com", "smtp://"])
def test_people_without_a_mail_server_are_told(server: str) -> None:
    with pytest.raises(SettingError, match="SAEGIM_MAIL_SERVER"):
        _ = Channels(emails=["boss@example.com"], mail_server=server).mailed_by


def test_what_is_secret_is_not_shown() -> None:
    channels = Channels("https://hooks.example.com/s3cret", ["a@example.com"], "smtp://u:s3cret@mail.example.com")
    assert "s3cret" not in repr(channels)
    assert channels
    assert not Channels(mail_server="smtp://mail.example.com")

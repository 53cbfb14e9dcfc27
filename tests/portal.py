"""A portal in this process: a ledger in SQLite, buckets in memory, a campaign that runs."""

from __future__ import annotations

import atexit
import functools
import shutil
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient
from pydantic import SecretStr

from apps.portal.app import make_app
from apps.portal.visit import SESSION, Portal
from datastore.ledger import Ledger, accounts, participants
from schemas.accounts import Account, Role
from tests.empty_ledger import empty_ledger
from tests.in_memory import InMemory
from workbench.bench import Workbench
from workbench.settings import Settings

CAMPAIGN = "가을"
"""The campaign of this portal."""

CAMPAIGN_FILE = """\
name: 가을
title: {ko: 가을 글자 모으기, en: Autumn letters}
text: {ko: 글자가 있는 곳을 찍어 주세요., en: Photograph writing wherever you see it.}
take_part: {addresses: ["*@example.com"]}
first_day: 2026-01-01
last_day: 2099-12-31
points: 10
categories: {vertical: {title: {ko: 세로글, en: Vertical}}, handwritten: 10}
bonus: {vertical: 5, handwritten: 5, curved: 3}
caps: {day: 100}
prizes: {top: 3, drawn: 2, public_value: drand quicknet}
consent:
  version: 1
  text: {ko: 보낸 사진을 글자 인식 연구에 쓰는 데 동의합니다., en: My photographs may be used for research on reading text.}
"""


@dataclass
class InProcess:
    """The portal and what is behind it.

    Attributes:
        client: a browser without cookies; it follows no redirect.
        bench: the systems.
    """

    client: TestClient
    bench: Workbench

    @property
    def ledger(self) -> Ledger:
        return self.bench.ledger


def settings_of(folder: Path, campaigns: dict[str, str] | None = None, **values: Any) -> Settings:
    """Settings whose files are in a folder; campaigns by the name of their file."""
    (folder / "campaigns").mkdir(exist_ok=True)
    for name, text in ({"autumn": CAMPAIGN_FILE} if campaigns is None else campaigns).items():
        (folder / "campaigns" / f"{name}.yaml").write_text(text, encoding="utf-8")
    given: dict[str, Any] = {"ledger_url": f"sqlite:///{folder / 'ledger.db'}", "campaigns": folder / "campaigns",
                             "portal_url": "http://testserver",
             "portal_secret": SecretStr("a secret of thirty-two characters"), "s3_endpoint": "http://127.0.0.1:8333",
                             "s3_access_key": SecretStr("key"), "s3_secret_key": SecretStr("secret")}
    return Settings(_env_file=None, **{**given, **values})


@functools.cache
def new_ledger() -> Path:
    """An empty ledger's file, made once: its migrations take two seconds."""
    path = Path(tempfile.mkdtemp()) / "ledger.db"
    made = Ledger(f"sqlite:///{path}")
    made.migrate()
    made.close()
    atexit.register(shutil.rmtree, path.parent, ignore_errors=True)
    return path


def open_portal(folder: Path, campaigns: dict[str, str] | None = None, **values: Any) -> InProcess:
    """A portal over a new ledger in a folder.

    Args:
        folder: a temporary one.
        campaigns: their files' texts by name; one that runs, ``CAMPAIGN``, where left out.
        **values: settings that differ.
    """
    settings = settings_of(folder, campaigns, **values)
    bench = Workbench(settings)
    bench.objects = InMemory(settings)
    made = empty_ledger(settings.ledger)
    made.close()
    return InProcess(TestClient(make_app(bench), follow_redirects=False, raise_server_exceptions=False), bench)


def log_in(portal: InProcess, name: str, role: Role = Role.SUBMITTER) -> Account:
    """Gives the client the cookie of an account, which is made where there is none; nobody else is logged in any more."""
    now = datetime.now(UTC)
    account = accounts.account(portal.ledger, name)
    if account is None:
        account = Account(name, role, None, now, now - timedelta(minutes=1))
        accounts.add_account(portal.ledger, account)
    kept: Portal = portal.client.app.state.portal  # type: ignore[attr-defined]
    portal.client.cookies.set(SESSION, kept.session(name, datetime.now(UTC)))
    return account


def joined(portal: InProcess, name: str, campaign: str = CAMPAIGN, nickname: str | None = None) -> Account:
    """Logs a submitter in who has joined a campaign."""
    account = log_in(portal, name)
    participants.join(portal.ledger, campaign, name, consent_version=1, at=datetime.now(UTC))
    if nickname:
        participants.rename(portal.ledger, campaign, name, nickname, hidden=False)
    return account

"""The portal as people reach it: served on a free port, over the systems of a test's world, by a clock that the test sets."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from fastapi import Request

from apps.portal.app import make_app
from apps.portal.visit import SESSION, Portal, Visit, visit_of
from datastore.ledger import accounts, participants
from schemas.accounts import Account, Role
from tests.portal import CAMPAIGN, CAMPAIGN_FILE
from tests.served_portal import free_address, running
from tests.services.conftest import World
from workbench.bench import Workbench


@dataclass
class ServedPortal:
    """A portal that runs.

    Attributes:
        bench: the systems.
        url: where it answers.
        kept: what the application keeps.
        ahead: by how much its clock is ahead.
    """

    bench: Workbench
    url: str
    kept: Portal
    ahead: timedelta = field(default_factory=timedelta)

    @property
    def now(self) -> datetime:
        """What its clock says, in UTC."""
        return datetime.now(UTC) + self.ahead

    def cookies(self, account: str) -> dict[str, str]:
        """What a browser has in which somebody is logged in."""
        return {SESSION: self.kept.session(account, self.now)}

    def visit(self, request: Request) -> Visit:
        """A visit by its clock."""
        return replace(visit_of(request), now=self.now)


@contextlib.contextmanager
def served(world: World) -> Iterator[ServedPortal]:
    """Serves the portal of a world until the block ends."""
    with free_address() as (listening, url):
        world.env |= {"SAEGIM_PORTAL_URL": url, "SAEGIM_PORTAL_SECRET": "of the test, thirty-two letters!"}
        bench = world.bench
        app = make_app(bench)
        portal = ServedPortal(bench, url, app.state.portal)
        posted_to = (bench.settings.bucket_raw, bench.settings.bucket_demo)
        bench.objects.ensure_buckets(posted_to, posted_to, url)
        app.dependency_overrides[visit_of] = portal.visit
        with running(app, listening):
            yield portal


@contextlib.contextmanager
def served_campaign(world: World, folder: Path, text: str = CAMPAIGN_FILE) -> Iterator[ServedPortal]:
    """The same, with one campaign, whose file is put into a temporary folder."""
    campaigns = folder / "campaigns"
    campaigns.mkdir()
    (campaigns / "one.yaml").write_text(text, encoding="utf-8")
    world.env["SAEGIM_CAMPAIGNS"] = str(campaigns)
    with served(world) as portal:
        yield portal


@contextlib.contextmanager
def served_to(world: World, folder: Path, name: str) -> Iterator[ServedPortal]:
    """The same, and somebody has joined the campaign."""
    with served_campaign(world, folder) as portal:
        now = datetime.now(UTC)
        accounts.add_account(portal.bench.ledger, Account(name, Role.SUBMITTER, None, now, now))
        participants.join(portal.bench.ledger, CAMPAIGN, name, consent_version=1, at=now)
        yield portal

"""Versions of campaigns' rules: a photograph is priced by the one in force when it was sent."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, Row, insert, select

from datastore.ledger.engine import Ledger
from datastore.ledger.tables import campaign_versions
from schemas.ids import digest
from schemas.recipes.pricing_rules import FoundRules, PricingRules, RulesVersion


def note_rules(ledger: Ledger, campaign: str, read: Callable[[], FoundRules | None]) -> bool:
    """Notes the rules of a campaign as its next version, where they differ from the newest one.

    Rules that were in force before and come back are a version of their own: what was sent in between keeps its price. The file
    is read again while nobody else notes rules: whoever read it long ago must not bring back what it said then.

    Args:
        ledger: where.
        campaign: its name.
        read: reads its file as it is; None where there is none. Versions count from the moment that it gives.

    Returns:
        Whether they are new. They are not noted where the newest version is not older than they are: who comes later does it.
    """
    seen = read()
    with ledger.read() as connection:
        if not _is_new(seen, _newest(connection, campaign)):
            return False
    with ledger.write(alone="campaign versions") as connection:
        newest = _newest(connection, campaign)
        found = read()
        if found is None or not _is_new(found, newest):
            return False
        connection.execute(insert(campaign_versions).values(
            campaign=campaign, version=newest.version + 1 if newest else 1, digest=_digest(found), rules=found.rules,
            from_at=found.at))
    return True


def _newest(connection: Connection, campaign: str) -> Row[Any] | None:
    columns = campaign_versions.c["version", "digest", "from_at"]
    query = select(*columns).where(campaign_versions.c.campaign == campaign)
    return connection.execute(query.order_by(campaign_versions.c.version.desc()).limit(1)).one_or_none()


def _is_new(found: FoundRules | None, newest: Row[Any] | None) -> bool:
    if found is None or newest is None:
        return found is not None
    return bool(newest.digest != _digest(found) and newest.from_at < found.at)


def _digest(found: FoundRules) -> str:
    return digest("rules", json.dumps(found.rules, sort_keys=True, ensure_ascii=False))


def versions_of(ledger: Ledger, campaign: str) -> list[RulesVersion]:
    """All versions of a campaign's rules, in order of their numbers."""
    query = select(campaign_versions).where(campaign_versions.c.campaign == campaign).order_by(campaign_versions.c.version)
    with ledger.read() as connection:
        return [RulesVersion(row.version, row.from_at, PricingRules.model_validate(row.rules))
                for row in connection.execute(query)]

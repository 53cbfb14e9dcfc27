"""Versions of campaigns' rules: a photograph is priced by the one in force when it was sent."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select

from datastore.ledger.engine import Ledger
from datastore.ledger.tables import campaign_versions
from schemas.ids import digest
from schemas.recipes.pricing_rules import PricingRules, RulesVersion


def note_rules(ledger: Ledger, campaign: str, rules: dict[str, Any], now: datetime) -> bool:
    """Notes the rules of a campaign as its next version, where they differ from the newest one.

    Rules that were in force before and come back are a version of their own: what was sent in between keeps its price.

    Args:
        ledger: where.
        campaign: its name.
        rules: as ``Campaign.rules`` has them.
        now: from when on they count, in UTC.

    Returns:
        Whether they are new.
    """
    found = digest("rules", json.dumps(rules, sort_keys=True, ensure_ascii=False))
    newest = (select(campaign_versions.c.version, campaign_versions.c.digest).where(campaign_versions.c.campaign == campaign)
              .order_by(campaign_versions.c.version.desc()).limit(1))
    with ledger.read() as connection:
        row = connection.execute(newest).one_or_none()
    if row and row.digest == found:
        return False
    with ledger.write(alone="campaign versions") as connection:
        row = connection.execute(newest).one_or_none()
        if row and row.digest == found:
            return False
        connection.execute(insert(campaign_versions).values(
            campaign=campaign, version=row.version + 1 if row else 1, digest=found, rules=rules, from_at=now))
    return True


def versions_of(ledger: Ledger, campaign: str) -> list[RulesVersion]:
    """All versions of a campaign's rules, in order of their numbers."""
    query = select(campaign_versions).where(campaign_versions.c.campaign == campaign).order_by(campaign_versions.c.version)
    with ledger.read() as connection:
        return [RulesVersion(row.version, row.from_at, PricingRules.model_validate(row.rules))
                for row in connection.execute(query)]

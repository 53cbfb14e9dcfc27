"""The rules that photographs are priced by follow the campaign's file."""

from __future__ import annotations

from datetime import UTC, datetime

from datastore.ledger import campaign_versions
from schemas.recipes.pricing_rules import FoundRules
from workbench.bench import Workbench
from workbench.campaigns import load_campaigns


def follow_file(bench: Workbench, campaign: str, now: datetime | None = None) -> bool:
    """Notes the rules of a campaign's file as it is now, where they are not those of its newest version.

    Args:
        bench: the systems.
        campaign: its name.
        now: from when on they count, in UTC; the clock's where left out.

    Returns:
        Whether there is a new version.
    """
    def read() -> FoundRules | None:
        recipe = load_campaigns(bench.settings).by_name.get(campaign)
        return FoundRules(recipe.rules(), now or datetime.now(UTC)) if recipe else None

    return campaign_versions.note_rules(bench.ledger, campaign, read)

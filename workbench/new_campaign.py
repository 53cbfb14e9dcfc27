"""Campaigns' files: a new one, and what a changed one would change."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from datastore.ledger import Ledger, campaign_versions
from pages.new_campaign import campaign_text
from schemas.errors import SettingError
from schemas.recipes.campaign import Campaign, parse_campaign
from schemas.recipes.pricing_rules import PricingRules
from schemas.text import normalise
from stages.score.rule_changes import rule_changes
from workbench.campaigns import load_campaigns
from workbench.named_slices import KnownSlices
from workbench.settings import ROOT, Settings

DAYS = 14
"""Days of a new campaign: two weeks from next Monday on, until somebody writes others."""
ZONE = "Asia/Seoul"
"""Of a new campaign."""


def write_campaign(settings: Settings, name: str, today: date | None = None) -> str:
    """Writes the file of a new campaign.

    Args:
        settings: with the folder of the campaigns.
        name: of the campaign, and of its file.
        today: in the campaign's zone; the clock's where left out.

    Returns:
        Its path, as people read it.

    Raises:
        SettingError: the name cannot be one, or there is such a campaign.
    """
    known = normalise(name)
    if known.startswith(".") or "/" in known or "\\" in known or any(char.isspace() for char in known) or not known:
        raise SettingError(f"{name!r} cannot name a campaign: expected letters, digits, - and _ of any script, without "
                           "spaces and slashes, such as spring-2027 or 가을")
    there = load_campaigns(settings)
    path = settings.campaigns / f"{known}.yaml"
    shown = str(path.relative_to(ROOT) if path.is_relative_to(ROOT) else path)
    if known in there.by_name or known in there.wrong or path.exists():
        raise SettingError(f"There is a campaign {known} already: edit {shown}, or choose another name")
    first = (today or datetime.now(ZoneInfo(ZONE)).date())
    first += timedelta(days=7 - first.weekday())
    text = campaign_text(known, first, first + timedelta(days=DAYS - 1))
    parse_campaign(text, shown, KnownSlices(settings))
    path.parent.mkdir(parents=True, exist_ok=True)
    _write_new(path, text)
    return shown


def _write_new(path: Path, text: str) -> None:
    """Writes a file that is not there; a killed command leaves none, or all of it."""
    new = path.with_name(f"{path.name}.new")
    new.write_text(text, encoding="utf-8", newline="")
    try:
        path.hardlink_to(new)
    except FileExistsError:
        raise SettingError(f"{path} was made meanwhile") from None
    finally:
        new.unlink()


def changed_rules(ledger: Ledger, campaign: Campaign) -> tuple[str, ...]:
    """What the file says otherwise than the newest rules that photographs are priced by; empty where nothing.

    The next run of score, or the next page of the portal about it while it runs, makes it a new version: what was sent before
    keeps its price.
    """
    stored = campaign_versions.versions_of(ledger, campaign.name)
    return rule_changes(stored[-1].rules, PricingRules.model_validate(campaign.rules())) if stored else ()

"""Flags: what looks unfair of a campaign's submissions, found by figures and decided by a manager."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np

from datastore.ledger import audit, flags
from datastore.ledger.campaign_photographs import campaign_photographs, likeness_of, note_likeness
from schemas.accounts import Act
from schemas.campaign_photograph import CampaignPhotograph
from schemas.errors import NotToBeDecided, SettingError
from schemas.flag_review import FlagName
from schemas.flags import Flag, FlagDecision, FlagKind
from schemas.recipes.campaign import Campaign
from schemas.recipes.stock_pictures import parse_stock_pictures
from stages.pictures import opened
from stages.score.screen import screen_likeness
from stages.score.unfair import suspicions
from workbench.accounts import COMMAND, Actor
from workbench.bench import Workbench
from workbench.settings import ROOT, Settings

SCREENS_A_RUN = 300
"""Pictures that one run looks at for a screen's grid, at most: about a minute of one core; the others wait for the next run."""


def find_flags(bench: Workbench, campaign: Campaign) -> int:
    """Flags what looks unfair of a campaign's photographs; what was flagged before, decided or not, is not flagged anew.

    Returns:
        How many flags are new.

    Raises:
        SettingError: recipes/stock_pictures.txt is wrong.
    """
    photographs = list(campaign_photographs(bench.ledger, campaign.name))
    standing = [item for item in photographs if item.stands]
    farming = {flag.submission_id for flag in flags.flags_of(bench.ledger, campaign.name) if flag.kind is FlagKind.FARMING}
    found = suspicions(campaign, photographs, stock_pictures(bench.settings), _looked_at(bench, standing), farming)
    now = datetime.now(UTC)
    return flags.add_flags(bench.ledger, [
        Flag(item.submission_id, item.kind, campaign.name, item.detail, now) for item in found])


def stock_pictures(settings: Settings) -> dict[str, str]:
    """Notes of pictures that everybody can download, by sha256; none where there is no file.

    Raises:
        SettingError: with each wrong line of the file.
    """
    path = settings.stock_pictures
    if not path.exists():
        return {}
    shown = str(path.relative_to(ROOT) if path.is_relative_to(ROOT) else path)
    try:
        return parse_stock_pictures(path.read_text(encoding="utf-8"), shown)
    except UnicodeDecodeError as error:
        raise SettingError(f"{shown} is not UTF-8 ({error.reason} at byte {error.start}): save it as UTF-8") from None


def _looked_at(bench: Workbench, standing: Sequence[CampaignPhotograph]) -> dict[str, float]:
    """How much pictures look like photographs of a screen, by image id; some more are looked at first."""
    by_id = {item.image_id: item.key for item in standing if item.image_id}
    known = likeness_of(bench.ledger, sorted(by_id))
    unknown = [(name, key) for name, key in by_id.items() if name not in known and key]
    new = {}
    for name, key in unknown[:SCREENS_A_RUN]:
        data = bench.objects.get_or_none(bench.settings.bucket_images, key)
        if data is not None:
            new[name] = screen_likeness(np.asarray(opened(data)))
    if new:
        note_likeness(bench.ledger, new)
    return known | new


def decide_flag(bench: Workbench, submission_id: str, kind: FlagKind, decision: FlagDecision, because: str,
                by: Actor = COMMAND) -> None:
    """Writes what a manager says of a flag, and that they said it. The points follow with the next score.

    Args:
        bench: the systems.
        submission_id: which.
        kind: of the flag.
        decision: what they say; a later word replaces an earlier one.
        because: why; the submission's owner reads it where the flag is confirmed.
        by: who.

    Raises:
        NotToBeDecided: there is no such flag, or it is confirmed without a reason.
    """
    if decision is FlagDecision.CONFIRMED and not because.strip():
        raise NotToBeDecided("A flag is confirmed with a reason: its owner reads why their photograph does not count")
    with bench.ledger.write(alone=audit.ALONE) as connection:
        flag = flags.set_flag(connection, FlagName(submission_id, kind), decision, because.strip(), by.name, datetime.now(UTC))
        if flag is None:
            raise NotToBeDecided(f"Submission {submission_id} has no flag {kind}: saegim campaign flags NAME lists them")
        audit.write_deed(connection, by.name, by.role, Act.FLAG_DECIDED, flag.campaign, submission_id,
                         f"{kind}: {decision}. {because}".strip())

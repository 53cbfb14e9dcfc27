"""The campaigns that there are: the files of recipes/campaigns/."""

from __future__ import annotations

from dataclasses import dataclass, field

from flows.settings import ROOT, Settings
from schemas.errors import SettingError
from schemas.text import normalise
from stages.score.campaign import Campaign, parse_campaign


@dataclass(slots=True)
class Campaigns:
    """Campaigns by name, and what is wrong with the files that are none: a wrong one stops no other."""

    by_name: dict[str, Campaign] = field(default_factory=dict)
    wrong: list[SettingError] = field(default_factory=list)


def load_campaigns(settings: Settings, only: str | None = None) -> Campaigns:
    """Reads the campaigns' files.

    Args:
        settings: where they are.
        only: name of one file without ``.yaml``; all where left out.
    """
    found = Campaigns()
    for path in sorted(settings.campaigns.glob("*.yaml")):
        if only is not None and normalise(path.stem) != normalise(only):
            continue
        where = str(path.relative_to(ROOT) if path.is_relative_to(ROOT) else path)
        try:
            campaign = parse_campaign(path.read_text(encoding="utf-8"), where)
        except SettingError as error:
            found.wrong.append(error)
        except UnicodeDecodeError as error:
            found.wrong.append(SettingError(f"{where} is not UTF-8 ({error.reason} at byte {error.start}): save it as UTF-8"))
        else:
            found.by_name[campaign.name] = campaign
    if only is not None and not found.by_name and not found.wrong:
        found.wrong.append(SettingError(f"There is no campaign {only!r} in {settings.campaigns}: expected {only}.yaml there"))
    return found

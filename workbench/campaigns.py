"""The campaigns that there are: the files of recipes/campaigns/."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from adapters.label_studio.configs import config_names
from datastore.ledger import Ledger, names
from saegim.names import did_you_mean, unknown
from schemas.errors import SettingError
from schemas.reading import Effect
from schemas.recipes.campaign import Campaign, parse_campaign
from schemas.text import normalise
from workbench.named_slices import KnownSlices
from workbench.settings import ROOT, Settings


@dataclass(slots=True)
class Campaigns:
    """Campaigns by name, and what is wrong with the files that are none: a wrong one stops no other.

    Attributes:
        folder: where their files are, as people read it.
        by_name: the campaigns.
        wrong: what is wrong with the other files, by file name without ``.yaml``.
    """

    folder: str
    by_name: dict[str, Campaign] = field(default_factory=dict)
    wrong: dict[str, SettingError] = field(default_factory=dict)

    def why_not(self, name: str) -> str:
        """Why there is no campaign of this name, in words."""
        if error := self.wrong.get(name):
            return str(error).splitlines()[0]
        return f"no {self.folder}/{name}.yaml{did_you_mean(name, self.by_name)}"

    def waiting(self, bucket: str, strays: Mapping[str, int]) -> list[str]:
        """A line for each campaign without a file that submissions wait for.

        Args:
            bucket: of what people send.
            strays: how many wait, by campaign.
        """
        return [f"{bucket}/{name}/: {count:,} {'photograph waits' if count == 1 else 'photographs wait'}; {self.why_not(name)}"
                for name, count in sorted(strays.items())]


def load_campaigns(settings: Settings, only: str | None = None) -> Campaigns:
    """Reads the campaigns' files.

    Args:
        settings: where they are.
        only: name of one campaign, or of its file without ``.yaml``; all where left out.

    Raises:
        SettingError: there is no campaign of that name.
    """
    found = Campaigns(_shown(settings.campaigns))
    files: dict[str, str] = {}
    configs = config_names(settings.annotation_configs)
    slices = KnownSlices(settings)
    named_as_of = _as_of(settings.slices)
    for path in sorted(settings.campaigns.glob("*.yaml")):
        where = _shown(path)
        stem = normalise(path.stem)
        try:
            campaign = _parsed(path.read_text(encoding="utf-8"), where, slices, named_as_of)
            if campaign.annotation_config and campaign.annotation_config not in configs:
                stem = campaign.name  # what its submissions are known by
                raise SettingError(f"{where}: annotation_config: "
                                   f"{unknown('annotation config', campaign.annotation_config, configs)}")
            if campaign.name in files:
                raise SettingError(f"{where}: {files[campaign.name]} has the name {campaign.name!r} too: one campaign, one file")
        except SettingError as error:
            found.wrong[stem] = error
        except UnicodeDecodeError as error:
            found.wrong[stem] = SettingError(f"{where} is not UTF-8 ({error.reason} at byte {error.start}): save it as UTF-8")
        else:
            found.by_name[campaign.name] = campaign
            files[campaign.name] = path.name
    return found if only is None else _alone(found, files, normalise(only))


def campaign_named(settings: Settings, ledger: Ledger, name: str) -> str:
    """The name of a campaign that has a file, or that something was sent to, as the ledger has it.

    Raises:
        SettingError: nothing knows a campaign of this name.
    """
    known = {*load_campaigns(settings).by_name, *names.campaigns(ledger)}
    if normalise(name) not in known:
        raise SettingError(unknown("campaign", name, known))
    return normalise(name)


def asking_for_displays(settings: Settings) -> list[str]:
    """Names of the campaigns that collect segment displays and LED signs: by a category or a bonus, over now or not."""
    return [name for name, campaign in load_campaigns(settings).by_name.items()
            if Effect.DOT_MATRIX in campaign.categories or Effect.DOT_MATRIX in campaign.bonus]


def _alone(found: Campaigns, files: dict[str, str], name: str) -> Campaigns:
    chosen = {one: campaign for one, campaign in found.by_name.items()
              if name in (one, normalise(files[one].removesuffix(".yaml")))}
    wrong = {stem: error for stem, error in found.wrong.items() if stem == name}
    if not chosen and not wrong:
        raise SettingError(f"There is no campaign {name!r} in {found.folder}{did_you_mean(name, found.by_name)}")
    return Campaigns(found.folder, chosen, wrong)


_PARSED: dict[tuple[str, str, tuple[str, int, int]], Campaign] = {}
"""Campaigns by the text and the name of their file, and the state of the file of named slices: the portal asks for them in every
request, and to read one from YAML takes 10 ms."""
MOST_PARSED = 500


def _parsed(text: str, where: str, slices: KnownSlices, named_as_of: tuple[str, int, int]) -> Campaign:
    key = (text, where, named_as_of)
    found = _PARSED.get(key)
    if found is None:
        if len(_PARSED) >= MOST_PARSED:
            _PARSED.clear()
        found = parse_campaign(text, where, slices)
        _PARSED[key] = found
    return found


def _as_of(path: Path) -> tuple[str, int, int]:
    """A file's name, when it was changed, and its size; zeros where there is none."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return str(path), 0, 0
    return str(path), found.st_mtime_ns, found.st_size


def _shown(path: Path) -> str:
    return str(path.relative_to(ROOT) if path.is_relative_to(ROOT) else path)

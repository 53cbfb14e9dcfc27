"""Demand: what evaluations ask people to collect, what managers give for it, and what comes of it."""

from __future__ import annotations

import threading
import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import yaml

from datastore.ledger import Ledger, demands, model_runs
from saegim.locks import locked
from saegim.manifest import parse_name
from saegim.names import did_you_mean
from schemas.demand import AcceptedBonus, DemandFollowed, DemandRow
from schemas.errors import SettingError
from schemas.evaluation import Evaluation, SliceFacet, SliceName
from schemas.recipes.bonus_edit import CannotEdit, with_bonus
from schemas.recipes.campaign import Campaign, parse_campaign
from schemas.text import normalise
from stages.evaluate import demand as asking
from workbench.bench import Workbench
from workbench.campaign_rules import follow_file
from workbench.campaigns import load_campaigns
from workbench.named_slices import KnownSlices, NamedSlices, load_slices
from workbench.settings import ROOT, Settings

STEPS = (1.0, 0.8, 0.6, 0.4)
"""Proposed for the slices of rank 1 to 4, in points of an accepted photograph."""
LEAST_STEP = 0.2
"""Proposed for all others."""


@dataclass(frozen=True, slots=True)
class WrittenBonus:
    """A bonus that was written into a campaign's file.

    Attributes:
        file: as people read its path.
        bonus: what it gives.
        before: points that the slice is worth in these days without it.
        changed: whether the file is another one now.
    """

    file: str
    bonus: AcceptedBonus
    before: int
    changed: bool


def note_demand(bench: Workbench, evaluation: Evaluation) -> int:
    """Notes what an evaluation asks for, and what it says of slices that earlier ones of the dataset asked for.

    Only evaluations of the model in use ask: another model's weaknesses are not those of the pre-labels. Noted once.

    Returns:
        How many slices are new in the list.
    """
    if evaluation.run != model_runs.model_run(bench.ledger, bench.model):
        return 0
    asked = asking.demands(evaluation)
    names = {demand.slice for demand in asked}
    before = demands.demands_of(bench.ledger, parse_name(evaluation.release).dataset)
    earlier = {row.demand.slice: row.demand for row in before if row.demand.slice not in names}
    now = datetime.now(UTC)
    rows = [DemandRow(evaluation.evaluation_id, evaluation.release, now, rank, demand) for rank, demand in enumerate(asked, 1)]
    rows += [DemandRow(evaluation.evaluation_id, evaluation.release, now, None, demand)
             for demand in asking.still_of_interest(evaluation, earlier)]
    return demands.add_demands(bench.ledger, rows) if rows else 0


def follow_demand(bench: Workbench, dataset: str = "") -> list[DemandFollowed]:
    """What became of each slice that a dataset's evaluations asked for: those that the newest asks for first, by rank.

    Args:
        bench: the systems.
        dataset: its name; that of the settings where empty.
    """
    name = dataset or bench.settings.dataset
    rows = demands.demands_of(bench.ledger, name)
    first: dict[SliceName, DemandRow] = {}
    accepted: dict[SliceName, set[AcceptedBonus]] = {}
    for row in rows:
        first.setdefault(row.demand.slice, row)
        accepted.setdefault(row.demand.slice, set()).update(row.accepted)
    arrived = _arrived(bench.ledger, load_slices(bench.settings), first)
    return [DemandFollowed(first[row.demand.slice], row,
                           tuple(sorted(accepted[row.demand.slice], key=lambda item: (item.first_day, item.campaign))),
                           arrived[row.demand.slice]) for row in demands.newest_demands(bench.ledger, name)]


def _arrived(ledger: Ledger, named: NamedSlices, first: dict[SliceName, DemandRow]) -> Counter[SliceName]:
    """Regions of each slice in accepted readings of photographs that were sent after it was first asked for."""
    found: Counter[SliceName] = Counter()
    earliest = min((row.asked_at for row in first.values()), default=None)
    for sent in demands.accepted_of_sent_after(ledger, earliest) if earliest else ():
        names = named.of_reading(sent.reading, sent.campaign)
        for name, row in first.items():
            if sent.sent_at > row.asked_at:
                found[name] += asking.regions_in(name, sent.reading, names)
    return found


def accept_demand(bench: Workbench, name: str, campaign: str, points: int | None = None, first_day: date | None = None,
                  last_day: date | None = None, dataset: str = "") -> WrittenBonus:
    """Writes a bonus for a demanded slice into the file of a campaign; all else in the file stays as it is.

    Args:
        bench: the systems.
        name: of the slice.
        campaign: that gives the points.
        points: on top, for a photograph with a region of the slice; proposed by the demand's rank where left out.
        first_day: in the campaign's zone; next Monday where left out.
        last_day: six days later where left out.
        dataset: whose evaluations asked; that of the settings where empty.

    Raises:
        SettingError: nobody asked for the slice, or the campaign cannot give points for it; the message says what to do.
    """
    row = _asked(demands.newest_demands(bench.ledger, dataset or bench.settings.dataset), name)
    path = _file_of(bench.settings, campaign).path
    with locked(path, threading.Event()):  # of two at once the second reads what the first has written
        return _accept(bench, row, _file_of(bench.settings, campaign), points, first_day, last_day)


def _accept(bench: Workbench, row: DemandRow, file: _CampaignFile, points: int | None, first_day: date | None,
            last_day: date | None) -> WrittenBonus:
    name = row.demand.slice.name
    today = datetime.now(ZoneInfo(file.campaign.time_zone)).date()
    start = first_day or today + timedelta(days=7 - today.weekday())
    end = last_day or start + timedelta(days=6)
    _check(bench.settings, file, row.demand.slice, start, end)
    before = _worth(file.campaign, name, start)
    there = _same_days(file.campaign, name, start, end)
    chosen = points if points is not None else there or proposed(file.campaign, row, before)
    bonus = AcceptedBonus(file.campaign.name, chosen, start, end)
    if there is None and chosen <= before:
        raise SettingError(f"{name} is worth {before} points on {start} already: give more with --points")
    if there is not None and there != chosen:
        raise SettingError(f"{file.shown}: {name} is worth {there} points from {start} to {end} already: change it there")
    if there is None:
        _write(bench.settings, file, name, bonus)
    follow_file(bench, file.campaign.name)  # pages say so from now on
    demands.add_bonus(bench.ledger, row, bonus)
    return WrittenBonus(file.shown, bonus, before, there is None)


def proposed(campaign: Campaign, row: DemandRow, given: int) -> int:
    """Points for a demand: as many as a photograph is worth for the first, 80, 60 and 40 % for the next, 20 % for all others.

    At least one more than what the slice is worth already.
    """
    rank = row.rank or len(STEPS) + 1
    step = STEPS[rank - 1] if rank <= len(STEPS) else LEAST_STEP
    return max(given + 1, round(step * campaign.points))


@dataclass(frozen=True, slots=True)
class _CampaignFile:
    """A campaign and its file; ``shown`` is the path as people read it."""

    campaign: Campaign
    path: Path
    shown: str


def _file_of(settings: Settings, name: str) -> _CampaignFile:
    """The campaign of this name with its file.

    Raises:
        SettingError: there is none, or its file is wrong.
    """
    found = load_campaigns(settings, name)
    for error in found.wrong.values():
        raise error
    [campaign] = found.by_name.values()
    for path in sorted(settings.campaigns.glob("*.yaml")):
        known = yaml.safe_load(path.read_text(encoding="utf-8"))
        if isinstance(known, dict) and normalise(str(known.get("name"))) == campaign.name:
            return _CampaignFile(campaign, path, str(path.relative_to(ROOT) if path.is_relative_to(ROOT) else path))
    raise SettingError(f"There is no file of campaign {name!r} any more")


def _asked(rows: Sequence[DemandRow], name: str) -> DemandRow:
    """The newest demand for a slice of this name.

    Raises:
        SettingError: nobody asked for it.
    """
    asked = [row for row in rows if row.rank is not None]
    found = next((row for row in asked if row.demand.slice.name == name), None)
    if found is None:
        raise SettingError(f"No evaluation asked for {name!r}{did_you_mean(name, {row.demand.slice.name for row in asked})}")
    return found


def _check(settings: Settings, file: _CampaignFile, slice_name: SliceName, start: date, end: date) -> None:
    """Says what a campaign cannot give points for."""
    name = slice_name.name
    if name not in KnownSlices(settings):
        condition = {SliceFacet.CONDITION: f"'{name}' in conditions", SliceFacet.IMAGE_KIND: f"image_kind == '{name}'"}
        repair = (f"give it a name there with where: {condition[slice_name.facet]}, and evaluate again"
                  if slice_name.facet in condition else "ask people for it in the campaign's title")
        raise SettingError(f"Campaigns give points for attributes of regions and for the slices of recipes/slices.yaml, and "
                           f"{name!r} ({slice_name.facet}) is none of these: {repair}")
    campaign = file.campaign
    if end < start:
        raise SettingError(f"The last day {end} lies before the first day {start}")
    if start < campaign.first_day or end > campaign.last_day:
        raise SettingError(f"{file.shown}: the campaign runs from {campaign.first_day} to {campaign.last_day}, and the bonus "
                           f"would run from {start} to {end}: choose days with --from and --to")


def _worth(campaign: Campaign, name: str, day: date) -> int:
    """Points of a slice on a day; 0 where it is worth none."""
    return (campaign.bonus[name].points_on(day) or 0) if name in campaign.bonus else 0


def _same_days(campaign: Campaign, name: str, start: date, end: date) -> int | None:
    """Points of a bonus for exactly these days; None where there is none."""
    first = campaign.bonus.get(name)
    return next((item.points for item in (first, *first.also) if (item.first_day, item.last_day) == (start, end)),
                None) if first else None


def _write(settings: Settings, file: _CampaignFile, name: str, bonus: AcceptedBonus) -> None:
    with file.path.open(encoding="utf-8", newline="") as text:
        before = text.read()
    try:
        after = with_bonus(before, name, bonus)
        parse_campaign(after, file.shown, KnownSlices(settings))  # what was written has to be what the next run reads
    except (CannotEdit, SettingError) as error:
        raise SettingError(f"{file.shown} cannot be edited by this command ({error}): write the bonus there by hand: {name}: "
                           f"{{points: {bonus.points}, first_day: {bonus.first_day}, last_day: {bonus.last_day}}}") from None
    new = file.path.with_name(f"{file.path.name}.{uuid.uuid4().hex}.new")
    with new.open("x", encoding="utf-8", newline="") as text:
        text.write(after)
    new.replace(file.path)  # a killed command leaves the one or the other

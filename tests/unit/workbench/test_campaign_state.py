"""How a campaign goes: its phase, its counts, its forecast and what there is to do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from datastore.ledger import cursors, uploads
from pages.campaign_todo import what_is_undecided, what_to_do
from schemas.campaign_state import DayCount, Phase
from schemas.errors import NotToBeDecided, SettingError
from schemas.recipes.campaign import Campaign
from schemas.submission import Outcome
from schemas.upload import Upload
from tests.portal import CAMPAIGN, CAMPAIGN_FILE, open_portal
from tests.sent_photographs import arrive, send
from workbench.bench import Workbench
from workbench.campaign_state import campaign_state
from workbench.campaigns import load_campaigns
from workbench.draw import commit_secret, draw_winners, drawn, freeze_list
from workbench.ingest.listing import list_raw_objects
from workbench.new_campaign import changed_rules, write_campaign
from workbench.score import count_points
from workbench.undecided import undecided

FILE = CAMPAIGN_FILE.replace("first_day: 2026-01-01", "first_day: 2026-11-01").replace("2099-12-31", "2026-11-10")
NOON = datetime(2026, 11, 4, 15, tzinfo=UTC)
"""Midnight in Seoul: four days of ten are over."""


@pytest.fixture
def bench(tmp_path: Path) -> Workbench:
    return open_portal(tmp_path, {"autumn": FILE}).bench


@pytest.fixture
def campaign(bench: Workbench) -> Campaign:
    return load_campaigns(bench.settings).by_name[CAMPAIGN]


def test_the_phases_of_a_campaign(bench: Workbench, campaign: Campaign) -> None:
    send(bench.ledger, "1.jpg", sent_at=NOON)

    def phase(at: datetime) -> Phase:
        return campaign_state(bench, campaign, at).phase

    assert phase(campaign.begins_at - timedelta(seconds=1)) is Phase.PLANNED
    assert phase(campaign.begins_at) is Phase.OPEN and phase(campaign.freezes_at) is Phase.FROZEN
    assert phase(campaign.ends_at) is Phase.ENDED
    commit_secret(bench, campaign, now=NOON)
    freeze_list(bench, campaign, "why", now=campaign.ends_at)
    assert phase(campaign.ends_at) is Phase.CLOSED
    draw_winners(bench, campaign, "8f3a", now=campaign.ends_at)
    assert phase(campaign.ends_at) is Phase.DRAWN


def test_photographs_are_counted_by_the_campaigns_days_and_forecast_by_their_rate(bench: Workbench, campaign: Campaign) -> None:
    for number in range(6):
        send(bench.ledger, f"{number}.jpg", f"사람{number % 2}", sent_at=campaign.begins_at + timedelta(hours=11 * number))
    send(bench.ledger, "no.jpg", sent_at=NOON - timedelta(hours=1), outcome=Outcome.REJECTED)
    send(bench.ledger, "early.jpg", sent_at=campaign.begins_at - timedelta(seconds=1))
    arrive(bench.ledger, "waits.jpg", sent_at=NOON - timedelta(hours=1))
    arrive(bench.ledger, "elsewhere.jpg", campaign="봄", sent_at=NOON - timedelta(hours=1))
    count_points(bench, now=NOON)
    state = campaign_state(bench, campaign, NOON)
    assert (state.photographs, state.waiting, state.people, state.to_label) == (8, 1, 3, 6)
    assert state.outcomes == {Outcome.ACCEPTED: 6, Outcome.REJECTED: 1} and (state.final, state.provisional) == (0, 60)
    assert [item.photographs for item in state.by_day] == [3, 2, 1, 1, 0] and isinstance(state.by_day[0], DayCount)
    assert state.forecast == 20 and state.forecast_from == 4.0  # 8 in 4 days, 6 days to go
    assert campaign_state(bench, campaign, campaign.begins_at - timedelta(days=1)).forecast is None
    assert campaign_state(bench, campaign, campaign.ends_at + timedelta(days=9)).forecast == 8


def test_what_there_is_to_do_is_said(bench: Workbench, campaign: Campaign) -> None:
    [missing] = campaign_state(bench, campaign, NOON).problems
    assert f"saegim campaign commit {CAMPAIGN}" in missing
    commit_secret(bench, campaign, now=NOON)
    assert campaign_state(bench, campaign, NOON).problems == ()
    other = campaign.model_copy(update={"prizes": campaign.prizes.model_copy(update={"public_value": "a lottery"})})
    assert "drand quicknet" in campaign_state(bench, other, NOON).problems[0]
    send(bench.ledger, "1.jpg", sent_at=NOON)
    count_points(bench, now=NOON)
    [close] = campaign_state(bench, campaign, campaign.ends_at).problems
    assert "saegim campaign close" in close and "10 points are provisional" in close


def fill_place(bench: Workbench, name: str, at: datetime) -> None:
    """The portal gave a photograph a place, and it lies there."""
    key = f"{CAMPAIGN}/김하늘/{name}"
    with bench.ledger.write() as connection:
        uploads.add(connection, [Upload(key, CAMPAIGN, "김하늘", name, name, "image/jpeg", 9, (), False, at, at)])


def note_listing(bench: Workbench, campaign: str | None, at: datetime) -> None:
    """An ingest that began at a moment has listed everything, of a campaign or of all."""
    with bench.ledger.write() as connection:
        cursors.set_cursor(connection, cursors.listing_of(campaign), at)


def test_what_no_ingest_has_listed_yet_waits(bench: Workbench, campaign: Campaign) -> None:
    last = campaign.ends_at - timedelta(minutes=1)
    note_listing(bench, None, last - timedelta(minutes=5))
    fill_place(bench, "last.jpg", last)
    fill_place(bench, "listed.jpg", last)
    arrive(bench.ledger, "listed.jpg", sent_at=last, submitter="김하늘")
    fill_place(bench, "settled.jpg", last)
    send(bench.ledger, "settled.jpg", sent_at=last)
    fill_place(bench, "late.jpg", campaign.ends_at)
    state = campaign_state(bench, campaign, last)
    assert (state.waiting, state.photographs, state.unlisted) == (2, 3, False)
    assert campaign_state(bench, campaign, campaign.ends_at).unlisted
    assert "2 photographs wait for ingest" in undecided(bench, campaign)
    note_listing(bench, None, campaign.ends_at)
    assert campaign_state(bench, campaign, campaign.ends_at).waiting == 1  # the other one was taken out of the bucket


@pytest.mark.parametrize("of", [None, CAMPAIGN])
def test_an_ingest_after_the_end_is_waited_for(bench: Workbench, campaign: Campaign, of: str | None) -> None:
    commit_secret(bench, campaign, now=NOON)
    note_listing(bench, of, campaign.ends_at - timedelta(seconds=1))
    note_listing(bench, "봄", campaign.ends_at)
    [told] = undecided(bench, campaign)
    [shown] = what_is_undecided(campaign_state(bench, campaign, campaign.ends_at))
    assert "no ingest has listed" in told and "No ingest has run since the end" in shown.en
    with pytest.raises(NotToBeDecided, match="no ingest has listed"):
        freeze_list(bench, campaign, now=campaign.ends_at)
    note_listing(bench, of, campaign.ends_at)
    assert undecided(bench, campaign) == []
    assert what_is_undecided(campaign_state(bench, campaign, campaign.ends_at)) == ()
    assert freeze_list(bench, campaign, now=campaign.ends_at).frozen_because == ""


def test_listing_notes_when_it_began_once_it_is_done(bench: Workbench) -> None:
    before = datetime.now(UTC)
    list_raw_objects(bench.ledger, bench.objects, "raw", CAMPAIGN)
    noted = cursors.listed_at(bench.ledger, CAMPAIGN)
    assert noted and noted >= before and cursors.listed_at(bench.ledger, "봄") is None
    list_raw_objects(bench.ledger, bench.objects, "raw", None)
    assert cursors.listed_at(bench.ledger, "봄")


def test_an_end_that_is_moved_behind_the_public_value_is_told(bench: Workbench, campaign: Campaign) -> None:
    named = campaign.model_copy(update={"prizes": campaign.prizes.model_copy(update={"public_value": "drand of 2026-11-11"})})
    commit_secret(bench, named, now=NOON)
    note_listing(bench, None, NOON + timedelta(days=90))
    assert campaign_state(bench, named, NOON).problems == () and undecided(bench, named) == []
    longer = named.model_copy(update={"last_day": named.last_day + timedelta(days=5)})
    state = campaign_state(bench, longer, NOON)
    [told] = state.problems
    [shown] = what_to_do(longer, state, drawn(bench.ledger, CAMPAIGN))
    assert "may be known before the end" in told and "may be known before the end" in shown.en
    assert undecided(bench, longer) == ["what the draw waits for may have been known before the end"]


def test_a_changed_rule_is_told_before_it_happens(bench: Workbench, campaign: Campaign) -> None:
    assert changed_rules(bench.ledger, campaign) == ()
    count_points(bench, now=NOON)
    path = bench.settings.campaigns / "autumn.yaml"
    path.write_text(FILE.replace("vertical: 5", "vertical: 8").replace("caps: {day: 100}", ""), encoding="utf-8")
    other = load_campaigns(bench.settings).by_name[CAMPAIGN]
    assert changed_rules(bench.ledger, other) == ("bonus.vertical.points: 5 → 8", "caps.day: 100 → –")
    assert campaign_state(bench, other, NOON).rules_changed == changed_rules(bench.ledger, other)
    count_points(bench, now=NOON + timedelta(hours=1))
    assert changed_rules(bench.ledger, other) == ()


@pytest.mark.parametrize("name", ["봄-2027", "2027", "yes", "spring"])
def test_a_new_file_is_right_at_once_and_overwrites_nothing(bench: Workbench, name: str) -> None:
    shown = write_campaign(bench.settings, name, today=NOON.date())
    found = load_campaigns(bench.settings, name).by_name[name]
    assert shown.endswith(f"{name}.yaml") and str(found.first_day) == "2026-11-09" and found.consent and found.prizes.public_value
    before = (bench.settings.campaigns / f"{name}.yaml").read_bytes()
    with pytest.raises(SettingError, match="already"):
        write_campaign(bench.settings, name)
    assert (bench.settings.campaigns / f"{name}.yaml").read_bytes() == before
    assert sorted(path.suffix for path in bench.settings.campaigns.iterdir()) == [".yaml", ".yaml"]


@pytest.mark.parametrize("name", ["", " ", ".", "..", "a/b", "a b", ".hidden", "a\\b", CAMPAIGN])
def test_names_that_cannot_be_are_told(bench: Workbench, name: str) -> None:
    with pytest.raises(SettingError):
        write_campaign(bench.settings, name)

"""What a page promises is what is given: prices that changed in the file count from the first page that shows them on."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from datastore.ledger import Ledger, campaign_versions
from schemas.recipes.pricing_rules import FoundRules, in_force
from tests.portal import CAMPAIGN, CAMPAIGN_FILE, joined, open_portal


@pytest.mark.parametrize("page", ["send", "board"])
def test_a_page_that_shows_other_prices_makes_them_count(tmp_path: Path, page: str) -> None:
    portal = open_portal(tmp_path)
    joined(portal, "kim")
    path = portal.bench.settings.campaigns / "autumn.yaml"
    for points, bonus in ((10, 5), (30, 9), (30, 9), (10, 5)):
        path.write_text(CAMPAIGN_FILE.replace("points: 10", f"points: {points}").replace("vertical: 5", f"vertical: {bonus}"),
                        encoding="utf-8")
        assert portal.client.get(f"/c/{CAMPAIGN}/{page}").status_code == 200
        rules = in_force(campaign_versions.versions_of(portal.ledger, CAMPAIGN), datetime.now(UTC)).rules
        assert (rules.points, rules.bonus["vertical"].points) == (points, bonus)
    assert len(campaign_versions.versions_of(portal.ledger, CAMPAIGN)) == 3


def test_what_has_not_changed_is_asked_of_the_ledger_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    portal = open_portal(tmp_path)
    joined(portal, "kim")
    asked: list[str] = []
    note_rules = campaign_versions.note_rules

    def noted(ledger: Ledger, campaign: str, read: Callable[[], FoundRules | None]) -> bool:
        asked.append(campaign)
        return note_rules(ledger, campaign, read)

    monkeypatch.setattr(campaign_versions, "note_rules", noted)
    for _ in range(3):
        portal.client.get(f"/c/{CAMPAIGN}/send")
    assert asked == [CAMPAIGN]


@pytest.mark.parametrize(("old", "new"), [("first_day: 2026-01-01", "first_day: 2099-01-01"),
                                          ("last_day: 2099-12-31", "last_day: 2026-01-02")])
def test_a_campaign_that_does_not_run_promises_nothing(tmp_path: Path, old: str, new: str) -> None:
    portal = open_portal(tmp_path, {"autumn": CAMPAIGN_FILE.replace(old, new)})
    joined(portal, "kim")
    assert portal.client.get(f"/c/{CAMPAIGN}/send").status_code == 200
    assert campaign_versions.versions_of(portal.ledger, CAMPAIGN) == []

"""Which campaigns ask for a second look, and which images were sent to them."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

from datastore.ledger.images import images_sent_to
from tests.empty_ledger import empty_ledger
from tests.filled_ledger import fill
from workbench.campaigns import asking_for_displays
from workbench.settings import ROOT

CAMPAIGN = "name: {name}\ntitle: {{ko: 표시창, en: Displays}}\nfirst_day: 2026-01-01\nlast_day: 2026-12-31\n{more}\n"


def test_a_category_or_a_bonus_asks_for_displays(tmp_path: Path) -> None:
    for name, more in (("meters", "categories: {dot_matrix: {}}"), ("signs", "bonus: {dot_matrix: 5}"),
                       ("spring", "bonus: {vertical: 5}"),
                       ("plain", ""), ("wrong", "bonus: {dot_matrix: much}")):
        (tmp_path / f"{name}.yaml").write_text(CAMPAIGN.format(name=name, more=more), encoding="utf-8")
    settings = SimpleNamespace(campaigns=tmp_path, slices=tmp_path / "slices.yaml",
                               annotation_configs=ROOT / "annotation_configs")
    assert asking_for_displays(settings) == ["meters", "signs"]  # type: ignore[arg-type]


def test_images_are_those_that_were_sent_to_one_of_the_campaigns(tmp_path: Path) -> None:
    ledger = empty_ledger(f"sqlite:///{tmp_path / 'l.db'}")
    made = fill(ledger, 20)
    ids = [item.image_id for item in made]
    spring = {item.image_id for item in made if item.campaign == "spring"}
    assert spring
    assert spring < images_sent_to(ledger, ["spring", "summer"], ids)
    assert images_sent_to(ledger, ["spring"], ids) == spring
    assert images_sent_to(ledger, ["spring"], ids[:3]) == spring & set(ids[:3])
    assert images_sent_to(ledger, [], ids) == images_sent_to(ledger, ["autumn"], ids) == set()

"""Names that nothing knows are told at the door where a person types them, and nothing happens under them."""

from __future__ import annotations

import time
from pathlib import Path

from tests.services.conftest import World, with_campaigns
from tests.services.test_ingest import BUCKET, document, jpeg, put, rows


def test_photographs_of_a_campaign_without_a_file_wait_for_it(world: World, tmp_path: Path) -> None:
    with_campaigns(world, tmp_path, "spring-2025")
    put(world, "sprng-2025/kim/1.jpg", jpeg(document(1)))
    time.sleep(1.1)  # the store tells seconds
    put(world, "spring-2025/lee/1 again.jpg", jpeg(document(1), 60))  # sent later
    put(world, "sprng-2025/kim/2.jpg", jpeg(document(2)))
    told = f"{world.env[BUCKET]}/sprng-2025/: 2 photographs wait; no "
    first = world.run("run", "ingest").stdout.replace("\n", " ")
    assert "1 accepted, 2 held" in first
    assert told in first and "sprng-2025.yaml; did you mean spring-2025?" in first
    assert "saegim ingest duplicates" not in first  # nothing to decide on
    found = rows(world)
    assert {key: (row.outcome, row.reason) for key, row in found.items()} == {
        "sprng-2025/kim/1.jpg": ("held", "unknown_campaign"), "spring-2025/lee/1 again.jpg": ("accepted", None),
        "sprng-2025/kim/2.jpg": ("held", "unknown_campaign")}
    assert found["sprng-2025/kim/1.jpg"].raw_sha256 is None  # not even fetched
    again = world.flow("ingest")
    assert again.nothing_new
    assert sum(told in note for note in again.notes) == 1
    assert told in world.run("ledger", "submissions").stdout.replace("\n", " ")
    assert "did you mean spring-2025" in world.run("run", "ingest", "--campaign", "sprng-2025", check=False).stderr

    with_campaigns(world, tmp_path, "sprng-2025")
    assert world.flow("ingest").counts["accepted"] == 1
    found = rows(world)
    assert {key: row.outcome for key, row in found.items()} == {
        "sprng-2025/kim/1.jpg": "accepted", "spring-2025/lee/1 again.jpg": "duplicate", "sprng-2025/kim/2.jpg": "accepted"}
    assert not any("wait" in note for note in world.flow("ingest").notes)


def test_strays_that_somebody_moves_wait_no_more(world: World, tmp_path: Path) -> None:
    put(world, "dmeo/kim/1.jpg", jpeg(document(1)))
    world.flow("ingest")
    put(world, "demo/kim/1.jpg", jpeg(document(1)))
    world.bench.objects.delete(world.env[BUCKET], "dmeo/kim/1.jpg")
    report = world.flow("ingest")
    assert {key: row.outcome for key, row in rows(world).items()} == {"demo/kim/1.jpg": "accepted"}
    assert not any("wait" in note for note in report.notes)


def test_a_campaign_whose_file_is_wrong_waits_too(world: World, tmp_path: Path) -> None:
    folder = with_campaigns(world, tmp_path, "demo")
    (folder / "zz.yaml").write_text("name: zz\n", encoding="utf-8")
    put(world, "zz/kim/1.jpg", jpeg(document(1)))
    [told] = [note for note in world.flow("ingest").notes if "waits" in note]
    assert "zz.yaml:1: title is missing" in told

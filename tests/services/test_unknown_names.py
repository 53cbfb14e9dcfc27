"""Names that nothing knows are told at the door where a person types them, and nothing happens under them."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest

import saegim.cli
from tests import accepted_images
from tests.commands import joined_until_the_end
from tests.services.conftest import World, with_campaigns
from tests.services.test_ingest import BUCKET, document, jpeg, put, rows
from workbench.settings import ROOT


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

    refused = world.run("ingest", "split", "sprng-2025/kim/1.jpg", check=False)
    assert refused.returncode == 1 and "held unread (unknown_campaign)" in refused.stderr.replace("\n", " ")
    with_campaigns(world, tmp_path, "sprng-2025")
    assert not world.flow("ingest").nothing_new
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


MISSPELT = {
    "run ingest --campaign dmeo": "did you mean demo?",
    "run score --campaign dmeo": "did you mean demo?",
    "run export --dataset scene-txt": "did you mean scene-text?",
    "run evaluate --release scene-text@44": "There is no dataset 'scene-text'",
    "run prelabel --only slice:vertikal": "did you mean slice:vertical?",
    "datasets plan scene-txt": "did you mean scene-text?",
    "datasets show scene-txt": "There is no dataset 'scene-txt'",
    "ledger submissions --campaign dmeo": "did you mean demo?",
    "ledger hold demo/kim/2.jpg --because why": "'demo/kim/2.jpg'; did you mean demo/kim/1.jpg?",
    "ledger unhold demo/kmi/1.jpg": "'kmi' sent nothing to demo; did you mean kim?",
    "ingest duplicates --campaign dmeo": "did you mean demo?",
    "ingest split dmeo/kim/1.jpg": "a campaign 'dmeo'; did you mean demo?",
    "ingest retry --reason too_smal": "did you mean too_small",
    "ingest retry --reason unknown_campaign": "There is no reason",
    "label people add kim@example.com --config sceen_text": "did you mean scene_text?",
    "label people list --config sceen_text": "did you mean scene_text?",
    "label gold add abcdef": "no image's id",
    "label gold list --config sceen_text": "did you mean scene_text?",
    "label lint sceen_text": "did you mean scene_text?",
    "label migrate sceen_text": "did you mean scene_text?",
    "label status --config sceen_text": "did you mean scene_text?",
    "models use ppocr-koraen": "did you mean ppocr-korean",
    "models bench ppocr-koraen": "did you mean ppocr-korean",
}


def test_a_misspelt_name_is_told_by_every_command(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    put(world, "demo/kim/1.jpg", jpeg(document(1)))
    world.flow("ingest")
    quiet = {}
    with world.inside():
        for command, told in MISSPELT.items():
            capsys.readouterr()
            with joined_until_the_end(), pytest.raises(SystemExit) as done:
                saegim.cli.main(command.split())
            said = " ".join("".join(capsys.readouterr()).split())
            if done.value.code != 1 or told not in said or "Traceback" in said:
                quiet[command] = (done.value.code, said[-400:])
    assert not quiet


def test_a_recipe_is_compared_with_what_there_is(world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    world.env["SAEGIM_DATASETS"] = str(tmp_path)
    recipe = (ROOT / "recipes" / "datasets" / "scene-text.yaml").read_text(encoding="utf-8")
    first, second = (accepted_images.put(world.bench, seed) for seed in (1, 2))

    def plan(*lines: str) -> str:
        (tmp_path / "scene-text.yaml").write_text(recipe.replace("[scene_text]", "\n  ".join(["[scene_text]", *lines])),
                                                  encoding="utf-8")
        capsys.readouterr()
        with world.inside(), joined_until_the_end(), pytest.raises(SystemExit) as done:
            saegim.cli.main(["datasets", "plan", "scene-text"])
        said = " ".join("".join(capsys.readouterr()).split())
        return f"{done.value.code} {said}"

    known = plan("campaigns: [demo]", f"leave_out: ['{first.image_id[:12]}']")
    assert known.startswith("0") and "would hold 1 samples" in known
    assert re.search(rf"left_out_by_hand .* {first.image_id[:12]} 1\b", known)
    assert "scene-text.yaml:7: readings.campaigns.0 is 'dmeo': no campaign has this name; did you mean demo?" in plan(
        "campaigns: [dmeo]")
    unknown = plan("leave_out:", f"- '{second.image_id[:8]}'", "- abcdef012345")
    assert unknown.startswith("1") and "scene-text.yaml:9: readings.leave_out.1 is 'abcdef012345': no image has an id" in unknown

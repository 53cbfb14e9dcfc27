"""saegim trace over the real services: one photograph from its arrival to what a model read wrong on it, by each of its names."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import yaml

from adapters.label_studio.people import make_account
from adapters.label_studio.tasks import annotate, open_tasks
from apps.cli.trace import as_plain
from apps.demo.sending import SAMPLES
from datastore.ledger.submissions import submission_rows
from schemas.ids import pseudonym
from schemas.labelling import Side
from schemas.submission import Outcome
from tests.services.conftest import World, new_world, with_campaigns, with_shares
from workbench.accounts import Actor
from workbench.export.recipes import DATASETS
from workbench.label.projects import project_of
from workbench.settings import Settings
from workbench.trace.gather import trace
from workbench.withdrawal import withdraw_named

KIM = "kim.traced@saegim.local"
SENT = "spring/김하늘/road.jpg"
COPY = "spring/jlee/copy.jpg"


@dataclass(frozen=True)
class Lived:
    """A world in which one photograph went the whole way, with Label Studio's numbers of its task and its annotation."""

    world: World
    project: int
    task: int
    annotation: int

    def trace(self, name: str) -> dict[str, Any]:
        """What the command prints for programs, without a process of its own."""
        found: dict[str, Any] = json.loads(json.dumps(as_plain(trace(self.world.bench, name)), default=str))
        return found


@pytest.fixture(scope="module")
def lived(stack: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lived]:
    folder = tmp_path_factory.mktemp("trace")
    world = new_world(stack, f"sqlite:///{folder / 'ledger.db'}")
    with_campaigns(world, folder, "spring")
    with_shares(world, folder)
    recipe = yaml.safe_load((DATASETS / "scene-text.yaml").read_text(encoding="utf-8"))
    (folder / "datasets").mkdir()
    recipe |= {"splits": {"train": 1.0}, "frozen": []}
    (folder / "datasets" / "scene-text.yaml").write_text(yaml.safe_dump(recipe), encoding="utf-8")
    world.env |= {"SAEGIM_DATASETS": str(folder / "datasets"), "SAEGIM_PSEUDONYM_SECRET": "a secret of this test"}
    bench = world.bench
    bench.objects.put(bench.settings.bucket_raw, SENT, photograph(), "image/jpeg")
    time.sleep(1.2)  # the store says to the second what came first
    bench.objects.put(bench.settings.bucket_raw, COPY, photograph(), "image/jpeg")
    for verb in ("ingest", "prelabel", "label"):
        world.flow(verb)
    make_account(bench.label_studio, KIM, "a-pass-word-17", "kim")
    project = project_of(bench, bench.annotation_config, Side.A).number
    [task] = open_tasks(bench.label_studio, project)
    answered = annotate(bench.label_studio, task.task_id, mistyped(task.prediction_result), 31.0, task.prediction_id, KIM)
    for verb in ("collect", "export", "evaluate"):
        world.flow(verb)
    yield Lived(world, project, task.task_id, answered)


def photograph() -> bytes:
    return next(path for path in sorted(SAMPLES.glob("*/*.jpg")) if "road" in path.name.lower()).read_bytes()


def mistyped(result: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The pre-label, with another text in its first region."""
    first = next(item["id"] for item in result if item["type"] == "textarea")
    return [{**item, "value": {**item["value"], "text": ["꽥"]}} if item["type"] == "textarea" and item["id"] == first else item
            for item in result]


def steps(found: dict[str, Any]) -> list[str]:
    return [event["step"] for event in found["events"]]


def test_a_photograph_is_followed_to_what_a_model_read_wrong(lived: Lived) -> None:
    found = lived.trace(SENT)
    assert steps(found) == ["sent", "decoded", "accepted", "read", "pushed", "answered", "reading accepted", "released",
                            "measured"]
    events = {event["step"]: event for event in found["events"]}
    timed = [event["at"] for event in found["events"] if event["at"]]
    assert timed == sorted(timed) and len(timed) >= 7
    assert events["answered"]["facts"] | {"seconds": "31", "task": str(lived.task)} == events["answered"]["facts"]
    assert events["released"]["facts"]["release"] == "scene-text@1" and events["released"]["facts"]["split"] == "train"
    assert events["measured"]["facts"]["wrong"] == "1"
    for step, verb in (("decoded", "ingest"), ("read", "prelabel"), ("pushed", "label"), ("released", "export"),
                       ("measured", "evaluate")):
        assert events[step]["run"] and events[step]["run"]["verb"] == verb, (step, events[step])
    [wrong] = [region for region in found["regions"] if region["fates"][0]["truth"] != region["fates"][0]["read"]]
    assert wrong["fates"][0]["truth"] == "꽥"
    assert [text["text"] == "꽥" for text in wrong["texts"]] == [False, True]  # the model's, then the person's


def test_every_name_of_it_leads_to_the_same_life(lived: Lived) -> None:
    whole = lived.trace(SENT)
    image = whole["image"]["image_id"]
    reading = next(event["facts"]["reading"] for event in whole["events"] if event["step"] == "answered")
    region = whole["regions"][0]["region_id"]
    names = {image[:12]: "image", f"scene-text@1/{image[:10]}": "image", reading: "reading", region: "region",
             f"{image[:8]}/{region}": "region", f"task:{lived.project}/{lived.task}": "task",
             f"annotation:{lived.project}/{lived.annotation}": "annotation", whole["name"]["name"][:16]: "submission",
             f"http://x.example/projects/{lived.project}/data?tab=3&task={lived.task}": "task"}
    for name, kind in names.items():
        found = lived.trace(name)
        assert found["name"]["kind"] == kind, name
        assert found["image"]["image_id"] == image, name
        assert {"sent", "answered", "measured"} <= set(steps(found)), name
        assert any(event["asked"] for event in found["events"]), name


def test_people_stand_under_pseudonyms_unless_they_are_asked_for(lived: Lived) -> None:
    told = "".join(lived.world.run("trace", SENT, *options).stdout for options in ((), ("--json",)))
    assert "김하늘" not in told and KIM not in told
    for name in ("김하늘", KIM):
        assert pseudonym("a secret of this test", name) in told
    assert KIM in lived.world.run("trace", SENT, "--people").stdout


def test_a_copy_is_told_with_what_it_repeats_and_what_is_withdrawn_with_what_is_left(lived: Lived) -> None:
    found = lived.trace(COPY)
    first = lived.trace(SENT)["name"]["submission_id"]
    duplicate = next(event for event in found["events"] if event["step"] == "duplicate")
    assert duplicate["asked"] and first.startswith(duplicate["facts"]["other"])
    bench = lived.world.bench
    withdraw_named(bench, COPY, Actor(), "its sender asked for it")
    [gone] = [row for row in submission_rows(bench.ledger) if row.outcome is Outcome.WITHDRAWN]
    left = lived.trace(gone.submission_id)
    assert steps(left) == ["sent", "withdrawn"] and left["picture_key"] == ""
    assert "its sender asked for it" in left["events"][-1]["says"]


def test_what_nobody_knows_is_told_with_what_is_near(lived: Lived) -> None:
    image = lived.trace(SENT)["image"]["image_id"]
    mistyped_id = image[:20] + ("0" if image[20] != "0" else "1")
    refused = lived.world.run("trace", mistyped_id, check=False)
    assert refused.returncode == 1 and f"the nearest is image {image}" in " ".join(refused.stderr.split())
    refused = lived.world.run("trace", "spring/김하늘/raod.jpg", check=False)
    assert "did you mean" in refused.stderr.lower() and SENT in "".join(refused.stderr.split())

"""A campaign names its annotation config: its pictures go there and nowhere else, and no other's answers change its points."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import yaml
from sqlalchemy import update

from adapters.label_studio.tasks import open_tasks
from datastore.ledger import projects
from datastore.ledger.tables import submissions
from flows.collect import collect
from flows.label import label
from flows.score import score
from schemas.errors import SettingError
from tests.read_images import fill
from tests.services.conftest import World, with_campaigns
from tests.services.test_labelling import KIM, Lab, lab

__all__ = ["lab"]


def sent_to(world: World, campaign: str, count: int, first: int = 0) -> list[str]:
    """Read images of a campaign; each has ten regions, of which one is vertical."""
    ids = fill(world.bench.ledger, world.bench.model, count, regions=10, seed=f"{campaign} {first}")
    with world.bench.ledger.write() as connection:
        connection.execute(update(submissions).where(submissions.c.image_id.in_(ids)).values(campaign=campaign))
    return ids


def change(folder: Path, name: str, **values: object) -> None:
    path = folder / f"{name}.yaml"
    path.write_text(yaml.safe_dump({**yaml.safe_load(path.read_text(encoding="utf-8")), **values}, allow_unicode=True),
                    encoding="utf-8")


def given(here: Lab) -> dict[str, set[str]]:
    """Subjects of the open tasks in Label Studio, by annotation config."""
    bench = here.bench
    found: dict[str, set[str]] = {}
    for project in projects.project_rows(bench.ledger):
        found.setdefault(project.annotation_config, set()).update(
            str(task.data["subject"]) for task in open_tasks(bench.label_studio, project.number))
    return found


def refused(flow: Callable[[], object]) -> str:
    try:
        flow()
    except SettingError as error:
        return str(error)
    raise AssertionError("a wrong campaign was not told")


def test_two_campaigns_with_two_configs(lab: Callable[..., Lab], world: World, tmp_path: Path) -> None:
    folder = with_campaigns(world, tmp_path, "거리", "forms")
    change(folder, "거리", bonus={"vertical": 5})
    change(folder, "forms", bonus={"vertical": 5}, annotation_config="document")
    here = lab()
    signs, forms = sent_to(here.world, "거리", 2), sent_to(here.world, "forms", 2)
    assert label().counts["pushed"] == 4
    assert given(here) == {"scene_text": set(signs), "document": set(forms)}
    assert not any(label().counts.values())
    for task in here.open(config="document"):
        here.answer(task, KIM)
    assert collect().counts["accepted"] == 2

    def points() -> dict[str, int]:
        """Those that people confirmed: what the model suggests counts provisionally before."""
        return {name: sum(item.final for item in board.people) for name, board in score().standings.items()}

    assert points() == {"거리": 0, "forms": 30}
    for task in here.open():
        here.answer(task, KIM)
    collect()
    assert points() == {"거리": 30, "forms": 30}
    change(folder, "forms", annotation_config="scene_text")  # answers under another config count for nobody else's board
    assert points() == {"거리": 30, "forms": 0}

    change(folder, "forms", annotation_config="document")
    more = sent_to(here.world, "forms", 2, first=2)
    label()
    here.answer(next(task for task in here.open(config="document") if task.data["subject"] == more[0]), KIM)
    collect()
    change(folder, "forms", annotation_config="scene_text")
    counts = label().counts
    assert counts["taken back"] == 1  # nobody had begun it
    assert given(here) == {"document": set(), "scene_text": {*forms, *more}}  # what was answered is asked under the new one too
    assert not any(label().counts.values())


def test_a_config_that_there_is_none_of(lab: Callable[..., Lab], world: World, tmp_path: Path) -> None:
    folder = with_campaigns(world, tmp_path, "거리", "forms")
    change(folder, "forms", annotation_config="documnet")
    here = lab()
    signs, _ = sent_to(here.world, "거리", 1), sent_to(here.world, "forms", 1)
    said = "forms.yaml: annotation_config: There is no annotation config 'documnet'; did you mean document?"
    assert said in refused(label)
    assert given(here) == {"scene_text": set(signs)}  # the other campaign's people work on
    assert said in refused(score)
    change(folder, "forms", annotation_config="line_text")
    assert "line_text is about single lines" in refused(label)
    told = here.world.run("run", "label", check=False)
    assert told.returncode and "line_text is about single lines" in " ".join(told.stderr.split())


def test_gold_goes_to_the_config_of_its_campaign(lab: Callable[..., Lab], world: World, tmp_path: Path) -> None:
    folder = with_campaigns(world, tmp_path, "forms")
    change(folder, "forms", annotation_config="document")
    here = lab()
    [form, other] = sent_to(here.world, "forms", 2)
    assert "1 images are gold now" in here.world.run("label", "gold", "add", form).stdout
    assert form in here.world.run("label", "gold", "list", "--config", "document").stdout
    wrong = here.world.run("label", "gold", "add", other, "--config", "scene_text", check=False)
    assert wrong.returncode and "labelled under document" in " ".join(wrong.stderr.split())

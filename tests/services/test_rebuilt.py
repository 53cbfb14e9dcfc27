"""Label Studio made anew or restored while the ledger is kept: numbers come again; nothing is lost, doubled or a stranger's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from adapters.label_studio.projects import ensure_project
from adapters.label_studio.tasks import annotate, import_tasks, open_tasks, task_count, tasks_after
from datastore.ledger import label_status, projects
from flows.collect import collect
from flows.label import label
from schemas.label_tasks import SUBJECT
from schemas.labelling import Side
from tests.read_images import fill
from tests.services.another_label_studio import copy_of_the_stacks, started
from tests.services.conftest import World, new_world, with_shares
from tests.services.test_labelling import KIM, LEE, PARK, Lab, lab, texts, with_text
from workbench.label.projects import project_of

__all__ = ["lab"]
A_STRANGERS = '<View><Image name="image" value="$image"/><Choices name="c" toName="image"><Choice value="x"/></Choices></View>'


def without_texts(result: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [item for item in result if item["type"] != "textarea"]


def nothing(_: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return []


def as_shown(result: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return result


def open_subjects(here: Lab, side: Side = Side.A) -> list[str]:
    return sorted(str(task.data[SUBJECT]) for task in here.open(side))


def use(here: Lab, monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    here.world.env["SAEGIM_LABEL_STUDIO_URL"] = url
    monkeypatch.setenv("SAEGIM_LABEL_STUDIO_URL", url)


def doctor(world: World) -> str:
    return " ".join(world.run("doctor", check=False).stdout.split())


def test_made_anew_while_the_ledger_is_kept(lab: Callable[..., Lab], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = lab(overlap=1.0)
    first_url = here.bench.settings.label_studio_url
    copy = copy_of_the_stacks(tmp_path / "anew")  # with accounts, before anything of this ledger was there
    done, half, checked, waits = fill(here.bench.ledger, here.bench.model, 4, regions=2, seed="made anew")
    label()
    for side, who in ((Side.A, KIM), (Side.B, LEE)):
        for task in here.open(side):
            subject = task.data[SUBJECT]
            if subject == done or (subject == half and side is Side.A):
                here.answer(task, who)
            elif subject == checked:
                here.answer(task, who, without_texts)
    assert collect().counts["accepted"] == 1
    before = {row.side: row for row in projects.project_rows(here.bench.ledger)}
    with started(copy, here.bench.settings) as url:
        use(here, monkeypatch, url)
        studio = here.bench.label_studio
        number = 0
        while number < before[Side.A].number:  # somebody else's project has the number of ours
            number = ensure_project(studio, f"{number:016x}", "another team's", A_STRANGERS, "", "theirs")
        [theirs] = import_tasks(studio, number, [{"data": {"image": "s3://x/y.jpg", SUBJECT: waits}}])
        annotate(studio, theirs, [], 1.0, None)
        assert number == before[Side.A].number

        told = collect()
        assert not any(told.counts.values()) and any("is another's" in note for note in told.notes)
        checks = doctor(here.world)
        run = here.bench.annotation_config.run
        assert f"project {number} ({run}, side a) carries another mark" in checks and "is not there" in checks

        here.world.killed("label", "datastore.ledger.outbox:carry_over", "after")
        here.world.killed("label", "workbench.label.projects:ensure_project", "after")
        here.world.killed("label", "workbench.label.push:import_tasks", "after")
        label()
        assert task_count(studio, number) == 1  # nothing of ours
        assert open_subjects(here, Side.A) == [waits]
        assert open_subjects(here, Side.B) == sorted([half, waits])
        assert open_subjects(here, Side.SECOND_LOOK) == [checked]
        assert "Label Studio projects" in doctor(here.world) and "carries another mark" not in doctor(here.world)
        for side, who in ((Side.A, KIM), (Side.B, LEE), (Side.SECOND_LOOK, PARK)):
            for task in here.open(side):
                here.answer(task, who, nothing if side is Side.SECOND_LOOK else as_shown)
        assert collect().counts["accepted"] == 3  # under numbers of tasks and annotations that the first server gave to others
        assert here.accepted.keys() == {done, half, checked, waits}
        assert len(label_status.work(here.bench.ledger)) == 9  # five of the first server, four of the second: none is lost
        assert not any(collect().counts.values())
        assert not any(label().counts.values())
    use(here, monkeypatch, first_url)  # the address was wrong: the first server is there again, with all of its tasks
    assert not any(label().counts.values())
    assert {row.side: row.key for row in projects.project_rows(here.bench.ledger)} == {
        side: row.key for side, row in before.items()}
    bench = here.bench
    for side in (Side.A, Side.B):
        there = tasks_after(bench.label_studio, project_of(bench, bench.annotation_config, side).number, 0, SUBJECT)
        assert Counter(task.subject for task in there) == dict.fromkeys([done, half, checked, waits], 1)
    assert not any(collect().counts.values())
    assert here.accepted.keys() == {done, half, checked, waits}


def test_restored_from_a_backup_that_is_older_than_the_ledger(lab: Callable[..., Lab], tmp_path: Path,
                                                              monkeypatch: pytest.MonkeyPatch) -> None:
    here = lab()
    old = fill(here.bench.ledger, here.bench.model, 1, regions=2, seed="before the backup")
    label()
    copy = copy_of_the_stacks(tmp_path / "backup")
    new = fill(here.bench.ledger, here.bench.model, 3, regions=2, seed="after the backup")
    label()
    for task in here.open():
        if task.data[SUBJECT] in new[:2]:
            here.answer(task, KIM, with_text("지워진 서버에서"))
    assert collect().counts["accepted"] == 2
    with started(copy, here.bench.settings) as url:
        use(here, monkeypatch, url)
        assert open_subjects(here) == old  # the project is ours, but what came after the backup is gone
        assert label().counts["pushed again"] == 1  # of three, two were answered and collected
        assert open_subjects(here) == sorted([*old, new[2]])
        for task in here.open():
            here.answer(task, LEE, with_text("새 서버에서"))
        assert collect().counts["accepted"] == 2
        assert {name: texts(reading)[0] for name, reading in here.accepted.items()} == {
            **dict.fromkeys(new[:2], "지워진 서버에서"), **dict.fromkeys([*old, new[2]], "새 서버에서")}
        assert not any(collect().counts.values()) and not any(label().counts.values())


def test_two_ledgers_on_one_label_studio(lab: Callable[..., Lab], tmp_path: Path) -> None:
    here = lab()
    ids = fill(here.bench.ledger, here.bench.model, 3, regions=2, seed="one ledger")
    other = new_world(here.bench.settings, f"sqlite:///{tmp_path / 'other.db'}")
    with_shares(other, tmp_path / "other")
    theirs = fill(other.bench.ledger, other.bench.model, 2, regions=2, seed="other ledger")
    label()
    other.run("run", "label")
    here.answer(here.open()[0], KIM)
    collect()
    mine, stranger = (project_of(bench, bench.annotation_config) for bench in (here.bench, other.bench))
    assert mine.number != stranger.number and mine.key != stranger.key
    here.bench.label_studio.request(f"api/projects/{mine.number}/", method="DELETE", expected=(204,))
    # The ledger's number leads to the other ledger's project, as on a server that was made anew.
    projects.confirm_project(here.bench.ledger, mine, stranger.number)
    for task in open_tasks(here.bench.label_studio, stranger.number):
        here.answer(task, LEE)
    assert not any(collect().counts.values())
    label()
    again = project_of(here.bench, here.bench.annotation_config)
    assert again.number not in (mine.number, stranger.number)
    assert len(here.open()) == len(ids) - 1
    assert task_count(here.bench.label_studio, stranger.number) == len(theirs)
    other.run("run", "collect")
    assert len(label_status.work(other.bench.ledger)) == len(theirs)
    assert "nothing new" in other.run("run", "label").stdout


def test_what_an_administrator_changes_by_hand(lab: Callable[..., Lab], capsys: pytest.CaptureFixture[str]) -> None:
    here = lab()
    ids = fill(here.bench.ledger, here.bench.model, 3, regions=2, seed="by an administrator")
    label()
    here.answer(here.open()[0], KIM)
    collect()
    bench = here.bench
    studio, project = bench.label_studio, project_of(bench, bench.annotation_config)
    screen = studio.request(f"api/projects/{project.number}/").json()["label_config"]
    studio.request(f"api/projects/{project.number}/", method="PATCH", json={
        "title": "우리 프로젝트", "description": "", "label_config": screen.replace("</View>", "<Header value='!'/></View>", 1)})
    for storage in studio.request("api/storages/s3", params={"project": project.number}).json():
        studio.request(f"api/storages/s3/{storage['id']}", method="DELETE", expected=(200, 204))
    everything = studio.request(f"api/dm/actions?id=delete_tasks&project={project.number}", method="POST",
                              json={"selectedItems": {"all": True, "excluded": []}})
    assert everything.status_code == 200 and not here.open()
    assert label().counts["pushed again"] == len(ids) - 1  # one was answered and collected
    shown = studio.request(f"api/projects/{project.number}/").json()
    assert (shown["title"], shown["description"], shown["label_config"]) == ("우리 프로젝트", "", screen)
    assert len(studio.request("api/storages/s3", params={"project": project.number}).json()) == 1
    assert project_of(bench, bench.annotation_config) == project
    assert len(here.open()) == len(ids) - 1 and len(here.accepted) == 1
    assert not any(collect().counts.values()) and not any(label().counts.values())

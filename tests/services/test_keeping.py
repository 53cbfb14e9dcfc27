"""Backup and restore: into an empty place, where flows change nothing, and of an older ledger beside a living Label Studio."""

from __future__ import annotations

import signal
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from adapters.label_studio.tasks import open_tasks, tasks_after
from adapters.label_studio.whole_projects import whole_tasks
from apps.demo.annotator import NOTHING_KNOWN, answer_open
from datastore.ledger import Ledger, dumped, projects, restored, tables
from flows.collect import collect
from flows.label import label
from saegim import pull
from saegim.releases import Releases
from schemas.backup import KeptFile, KeptLedger
from schemas.errors import SaegimError, SettingError
from schemas.label_tasks import SUBJECT
from schemas.labelling import Side
from tests import filled_ledger
from tests.empty_ledger import empty_ledger
from tests.every_object import every_object
from tests.old_ledgers.filled import revisions
from tests.read_images import fill
from tests.services.conftest import World, let_label_studio_read, with_campaigns, with_shares
from tests.services.test_killed_and_run_again import send
from tests.services.test_labelling import KIM, LEE, Lab, lab, texts, with_text
from tests.unit.datastore.ledger.test_migrations import check_up_to_date
from workbench.label.projects import project_of

__all__ = ["lab"]


def files_below(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def empty_place(world: World, folder: Path) -> World:
    """Other buckets, which are not there yet, and another ledger; the campaigns and configs of the world."""
    folder.mkdir()
    changed = {name: f"{value}-again" for name, value in world.env.items() if name.startswith("SAEGIM_BUCKET_")}
    return World({**world.env, **changed, "SAEGIM_LEDGER_URL": f"sqlite:///{folder / 'ledger.db'}"})


def back_up_without_pictures(world: World, place: str, *more: str) -> None:
    """Of a ledger whose photographs are made up: the backup is made, and ends with what is missing."""
    done = world.run("backup", place, *more, check=False)
    assert done.returncode == 1 and "pictures that the ledger names" in done.stderr and "is a backup now" in done.stdout


def test_restored_into_an_empty_place_where_all_flows_change_nothing(world: World, tmp_path: Path) -> None:
    world.env["SAEGIM_MODEL"] = "ppocr-v6-small"
    with_shares(world, tmp_path / "configs")
    with_campaigns(world, tmp_path, "demo")
    send(world, 7100)
    for verb in ("ingest", "prelabel", "label"):
        world.flow(verb)
    bench = world.bench
    project = project_of(bench, bench.annotation_config)
    pushed = open_tasks(bench.label_studio, project.number)
    answer_open(bench, project, NOTHING_KNOWN, lambda _count: None)
    for verb in ("collect", "export", "evaluate", "score"):
        world.flow(verb)
    place = str(tmp_path / "backup")
    # Killed before it is whole, it is none; run again, it copies the rest.
    done = World.forks.run(["backup", place], world._env, ("datastore.backup_place:BackupPlace.publish", "before"))
    assert done.returncode == -signal.SIGKILL
    assert "never finished" in world.run("restore", place, check=False).stderr
    said = world.run("backup", place).stdout
    assert "is a backup now" in said
    assert "objects copied" not in world.run("backup", place).stdout  # nothing is new
    bench.label_studio.request(f"api/projects/{project.number}/", method="DELETE", expected=(204,))

    other = empty_place(world, tmp_path / "other")
    killed = World.forks.run(["restore", place], other._env, ("datastore.ledger.dumped:load", "after"))
    assert killed.returncode == -signal.SIGKILL
    other.run("restore", place)
    let_label_studio_read(other.bench.settings, other.env["SAEGIM_BUCKET_IMAGES"])
    there = other.bench
    for role in ("IMAGES", "DATASETS", "MODELS"):
        before, after = ({raw.key: raw.size for raw in every_object(bench.objects, where.env[f"SAEGIM_BUCKET_{role}"])}
                         for where in (world, other))
        assert before == after, role
    for verb in ("ingest", "prelabel", "label", "collect", "export", "evaluate", "score"):
        report = other.flow(verb)
        assert report.nothing_new, (verb, report.counts, report.notes)
    again = [task for page in whole_tasks(there.label_studio, project_of(there, there.annotation_config).number)
             for task in page.tasks]
    bucket = other.env["SAEGIM_BUCKET_IMAGES"]
    assert {task["data"]["image"].startswith(f"s3://{bucket}/") for task in again} == {True}
    assert sorted(task["data"][SUBJECT] for task in again) == sorted(task.data[SUBJECT] for task in pushed)
    assert [len(task["annotations"]) for task in again] == [1] * len(pushed)
    pulled: list[dict[str, bytes]] = []
    for where in (world, other):
        folder = tmp_path / f"pulled-{len(pulled)}"
        pull("scene-text@1", folder, Releases(where.bench.settings))
        pulled.append(files_below(folder))
    assert pulled[0] == pulled[1]


def test_an_older_ledger_beside_a_living_label_studio(lab: Callable[..., Lab], tmp_path: Path,
                                                      monkeypatch: pytest.MonkeyPatch) -> None:
    """What was pushed and answered after the backup is the ledger's again: no task twice, no answer lost, not for one run."""
    here = lab()
    place = str(tmp_path / "backup")
    old = fill(here.bench.ledger, here.bench.model, 3, regions=2, seed="before the backup")
    label()
    for task in here.open()[:1]:
        here.answer(task, KIM, with_text("백업 전"))
    assert collect().counts["accepted"] == 1
    back_up_without_pictures(here.world, place)
    # Life goes on: one more of the old ones is answered; new photographs are read, pushed and answered; a second side begins.
    here.change(overlap=1.0)
    new = fill(here.bench.ledger, here.bench.model, 4, regions=2, seed="after the backup")
    label()
    known = here.open()
    for task in [item for item in known if item.data[SUBJECT] in old][:1] + [item for item in known if item.data[SUBJECT] in new]:
        here.answer(task, LEE, with_text("백업 뒤"))
    for task in here.open(Side.B)[:2]:
        here.answer(task, KIM, with_text("백업 뒤"))
    collect()
    before = {name: texts(reading) for name, reading in here.accepted.items()}
    assert before
    sides = {row.side: row.key for row in projects.project_rows(here.bench.ledger)}
    counts = {side: task_subjects(here, side) for side in sides}

    refused = here.world.run("restore", place, check=False)
    assert refused.returncode == 1 and "--replace-ledger" in refused.stderr
    told = here.world.run("restore", place, "--replace-ledger").stdout
    assert "is kept in" in told and "belongs to the ledger again" in told, told
    early = collect()  # before ingest and prelabel have brought the photographs back: nobody's answer is lost
    assert not early.counts["with a problem"] and any("is not collected yet" in note for note in early.notes)
    assert not label().counts["pushed"]
    assert {side: task_subjects(here, side) for side in sides} == counts
    fill(here.bench.ledger, here.bench.model, 4, regions=2, seed="after the backup")  # as ingest and prelabel do
    for _ in range(2):
        collect()
        label()
        assert {row.side: row.key for row in projects.project_rows(here.bench.ledger)} == sides
        assert {side: task_subjects(here, side) for side in sides} == counts  # I2, after each run
    assert {name: texts(reading) for name, reading in here.accepted.items()} == before
    assert not any(collect().counts.values()) and not any(label().counts.values())


def task_subjects(here: Lab, side: Side) -> Counter[str]:
    """How many tasks Label Studio has of each subject, in the project of a side."""
    bench = here.bench
    number = next(row.number for row in projects.project_rows(bench.ledger) if row.side is side)
    found = Counter(task.subject for task in tasks_after(bench.label_studio, number, 0, SUBJECT))
    assert set(found.values()) <= {1}
    return found


def test_a_ledger_on_postgresql_is_dumped_at_one_moment_and_restored(postgres_url: str, postgres: str, tmp_path: Path) -> None:
    ledger = empty_ledger(postgres_url)
    filled_ledger.fill(ledger, 200)
    with ledger.write() as connection:
        connection.exec_driver_sql("create table of_others (name text)")  # in the same database: none of ours
    found = dumped.dump(ledger, tmp_path / "dump")
    assert (found.engine, found.tables["images"]) == ("postgresql", 200)
    before = dumped.look(ledger).tables
    with ledger.write() as connection:  # it goes on, and is lost
        connection.exec_driver_sql("delete from point_entries")
    file = KeptFile(name="ledger.dump", sha256="0" * 64, bytes=0)
    kept = KeptLedger.model_validate({**asdict(found), "file": file})
    with pytest.raises(SaegimError, match="pg_restore refuses"):
        (tmp_path / "half").write_bytes((tmp_path / "dump").read_bytes()[:5000])
        dumped.load(ledger, kept, tmp_path / "half", datetime.now(UTC))
    assert dumped.look(ledger).schema_version is None and dumped.look(ledger).is_empty  # and no command takes it
    with pytest.raises(SettingError, match="has schema none"):
        ledger.check()
    dumped.load(ledger, kept, tmp_path / "dump", datetime.now(UTC))
    ledger.check()
    restored.note_restored(ledger)
    after = dumped.look(ledger).tables
    assert {name: count for name, count in after.items() if name != "cursors"} == {
        name: count for name, count in before.items() if name != "cursors"}
    with ledger.read() as connection:
        assert connection.exec_driver_sql("select count(*) from of_others").scalar() == 0
        differences: Any = compare_metadata(MigrationContext.configure(connection), tables.metadata)
    assert [item for item in differences if "of_others" not in str(item)] == []


@pytest.mark.parametrize("revision", revisions())
def test_a_ledger_of_every_earlier_schema_is_brought_up_to_date_on_postgresql(postgres_url: str, revision: str) -> None:
    check_up_to_date(Ledger(postgres_url), revision)


def test_what_nobody_had_collected_and_what_people_sent_come_back(lab: Callable[..., Lab], tmp_path: Path,
                                                                  monkeypatch: pytest.MonkeyPatch) -> None:
    here = lab()
    bench, raw = here.bench, here.env["SAEGIM_BUCKET_RAW"]
    ids = fill(bench.ledger, bench.model, 3, regions=2, seed="not collected")
    label()
    first, second, _ = here.open()
    here.answer(first, KIM)
    assert collect().counts["accepted"] == 1
    here.answer(second, LEE, with_text("아직 아무도"))  # nobody collects it before all is lost
    bench.objects.put(raw, "demo/kim/사진.jpg", b"sent", "image/jpeg", {"vertical": "true"})
    place = str(tmp_path / "backup")
    back_up_without_pictures(here.world, place, "--raw")
    [sent] = every_object(bench.objects, raw)
    bench.objects.delete(raw, sent.key)
    number = project_of(bench, bench.annotation_config).number
    bench.label_studio.request(f"api/projects/{number}/", method="DELETE", expected=(204,))
    for name, value in {"SAEGIM_LEDGER_URL": f"sqlite:///{tmp_path / 'again.db'}"}.items():
        here.env[name] = value
        monkeypatch.setenv(name, value)

    monkeypatch.setenv("SAEGIM_PSEUDONYM_SECRET", "another")
    refused = here.world.run("restore", place, check=False)
    assert refused.returncode == 1 and "Set it as it was" in refused.stderr
    monkeypatch.delenv("SAEGIM_PSEUDONYM_SECRET")
    # Killed when Label Studio has the tasks and nobody has noted it: they are not brought in twice.
    killed = World.forks.run(["restore", place, "--raw"], here.world._env, ("workbench.keeping.labelling:import_whole", "after"))
    assert killed.returncode == -signal.SIGKILL
    told = here.world.run("restore", place, "--raw").stdout
    assert "1 answers that collect has still to bring home" in told
    [again] = every_object(bench.objects, raw)
    assert (again.key, again.version) == (sent.key, sent.version)
    [found] = bench.objects.get_raw([again])
    assert found.data == b"sent" and found.claims["vertical"] == "true"
    done = collect()
    assert (done.counts["readings"], done.counts["accepted"]) == (1, 1)
    assert {name: texts(reading)[0] for name, reading in here.accepted.items()}[second.data[SUBJECT]] == "아직 아무도"
    assert here.accepted.keys() == {first.data[SUBJECT], second.data[SUBJECT]} < set(ids)
    assert not any(collect().counts.values()) and not any(label().counts.values())
    assert set(task_subjects(here, Side.A)) == set(ids)

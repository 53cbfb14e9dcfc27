"""Labelling from the outside of Label Studio: who reads what, who agrees, who decides, and what is known of it."""

from __future__ import annotations

import contextlib
import io
import itertools
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from PIL import Image
from pydantic import SecretStr
from sqlalchemy import insert, select

from adapters.label_studio import changes
from adapters.label_studio.changes import ChangedTask, changed_tasks
from adapters.label_studio.client import LabelStudio
from adapters.label_studio.codec import CHECK, to_prediction
from adapters.label_studio.people import make_account, whoami
from adapters.label_studio.storages import first_picture
from adapters.label_studio.tasks import OpenTask, annotate, import_tasks, newest_task, open_tasks
from datastore.ledger import label_queue, model_runs, outbox, readings
from datastore.ledger import label_status as answers
from datastore.ledger.label_status import compared
from datastore.ledger.tables import images, submissions
from datastore.ledger.tables import readings as reading_table
from flows.collect import collect
from flows.label import label
from flows.label_status import label_status
from schemas.ids import sha256
from schemas.label_tasks import SUBJECT, lines_subject
from schemas.labelling import AgreementKind, Side
from schemas.reading import Direction, Reading, Region, Writing
from schemas.submission import Outcome, image_key
from tests.places import REAL_DATA, SCREENS
from tests.read_images import RUN, fill, made_reading
from tests.services.conftest import World, accepted, recorded, with_shares
from workbench.bench import Workbench, prefect_of
from workbench.label.migrate import migrate
from workbench.label.projects import project_of
from workbench.label.status import status_of

Edit = Callable[[list[dict[str, Any]]], list[dict[str, Any]]]
RECEIPTS = REAL_DATA / "receipts"
KIM, LEE, PARK = "kim.test@saegim.local", "lee.test@saegim.local", "park.test@saegim.local"


class Lab:
    """One world, its flows in this process, and three people who answer through the API that the page uses."""

    def __init__(self, world: World, folder: Path, **shares: Any) -> None:
        with_shares(world, folder, **shares)
        self.world, self.folder, self.env = world, folder, world.env
        for email in (KIM, LEE, PARK):
            make_account(self.bench.label_studio, email, "a-pass-word-17", email[:3])

    @property
    def bench(self) -> Workbench:
        return self.world.bench

    def change(self, name: str = "scene_text", **values: Any) -> None:
        path = self.folder / "annotation_configs" / name / "config.yaml"
        path.write_text(yaml.safe_dump({**yaml.safe_load(path.read_text(encoding="utf-8")), **values}, allow_unicode=True),
                        encoding="utf-8")

    def open(self, side: Side = Side.A, config: str = "scene_text") -> list[OpenTask]:
        bench = self.bench
        return open_tasks(bench.label_studio, project_of(bench, bench.config_named(config), side).number)

    def answer(self, task: OpenTask, email: str, edit: Edit = lambda result: result) -> int:
        return annotate(self.bench.label_studio, task.task_id, edit(task.prediction_result), 20.0, task.prediction_id, email)

    @property
    def accepted(self) -> dict[str, Reading]:
        return accepted(self.bench.ledger, "scene_text")


@pytest.fixture
def lab(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Lab]]:
    """Makes a lab with the shares that a test wants; flows of this process work in it."""
    def make(**shares: Any) -> Lab:
        made = Lab(world, tmp_path, **shares)
        for name, value in made.env.items():
            monkeypatch.setenv(name, value)
        return made

    with recorded(world.bench.settings):
        yield make


def with_text(text: str, region: int = 0) -> Edit:
    """Writes another text into one region."""
    def edit(result: list[dict[str, Any]]) -> list[dict[str, Any]]:
        ids = list(dict.fromkeys(item["id"] for item in result))
        return [{**item, "value": {**item["value"], "text": [text]}}
                if item["type"] == "textarea" and item["id"] == ids[region] else item for item in result]
    return edit


def texts(reading: Reading) -> list[str]:
    return [region.text for region in reading.regions]


def test_two_who_agree_and_two_who_do_not(lab: Callable[..., Lab]) -> None:
    here = lab(overlap=1.0)
    same, other = fill(here.bench.ledger, here.bench.model, 2, regions=6, seed="pairs")
    assert label().counts["pushed"] == 4
    for task in here.open(Side.A):
        here.answer(task, KIM)
    assert collect().counts["accepted"] == 0  # each waits for its second reader
    for task in here.open(Side.B):
        here.answer(task, LEE, with_text("전혀 다른 글자") if task.data[SUBJECT] == other else lambda result: result)
    counts = collect().counts
    assert (counts["accepted"], counts["agreed"], counts["to a second look"], counts["second looks"]) == (1, 1, 1, 1)
    assert here.accepted.keys() == {same}

    [look] = here.open(Side.SECOND_LOOK)
    bench = here.bench
    page = bench.label_studio.request(f"api/tasks/{look.task_id}/").json()
    assert {item["model_version"] for item in page["predictions"]} == {"첫째 · first", "둘째 · second"}
    [opens] = bench.label_studio.request(f"api/projects/{page['project']}/next").json()["predictions"]
    assert opens["model_version"] == "첫째 · first"
    reason = page["data"]["reason"]
    assert "전혀 다른 글자" in reason and "kim" not in reason.lower() and "@" not in str(page["data"])
    here.answer(look, PARK, with_text("셋째가 고른 글자"))
    assert collect().counts["accepted"] == 1
    chosen = here.accepted[other]
    assert (chosen.reader, texts(chosen)[0]) == (f"person:{PARK}", "셋째가 고른 글자")
    assert [region.region_id for region in chosen.regions] == [region.region_id for region in made_reading(other, 6).regions]
    pairs = {item.agreed: item for item in compared(bench.ledger)}
    assert pairs[False].one == f"person:{KIM}" and pairs[False].other == f"person:{LEE}"
    assert pairs[False].agreement.cer > 0.02
    assert not any(collect().counts.values())
    assert not any(label().counts.values())


@pytest.mark.skipif(not RECEIPTS.is_dir(), reason="../shared/data/receipts is not on this machine")
def test_two_real_label_sets_of_the_same_receipts(lab: Callable[..., Lab]) -> None:
    """Byte-identical receipts that two people labelled differently: the second look says each thing in which they differ."""
    here = lab(overlap=1.0, agreement={"regions": 0.97, "cer": 0.01, "attributes": 0.9})
    sets = {name: labels_of(name) for name in ("012", "015", "016", "018")}
    ids = fill(here.bench.ledger, here.bench.model, 2, regions=1, seed="receipts")
    pairs = dict(zip(ids, (("012", "015"), ("016", "018")), strict=True))
    label()
    config = here.bench.annotation_config
    for side, who, index in ((Side.A, KIM, 0), (Side.B, LEE, 1)):
        for task in here.open(side):
            image = str(task.data[SUBJECT])
            shapes = to_prediction(replace(made_reading(image, 0), regions=sets[pairs[image][index]]), config)
            here.answer(task, who, lambda _, shapes=shapes: shapes["result"])  # type: ignore[misc]
    assert collect().counts["to a second look"] == 2
    for look in here.open(Side.SECOND_LOOK):
        one, other = (Counter(region.text for region in sets[name]) for name in pairs[str(look.data[SUBJECT])])
        differing = [*(one - other).elements(), *(other - one).elements()]
        said = [line for line in str(look.data["reason"]).splitlines() if "'" in line]
        assert all(any(text in line for line in said) for text in differing)
        assert all(any(text in line for text in differing) for line in said)
        assert sum(line.count(f"'{text}'") for line in said for text in set(differing)) == len(differing)


def labels_of(name: str) -> tuple[Region, ...]:
    """One label set of a receipt, scaled onto the made images."""
    lines = (RECEIPTS / "box" / f"{name}.csv").read_text(encoding="utf-8").splitlines()
    rows = [line.split(",", 8) for line in lines if line]
    polygons = [tuple((float(x) / 2, float(y) / 2) for x, y in zip(row[:8:2], row[1:8:2], strict=True)) for row in rows]
    return tuple(Region(f"{name}-{number}", polygons[number], row[8]) for number, row in enumerate(rows))


def test_one_person_on_both_sides_is_no_pair(lab: Callable[..., Lab]) -> None:
    here = lab(overlap=1.0)
    fill(here.bench.ledger, here.bench.model, 1, regions=3, seed="one person")
    label()
    for side in (Side.A, Side.B):
        for task in here.open(side):
            here.answer(task, KIM, with_text("B의 글자") if side is Side.B else lambda result: result)
    counts = collect().counts
    assert (counts["accepted"], counts["agreed"], counts["to a second look"]) == (1, 0, 0)
    assert counts["read twice by one person"] == 1
    assert compared(here.bench.ledger) == []


def test_gold_is_settled_first_and_measures_people(lab: Callable[..., Lab]) -> None:
    here = lab(overlap=1.0)
    image, *others = fill(here.bench.ledger, here.bench.model, 11, regions=4, seed="gold")
    assert "1 images are gold now" in here.world.run("label", "gold", "add", image).stdout
    assert label().counts["pushed"] == 20
    [look] = here.open(Side.SECOND_LOOK)
    assert "gold" not in str(look.data).lower() and "truth" not in str(look.data).lower()
    here.answer(look, PARK)
    assert collect().counts["accepted"] == 1
    model_runs.set_model_run(here.bench.ledger, here.bench.model, "model:newer@1", "newer", {})  # it reads nothing settled
    assert label().counts["pushed"] == 2  # now it goes to both sides like any other image: one in ten
    for side, who in ((Side.A, KIM), (Side.B, LEE)):
        tasks_there = {str(task.data[SUBJECT]): task for task in here.open(side)}
        assert tasks_there.keys() == {image, *others}
        assert tasks_there[image].data.keys() == tasks_there[others[0]].data.keys() == {"image", "place", SUBJECT}
        here.answer(tasks_there[image], who, with_text("틀린 글자") if who == LEE else lambda result: result)
    refused = here.world.run("label", "gold", "add", others[0], check=False)
    assert refused.returncode and "was given to annotators already" in refused.stderr.replace("\n", " ")
    counts = collect().counts
    assert (counts["accepted"], counts["to a second look"]) == (0, 0)
    assert here.accepted[image].reader == f"person:{PARK}"
    assert {item.other: item.agreed for item in compared(here.bench.ledger) if item.kind is AgreementKind.GOLD} == {
        f"person:{KIM}": True, f"person:{LEE}": False}


def test_changed_skipped_and_taken_back(lab: Callable[..., Lab]) -> None:
    here = lab()
    fill(here.bench.ledger, here.bench.model, 3, regions=3, seed="changes")
    label()
    changed, skipped, gone = here.open()
    first = here.answer(changed, KIM, with_text("처음"))
    taken = here.answer(gone, KIM)
    studio = here.bench.label_studio
    studio.request(f"api/tasks/{skipped.task_id}/annotations/", method="POST", json={"result": [], "was_cancelled": True})
    studio.request(f"api/tasks/{skipped.task_id}/drafts", method="POST",
                 json={"result": changed.prediction_result, "lead_time": 1.0})
    counts = collect().counts
    assert (counts["accepted"], counts["skipped"], counts["readings"]) == (2, 1, 2)
    image = str(changed.data[SUBJECT])
    assert texts(here.accepted[image])[0] == "처음"

    body = studio.request(f"api/annotations/{first}/").json()["result"]
    studio.request(f"api/annotations/{first}/", method="PATCH", json={"result": with_text("다음")(body)})
    studio.request(f"api/annotations/{taken}/", method="DELETE", expected=(204,))
    counts = collect().counts
    assert (counts["accepted"], counts["taken back"], counts["no longer accepted"]) == (1, 1, 1)
    assert {key: texts(item)[0] for key, item in here.accepted.items()} == {image: "다음"}
    with here.bench.ledger.read() as connection:
        revisions = list(connection.scalars(select(reading_table.c.revision).where(reading_table.c.image_id == image,
                                                                                   reading_table.c.reader == f"person:{KIM}")))
    assert len(set(revisions)) == 2  # superseded readings stay


def test_what_a_check_finds_goes_to_a_second_look(lab: Callable[..., Lab]) -> None:
    here = lab()
    fill(here.bench.ledger, here.bench.model, 2, regions=3, seed="checks")
    label()
    without_text, two_texts = here.open()
    mended = here.answer(without_text, KIM, lambda result: [item for item in result if item["type"] != "textarea"])
    here.answer(two_texts, KIM, lambda result: [
        {**item, "value": {**item["value"], "text": ["하나", "둘"]}} if item["type"] == "textarea" else item for item in result])
    counts = collect().counts
    assert (counts["with a problem"], counts["to a second look"], counts["accepted"]) == (2, 2, 0)
    reasons = " ".join(str(task.data["reason"]) for task in here.open(Side.SECOND_LOOK))
    assert "#1 (" in reasons and "no text" in reasons and "2 texts" in reasons
    here.bench.label_studio.request(f"api/annotations/{mended}/", method="PATCH", json={"result": without_text.prediction_result})
    assert collect().counts["accepted"] == 1
    assert [task.data[SUBJECT] for task in here.open(Side.SECOND_LOOK)] == [two_texts.data[SUBJECT]]  # nobody is asked in vain


def test_no_change_is_passed_over_between_pages(lab: Callable[..., Lab], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changes, "TASKS_A_PAGE", 3)
    here = lab()
    ids = fill(here.bench.ledger, here.bench.model, 8, regions=1, seed="pages")
    label()
    open_tasks = here.open()
    for task in open_tasks:
        here.answer(task, KIM)
    bench = here.bench
    project = project_of(bench, bench.annotation_config)
    found: list[str] = []
    for number, page in enumerate(changed_tasks(bench.label_studio, project.number, None)):
        found += [str(task.data[SUBJECT]) for task in page if isinstance(task, ChangedTask)]
        if number == 0:  # while the pages are read the first ones change again, and move to the end
            for task in open_tasks[:2]:
                here.answer(task, LEE)
    assert set(found) == set(ids)
    assert len(found) == len(ids) + 2
    collect()
    assert here.accepted.keys() == set(ids)


def test_the_queue_is_kept_shallow_and_in_order(lab: Callable[..., Lab]) -> None:
    here = lab(queue={"days": 2, "at_least": 4})
    ids = fill(here.bench.ledger, here.bench.model, 9, regions=2, seed="queue")
    assert label().counts["pushed"] == 4
    assert label().counts["pushed"] == 0
    unsure = sorted(ids, key=lambda name: (-round(10 * (1 - made_score(here.bench, name))), name))
    pushed = [str(task.data[SUBJECT]) for task in here.open()]
    assert {round(10 * (1 - made_score(here.bench, name))) for name in pushed[:1]} == {
        round(10 * (1 - made_score(here.bench, unsure[0])))}
    here.change(requested=["vertical"], queue={"days": 2, "at_least": 6})
    with here.bench.ledger.write() as connection:  # the model finds vertical text in the image it is surest of
        surest = unsure[-1]
        reading = made_reading(surest, 2)
        upright = tuple(replace(region, attributes=replace(region.attributes, direction=Direction.VERTICAL))
                        for region in reading.regions)
        readings.add_readings(connection, [replace(reading, run="newer", regions=upright)])
    model_runs.set_model_run(here.bench.ledger, here.bench.model, reading.reader, "newer", {})
    assert label().counts["pushed"] == 1  # only it was read by the newer model
    assert [str(task.data[SUBJECT]) for task in here.open()][-1] == surest
    for task in here.open()[:3]:
        here.answer(task, KIM)
    collect()
    model_runs.set_model_run(here.bench.ledger, here.bench.model, reading.reader, RUN, {})
    assert label().counts["pushed"] == 4  # up to six open ones again


def made_score(bench: Workbench, image_id: str) -> float:
    [found] = label_queue.described(bench.ledger, RUN, [image_id])
    return 1 - found.summary.uncertainty


def test_the_overlap_may_be_lowered(lab: Callable[..., Lab]) -> None:
    here = lab(overlap=1.0, queue={"days": 2, "at_least": 1})
    fill(here.bench.ledger, here.bench.model, 2, regions=2, seed="lowered")
    label()
    here.answer(here.open()[0], KIM)
    collect()
    label()  # the second image goes to A; B has room for one
    for task in here.open():
        here.answer(task, KIM)
    assert collect().counts["accepted"] == 0
    here.change(overlap=0.0)
    assert collect().counts["accepted"] == 1  # the one that B was not given; the other one waits for its second reader


def test_without_a_pre_label(lab: Callable[..., Lab]) -> None:
    here = lab(without_prelabel=1.0)
    fill(here.bench.ledger, here.bench.model, 1, regions=3, seed="blind")
    label()
    [task] = here.open()
    assert task.prediction_id is None
    here.answer(task, KIM)
    collect()
    [work] = answers.work(here.bench.ledger)
    assert work.effort is not None
    assert (work.effort.model, work.effort.shown, work.effort.regions) == (None, 0, 0)


def test_a_new_version_of_a_config(lab: Callable[..., Lab]) -> None:
    here = lab()
    ids = fill(here.bench.ledger, here.bench.model, 3, regions=2, seed="version")
    label()
    labelled, *_ = here.open()
    here.answer(labelled, KIM, lambda result: [item for item in result if item["type"] != "textarea"])
    collect()
    [look] = here.open(Side.SECOND_LOOK)
    here.answer(look, PARK, lambda _: [])
    collect()
    path = here.folder / "annotation_configs" / "scene_text" / "config.xml"
    before = path.read_text(encoding="utf-8")
    path.write_text(path.read_text(encoding="utf-8").replace("<View", "<!-- another screen -->\n<View", 1), encoding="utf-8")
    refused = here.world.run("run", "label", check=False)
    assert refused.returncode and "Set version to 4" in refused.stderr.replace("\n", " ")
    old = project_of(here.bench, here.bench.config_named("scene_text").model_copy(update={"xml": before}))
    here.change(version=4)
    dry = here.world.run("label", "migrate").stdout
    assert "dry run" in dry and "scene_text@3 → scene_text@4" in dry
    bench = here.bench
    done = migrate(bench, bench.annotation_config, dry_run=False)
    assert (done.readings, done.open_tasks) == ({"scene_text@3": 1}, 2)
    assert [item.run for item in here.accepted.values()] == ["scene_text@4"]
    again = label().counts
    assert (again["pushed"], again["second looks"]) == (2, 0)  # what is settled is not asked again
    assert {str(task.data[SUBJECT]) for task in here.open()} == set(ids) - {str(labelled.data[SUBJECT])}
    once_more = migrate(bench, bench.annotation_config, dry_run=True)
    assert not once_more.readings and not once_more.open_tasks
    bench.label_studio.request(f"api/projects/{old.number}/", method="DELETE", expected=(204,))  # nobody needs it any more
    here.answer(here.open()[0], KIM)
    told = collect()
    assert told.counts["accepted"] == 1 and any("was deleted" in note for note in told.notes)


def test_screens_with_the_text_in_the_list_are_followed_by_those_with_a_field(lab: Callable[..., Lab],
                                                                             monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer, a draft and an untouched task of scene_text@2: nothing is lost, and what was illegible stays so."""
    here = lab()
    bench = here.bench
    config = here.folder / "annotation_configs" / "scene_text" / "config.xml"
    field = config.read_text(encoding="utf-8")
    with monkeypatch.context() as earlier:
        earlier.setattr("adapters.label_studio.configs.lint_folder", lambda *_: [])  # whose keys type
        config.write_text((SCREENS / "scene_text_2.xml").read_text(encoding="utf-8"), encoding="utf-8")
        here.change(version=2)
        fill(bench.ledger, bench.model, 3, regions=2, seed="screens")
        label()
        answered, drafted, untouched = here.open()
        here.answer(answered, KIM, illegible)
        collect()
        bench.label_studio.request(f"api/tasks/{drafted.task_id}/drafts", method="POST",
                                   json={"result": illegible(drafted.prediction_result), "lead_time": 1.0})
    config.write_text(field, encoding="utf-8")
    here.change(version=3)
    done = migrate(here.bench, here.bench.annotation_config, dry_run=False)
    assert (done.readings, done.open_tasks) == ({"scene_text@2": 1}, 1)  # the draft's task stays
    assert label().counts["pushed"] == 2  # whoever has the draft may never come back
    [shown] = [task for task in here.open() if task.data[SUBJECT] == untouched.data[SUBJECT]]
    here.answer(drafted, KIM, illegible)
    here.answer(shown, KIM, lambda result: [
        {**item, "value": {**item["value"], "polygonlabels": ["illegible"]}} if item["type"] == "polygonlabels" else item
        for item in result])
    collect()
    assert migrate(here.bench, here.bench.annotation_config, dry_run=False).readings == {"scene_text@2": 1}
    found = here.accepted
    assert found.keys() == {str(task.data[SUBJECT]) for task in (answered, drafted, untouched)}
    assert {reading.run for reading in found.values()} == {"scene_text@3"}
    for task, legible in ((answered, [False, True]), (drafted, [False, True]), (untouched, [False, False])):
        reading = found[str(task.data[SUBJECT])]
        assert [region.attributes.legible for region in reading.regions] == legible
        assert all(texts(reading))


def illegible(result: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Marks the first region as illegible, as the second version of scene_text says it."""
    shape = {name: value for name, value in result[0]["value"].items() if name != "polygonlabels"}
    return [*result, {**result[0], "from_name": "legible", "type": "choices", "value": {**shape, "choices": ["illegible"]}}]


def as_line(text: str) -> Edit:
    """The one line of a task, typed."""
    return lambda result: [{**item, "value": {"text": [text]}} for item in result if item["type"] == "textarea"]


def as_lines(*texts: str) -> Edit:
    """The first lines of a task, typed; the others stay as they are."""
    return lambda result: [{**item, "value": {"text": [text]}} if text is not None else item
                           for item, text in itertools.zip_longest(result, texts)]


def dense_page(here: Lab, name: str, regions: int) -> str:
    """A page with a white picture that a model has read; its image id."""
    out = io.BytesIO()
    Image.new("RGB", (1600, 1200), "white").save(out, "JPEG", comment=name)
    image = sha256(out.getvalue())
    here.bench.objects.put(here.bench.settings.bucket_images, image_key(image, "image/jpeg"), out.getvalue())
    with here.bench.ledger.write() as connection:
        connection.execute(insert(images), [{
            "image_id": image, "number": int(image[:15], 16), "media_type": "image/jpeg", "width": 1600, "height": 1200,
            "bytes": 1, "pixels_id": image, "cluster_id": image, "represents": True, "encoder": "made"}])
        connection.execute(insert(submissions), [{
            "submission_id": name, "bucket": "raw", "key": f"made/kim/{name}.jpg", "version": "v", "size": 1, "claims": [],
            "sent_at": datetime.now(UTC), "campaign": "made", "submitter": "kim", "outcome": Outcome.ACCEPTED,
            "image_id": image}])
        readings.add_readings(connection, [made_reading(image, regions)])
    model_runs.set_model_run(here.bench.ledger, here.bench.model, "model:made@1", RUN, {})
    return image


def test_a_dense_page_is_read_some_lines_at_a_time(lab: Callable[..., Lab]) -> None:
    here = lab(dense=3)
    bench = here.bench
    image = dense_page(here, "쪽", 20)
    counts = label().counts
    assert (counts["pushed"], counts["tasks of lines pushed"]) == (0, 2)
    first, second = here.open(config="line_text")
    assert [len(task.data["lines"]) for task in (first, second)] == [10, 10]
    assert [task.data["place"] for task in (first, second)] == ["1 / 2", "2 / 2"]
    project = project_of(bench, bench.config_named("line_text"))
    crop = first_picture(bench.label_studio, project.number, "image")
    assert crop
    assert Image.open(io.BytesIO(crop)).size[0] < 400
    here.answer(first, KIM, as_lines("첫째 줄", "⌧", "", "✎손글씨"))
    counts = collect().counts
    assert (counts["accepted"], counts["readings"], counts["with a problem"]) == (0, 1, 1)  # ten lines are missing
    last = here.answer(second, LEE)
    assert collect().counts["accepted"] == 1
    page = here.accepted[image]
    model = made_reading(image, 20).regions
    assert texts(page)[:4] == ["첫째 줄", "", "", "손글씨"]
    assert texts(page)[4:] == [region.text for region in model[4:]]
    assert [region.attributes.legible for region in page.regions[:5]] == [True, False, False, True, True]
    assert [region.attributes.writing for region in page.regions[3:5]] == [Writing.HANDWRITTEN, Writing.PRINTED]
    assert [region.region_id for region in page.regions] == [region.region_id for region in model]
    assert not any(collect().counts.values())
    assert not any(label().counts.values())
    [table] = [table for table in status_of(bench).tables if table.title == "Pages read line by line"]
    assert table.rows[-1][1:] == ("more than 3 regions, or lines lower than 14 pixels on the screen: line_text", "0", "1", "2")
    bench.label_studio.request(f"api/annotations/{last}/", method="DELETE", expected=(204,))
    assert collect().counts["no longer accepted"] == 1


def test_pages_of_version_1_are_collected_until_they_are_done_and_others_are_given_out_anew(lab: Callable[..., Lab]) -> None:
    here = lab(dense=3)
    bench = here.bench
    folder = here.folder / "annotation_configs" / "line_text"
    newest = (folder / "config.xml").read_text(encoding="utf-8")
    first = (SCREENS / "line_text_1.xml").read_text(encoding="utf-8")
    (folder / "config.xml").write_text(first.replace('hotkey="x"', 'hotkey="alt+x"'), encoding="utf-8")
    here.change("line_text", version=1, subject="region")
    pages = [dense_page(here, name, 4) for name in ("begun", "draft", "untouched")]
    assert label().counts["tasks of lines pushed"] == 12
    by_page = {image: [task for task in here.open(config="line_text") if str(task.data[SUBJECT]).startswith(image)]
               for image in pages}
    begun, draft, _ = (by_page[image] for image in pages)
    here.answer(begun[0], KIM, as_line("줄 0"))
    bench.label_studio.request(f"api/tasks/{draft[0].task_id}/drafts", method="POST",
                               json={"result": draft[0].prediction_result, "lead_time": 1.0})
    assert collect().counts["readings"] == 1

    (folder / "config.xml").write_text(newest, encoding="utf-8")
    here.change("line_text", version=2, subject="lines")
    lines = bench.config_named("line_text")
    assert migrate(bench, lines, dry_run=True).open_tasks == 4
    assert migrate(bench, lines, dry_run=False).open_tasks == 4  # of pages that somebody has begun nothing is taken back
    assert label().counts["tasks of lines pushed"] == 1
    [task] = here.open(config="line_text")
    assert str(task.data[SUBJECT]) == lines_subject(pages[2], 0, 4)
    here.answer(task, LEE)
    for number, one in enumerate([*begun[1:3], *draft], 1):
        here.answer(one, (KIM, LEE)[number % 2], as_line(f"줄 {number}"))
    last = here.answer(begun[3], KIM, lambda result: [
        {"id": "x", "from_name": "legible", "to_name": "image", "type": "choices", "value": {"choices": ["illegible"]}}])
    assert collect().counts["accepted"] == 3
    done = here.accepted
    assert done.keys() == set(pages)
    assert texts(done[pages[0]]) == ["줄 0", "줄 1", "줄 2", ""]
    assert [region.attributes.legible for region in done[pages[0]].regions] == [True, True, True, False]
    assert texts(done[pages[1]]) == ["줄 3", "줄 4", "줄 5", "줄 6"]
    assert texts(done[pages[2]]) == [region.text for region in made_reading(pages[2], 4).regions]
    for image in pages:
        assert [region.region_id for region in done[image].regions] == [
            region.region_id for region in made_reading(image, 4).regions]
    assert not any(collect().counts.values())
    assert not any(label().counts.values())
    bench.label_studio.request(f"api/annotations/{last}/", method="DELETE", expected=(204,))
    assert collect().counts["no longer accepted"] == 1


def test_a_project_that_somebody_deleted(lab: Callable[..., Lab]) -> None:
    here = lab()
    fill(here.bench.ledger, here.bench.model, 2, regions=2, seed="deleted project")
    label()
    done, _ = here.open()
    here.answer(done, KIM)
    collect()
    bench = here.bench
    old = project_of(bench, bench.annotation_config)
    bench.label_studio.request(f"api/projects/{old.number}/", method="DELETE", expected=(204,))
    told = collect()
    assert any("was deleted" in note for note in told.notes) and not any(told.counts.values())
    assert label().counts["pushed"] == 1  # what was collected stays, the rest is asked for again
    assert len(here.accepted) == 1
    assert len(answers.work(bench.ledger)) == 1
    assert not any(collect().counts.values())


def test_the_status_says_who_did_what(lab: Callable[..., Lab]) -> None:
    here = lab(overlap=1.0)
    fill(here.bench.ledger, here.bench.model, 2, regions=5, seed="status")
    label()
    for side, who in ((Side.A, KIM), (Side.B, LEE)):
        for task in here.open(side):
            here.answer(task, who, with_text("서울특별시청"))
    collect()
    told = status_of(here.bench)
    people = {row[2]: row for row in next(table for table in told.tables if table.title == "People").rows}
    assert {name: row[3] for name, row in people.items()} == {KIM: "2", LEE: "2"}
    assert "80 % of 10" in people[KIM][9]
    assert "100 % of 2" in people[KIM][10]
    label_status()
    with prefect_of(here.bench.settings) as prefect:
        found = prefect.post("artifacts/latest/filter", json={"artifacts": {"key": {"any_": ["labelling"]}}}).json()
    assert KIM in found[0]["data"] and "80 % of 10" in found[0]["data"]
    shown = here.world.run("label", "status").stdout
    assert "key presses saved" in " ".join(shown.split()) and "page with plots" in shown
    page = Path(shown.rsplit("page with plots: ", 1)[1].strip()).read_text(encoding="utf-8")
    assert page.count("<svg") + page.count("bar") > 3 and KIM in page


def test_lines_like_those_that_people_changed_are_marked(lab: Callable[..., Lab]) -> None:
    """People change what the model scored under .58; from then on such lines, and no others, are marked in new tasks."""
    here = lab(overlap=0.0)
    bench = here.bench

    def changed(result: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [{**item, "value": {**item["value"], "text": [f"{item['value']['text'][0]}!"]}}
                if item["type"] == "textarea" else item for item in result]

    def low(image_id: str) -> bool:
        return made_score(bench, image_id) < 0.58

    first = fill(bench.ledger, bench.model, 30, regions=10, seed="known")
    label()
    for task in here.open():
        assert not any("score" in item or "meta" in item for item in task.prediction_result)  # nothing is known yet
        here.answer(task, KIM, changed if low(task.data[SUBJECT]) else lambda result: result)
    collect()
    assert len(here.accepted) == len(first)
    new = fill(bench.ledger, bench.model, 20, regions=10, seed="then")
    label()
    tasks = {task.data[SUBJECT]: task for task in here.open()}
    assert tasks.keys() == set(new)
    for image_id, task in tasks.items():
        said = {(item.get("score"), *item.get("meta", {}).get("text", ())) for item in task.prediction_result
                if item["type"] == "polygonlabels"}
        assert said == ({(0.01, CHECK)} if low(image_id) else {(None,)}), made_score(bench, image_id)
        here.answer(task, KIM, changed if low(image_id) else lambda result: result)
    collect()
    rows = next(table for table in status_of(bench).tables if table.title == "What is marked").rows
    assert [row for row in rows if row[0] == "scene_text"] == [
        ("scene_text", "made@1", "500", "0.589", "100.0 %", "10 % of 200", "100 % of 20", "0.0 %")]
    assert all(region.score is None and region.text for reading in here.accepted.values() for region in reading.regions)


def test_both_kinds_of_token(lab: Callable[..., Lab]) -> None:
    here = lab()
    settings = here.bench.settings
    with contextlib.closing(httpx.Client(base_url=settings.label_studio_url, timeout=30, headers={
            "Authorization": f"Token {settings.label_studio_token.get_secret_value()}"})) as legacy:
        for old in legacy.get("/api/token/").json():  # a user has one at a time
            legacy.post("/api/token/blacklist/", json={"refresh": old["token"]}).raise_for_status()
        token = legacy.post("/api/token/").json()["token"]
    personal = LabelStudio(settings.label_studio_url, SecretStr(token))
    assert (personal.token_kind, here.bench.label_studio.token_kind) == ("personal access token", "legacy token")
    assert whoami(personal) == whoami(here.bench.label_studio)
    project = project_of(here.bench, here.bench.annotation_config)
    [task] = import_tasks(personal, project.number, [{"data": {"image": "s3://x/y.jpg", SUBJECT: "t"}}])
    assert newest_task(personal, project.number) == task
    assert outbox.task_count(here.bench.ledger, project.key) == 0


@pytest.mark.parametrize(("target", "when"), [
    ("workbench.collect.page:add_annotations", "after"), ("datastore.ledger.cursors:set_cursor", "after"),
    ("datastore.ledger.leases:release", "before"), ("datastore.ledger.outbox:plan_tasks", "after"),
    ("workbench.label.push:import_tasks", "after"),
])
def test_collect_killed_and_run_again(lab: Callable[..., Lab], target: str, when: str) -> None:
    here = lab(overlap=1.0)
    ids = fill(here.bench.ledger, here.bench.model, 2, regions=3, seed=f"killed {target}")
    label()
    for side, who in ((Side.A, KIM), (Side.B, LEE)):
        for task in here.open(side):
            here.answer(task, who, with_text(f"{side}의 글자") if task.data[SUBJECT] == ids[0] else lambda result: result)
    here.world.killed("collect", target, when)
    collect()
    assert here.accepted.keys() == {ids[1]}
    [look] = here.open(Side.SECOND_LOOK)
    assert look.data[SUBJECT] == ids[0]
    with here.bench.ledger.read() as connection:
        people = list(connection.scalars(select(reading_table.c.reader).where(
            reading_table.c.reader.startswith("person:"))))
    assert len(people) == 4
    assert not any(collect().counts.values())



"""Answers that Label Studio itself cannot show, and people whose account is gone: everybody else's work is collected."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from adapters.label_studio.people import make_account
from datastore.ledger import label_status, outbox
from flows.collect import collect
from flows.label import label
from schemas.errors import ServiceUnavailable, Transient
from schemas.label_tasks import SUBJECT
from schemas.labelling import Side
from tests.faulty import before
from tests.read_images import fill
from tests.services.conftest import readings_by
from tests.services.test_labelling import KIM, LEE, Lab, lab, with_text
from workbench.label.projects import project_of

__all__ = ["lab"]
HALF_AN_EMOJI = "서울 \ud83d 역"


def sent_raw(here: Lab, method: str, path: str, result: list[dict[str, Any]]) -> int:
    """An answer as a browser may send it, with what no text can hold: Label Studio keeps it and says 500."""
    settings = here.bench.settings
    headers = {"Authorization": f"Token {settings.label_studio_token.get_secret_value()}", "Content-Type": "application/json"}
    return httpx.request(method, f"{settings.label_studio_url}/api/{path}/", headers=headers, timeout=60,
                         content=json.dumps({"result": result, "lead_time": 3})).status_code


def test_half_an_emoji_stops_nobody_else(lab: Callable[..., Lab]) -> None:
    here = lab()
    ids = fill(here.bench.ledger, here.bench.model, 4, regions=2, seed="surrogate")
    label()
    opened = {task.data[SUBJECT]: task for task in here.open()}
    broken, *fine = ids
    project = project_of(here.bench, here.bench.annotation_config)
    here.answer(opened[fine[0]], KIM)
    assert sent_raw(here, "POST", f"tasks/{opened[broken].task_id}/annotations",
                    with_text(HALF_AN_EMOJI)(opened[broken].prediction_result)) == 500
    here.answer(opened[fine[1]], KIM)

    address = here.bench.settings.label_studio_url
    told = f"Task {opened[broken].task_id} of {address}/projects/{project.number}/data cannot be read"
    for accepted in (2, 0, 1):  # each run says it, until somebody has mended it
        report = collect()
        assert report.counts["accepted"] == accepted
        assert [note for note in report.notes if note.startswith(told)]
        if accepted == 0:
            here.answer(opened[fine[2]], LEE)
    assert here.accepted.keys() == set(fine)
    assert not any(label().counts.values())  # and labelling goes on

    bench = here.bench
    bench.label_studio.request(f"api/dm/actions?id=delete_tasks&project={project.number}", method="POST",
                             json={"selectedItems": {"all": False, "included": [opened[broken].task_id]}})
    report = collect()
    assert report.nothing_new and not [note for note in report.notes if "cannot be read" in note]
    assert label().counts["pushed again"] == 1
    [again] = here.open()
    here.answer(again, KIM)
    assert collect().counts["accepted"] == 1
    assert here.accepted.keys() == set(ids)


def test_a_task_that_can_be_read_again_is_collected(lab: Callable[..., Lab]) -> None:
    here = lab()
    [image] = fill(here.bench.ledger, here.bench.model, 1, regions=2, seed="mended")
    label()
    [task] = here.open()
    annotation = here.answer(task, KIM)
    assert sent_raw(here, "PATCH", f"annotations/{annotation}", with_text(HALF_AN_EMOJI)(task.prediction_result)) == 500
    assert collect().counts["readings"] == 0
    bench, project = here.bench, project_of(here.bench, here.bench.annotation_config)
    assert list(outbox.unreadable(bench.ledger, project.key)) == [task.task_id]
    bench.label_studio.request(f"api/annotations/{annotation}/", method="PATCH",
                             json={"result": with_text("서울역")(task.prediction_result)})
    assert collect().counts["accepted"] == 1
    assert here.accepted[image].regions[0].text == "서울역"
    assert not outbox.unreadable(bench.ledger, project.key)
    assert collect().nothing_new


def test_two_people_whose_accounts_are_gone_are_not_one(lab: Callable[..., Lab]) -> None:
    here = lab(overlap=1.0)
    [image] = fill(here.bench.ledger, here.bench.model, 1, regions=3, seed="gone")
    label()
    for side, email in ((Side.A, "gone.a@saegim.local"), (Side.B, "gone.b@saegim.local")):
        make_account(here.bench.label_studio, email, "a-pass-word-17", side)
        [task] = here.open(side)
        here.answer(task, email, with_text("다른 글자" if side is Side.B else "글자"))
    users = here.bench.label_studio.request("api/users").json()
    for user in users:
        if user["email"].startswith("gone."):
            here.bench.label_studio.request(f"api/users/{user['id']}/", method="DELETE", expected=(204,))
    counts = collect().counts
    assert (counts["readings"], counts["read twice by one person"], counts["to a second look"]) == (2, 0, 1)
    readers = {reading.reader for reading in readings_by(here.bench.ledger, "person:")[image]}
    assert len(readers) == 2 and all(reader.startswith("person:deleted account, annotation ") for reader in readers)
    assert len({item.reader for item in label_status.work(here.bench.ledger)}) == 2
    assert collect().nothing_new


def test_a_project_that_cannot_be_collected_stops_no_other(lab: Callable[..., Lab]) -> None:
    here = lab(overlap=1.0)
    fill(here.bench.ledger, here.bench.model, 2, regions=2, seed="project")
    label()
    for side, email in ((Side.A, KIM), (Side.B, LEE)):
        for task in here.open(side):
            here.answer(task, email)
    first = project_of(here.bench, here.bench.annotation_config)
    with before(here.bench.settings.label_studio_url) as (url, faults), pytest.MonkeyPatch.context() as patch:
        patch.setenv("SAEGIM_LABEL_STUDIO_URL", url)
        patch.setattr(Transient, "worth", 1.0)  # nobody waits for five minutes here
        faults.refused = f"project={first.number}&fields=all"
        with pytest.raises(ServiceUnavailable):
            collect()
    assert len(readings_by(here.bench.ledger, "person:")) == 2  # side b's
    assert collect().counts["accepted"] == 2

"""What the screen of Label Studio is set to for annotators: their keys, the guide, the prediction that opens."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

import httpx

from adapters.label_studio.hotkeys import ANNOTATOR_HOTKEYS, custom_hotkeys
from adapters.label_studio.people import account_of
from adapters.label_studio.tasks import import_tasks
from schemas.labelling import Side
from tests.services.test_labelling import Lab, lab  # noqa: F401  a fixture
from workbench.label.people import add_person
from workbench.label.projects import project_of


def test_an_account_gets_the_keys_that_the_guides_name(lab: Callable[..., Lab]) -> None:  # noqa: F811
    bench = lab().bench
    email = f"{secrets.token_hex(4)}@labels.example.kr"
    added = add_person(bench, bench.annotation_config, email.upper(), "김하늘", Side.A)
    account = f"api/users/{account_of(bench.label_studio, email)}/"

    def keys() -> dict[str, Any]:
        found: dict[str, Any] = bench.label_studio.request(account).json()["custom_hotkeys"]
        return {name: value["key"] for name, value in found.items() if value["active"]}

    ours = {act: hotkey.key for act, hotkey in ANNOTATOR_HOTKEYS.items() if hotkey.active}
    assert keys() == ours
    assert added.password
    with httpx.Client(base_url=bench.label_studio.url, follow_redirects=True, timeout=60) as browser:
        browser.get("user/login/")
        browser.post("user/login/", data={"email": email, "password": added.password,
                                          "csrfmiddlewaretoken": browser.cookies["csrftoken"]},
                     headers={"Referer": bench.label_studio.url})
        assert browser.get("api/current-user/hotkeys/").json()["custom_hotkeys"] == custom_hotkeys()

    # Who is there already gets them again, and keeps what he or she has set for other actions.
    own = {"annotation:annotation:undo": {"key": "ctrl+y", "active": True}}
    bench.label_studio.request(account, method="PATCH", json={"custom_hotkeys": own})
    assert add_person(bench, bench.annotation_config, email, "김하늘", Side.B).password is None
    assert keys() == {**ours, "annotation:annotation:undo": "ctrl+y"}


def test_the_guide_comes_when_it_is_asked_for(lab: Callable[..., Lab]) -> None:  # noqa: F811
    bench = lab().bench
    project = project_of(bench, bench.annotation_config)
    shown = bench.label_studio.request(f"api/projects/{project.number}/").json()
    assert (shown["show_instruction"], "<h1" in shown["expert_instruction"]) == (False, True)


def test_the_first_prediction_opens_whichever_model_made_it(lab: Callable[..., Lab]) -> None:  # noqa: F811
    bench = lab().bench
    number = project_of(bench, bench.annotation_config).number

    def opens(*versions: str) -> list[float]:
        predictions = [{"model_version": version, "result": [], "score": place} for place, version in enumerate(versions)]
        [task] = import_tasks(bench.label_studio, number, [{"data": {"image": "s3://x/y.jpg"}, "predictions": predictions}])
        found = bench.label_studio.request(f"api/projects/{number}/next").json()
        assert found["id"] == task
        bench.label_studio.request(f"api/tasks/{task}/annotations/", method="POST", json={"result": []})
        return [item["score"] for item in found["predictions"]]

    assert opens("first", "second") == [0]
    assert opens("m@2") == [0]  # a new model: Label Studio gives annotators predictions of one version alone
    assert opens() == []
    assert opens("first", "second") == [0]

"""Held photographs and duplicates: the portal decides as the command line does, and writes nothing that was overtaken."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from httpx2 import Response
from PIL import Image
from pydantic import SecretStr

from datastore.ledger import audit, decisions
from datastore.ledger.tables import comparisons
from schemas.accounts import Act, Role
from schemas.submission import Outcome, Said, Verdict, image_key
from tests.decided import say as say_at_the_command_line
from tests.made_review import held, image_of, photograph
from tests.portal import CAMPAIGN, InProcess, log_in, open_portal
from workbench.pair_review import rows_of

HELD = f"/c/{CAMPAIGN}/manage/held"
DUPLICATES = f"/c/{CAMPAIGN}/manage/duplicates"


@pytest.fixture
def portal(tmp_path: Path) -> InProcess:
    made = open_portal(tmp_path, s3_access_key=SecretStr("key"), s3_secret_key=SecretStr("secret"))
    made.client.cookies.set("saegim_language", "en")
    log_in(made, "boss", Role.MANAGER)
    return made


@pytest.fixture
def waiting(portal: InProcess) -> tuple[str, str]:
    """An accepted photograph, and one that may repeat it."""
    return photograph(portal.ledger, "원본"), held(portal.ledger, "닮음", "원본")


def seen_of(portal: InProcess, name: str, path: str = HELD) -> str:
    """What the page says that a manager has seen of a photograph."""
    page = portal.client.get(path).text
    found = re.search(rf'name="photograph" value="{name}"><input type="hidden" name="seen" value="([^"]*)"', page)
    assert found, "the page does not show it"
    return found[1]


def say(portal: InProcess, name: str, what: str, seen: str, other: str = "", path: str = HELD, **values: str) -> Response:
    return portal.client.post(path, data={"photograph": name, "say": what, "seen": seen, "other": other, **values})


def outcome(portal: InProcess, name: str) -> Outcome:
    return rows_of(portal.ledger, [name])[name].outcome


def deeds(portal: InProcess) -> list[str]:
    return [deed.detail for deed in audit.deeds(portal.ledger) if deed.act is Act.DUPLICATE_DECIDED]


def put_picture(portal: InProcess, name: str) -> None:
    """The canonical picture of a photograph, for one that comes to stand."""
    data = io.BytesIO()
    Image.effect_noise((96, 96), 80).convert("RGB").save(data, "JPEG")
    portal.bench.objects.put(portal.bench.settings.bucket_images, image_key(image_of(name), "image/jpeg"), data.getvalue())


@pytest.mark.parametrize(("what", "becomes"), [
    (Said.DUPLICATE, Outcome.DUPLICATE), (Said.CLUSTER, Outcome.ACCEPTED), (Said.SPLIT, Outcome.ACCEPTED)])
def test_each_decision_does_what_the_command_line_does_and_can_be_taken_back(
        portal: InProcess, waiting: tuple[str, str], what: Said, becomes: Outcome) -> None:
    original, doubtful = waiting
    put_picture(portal, "닮음")
    page = portal.client.get(HELD).text
    assert "1 left" in page
    assert "a line may differ" in page, "what the figures say"
    assert "0.41" in page
    answer = say(portal, doubtful, what, seen_of(portal, doubtful), original)
    assert answer.status_code == 303
    assert outcome(portal, doubtful) is becomes
    [made] = decisions.decision_list(portal.ledger)
    assert made.kind is what
    page = portal.client.get(answer.headers["location"]).text
    assert "No photograph is held" in page
    assert "Undo" in page
    assert portal.client.post(HELD, data={"say": "undo", "number": str(made.number)}).status_code == 303
    assert outcome(portal, doubtful) is Outcome.HELD
    assert portal.client.post(HELD, data={"say": "undo", "number": str(made.number)}).status_code == 303, "twice is once"
    assert len(decisions.decision_list(portal.ledger)) == 2
    assert len(deeds(portal)) == 2


def test_said_twice_it_is_one_decision(portal: InProcess, waiting: tuple[str, str]) -> None:
    original, doubtful = waiting
    seen = seen_of(portal, doubtful)
    for _ in range(2):
        assert say(portal, doubtful, "duplicate", seen, original).status_code == 303
    assert len(decisions.decision_list(portal.ledger)) == 1
    assert len(deeds(portal)) == 1


def test_what_was_decided_meanwhile_stays(portal: InProcess, waiting: tuple[str, str]) -> None:
    original, doubtful = waiting
    seen = seen_of(portal, doubtful)
    say_at_the_command_line(portal.bench, Said.SPLIT, doubtful)
    answer = say(portal, doubtful, "duplicate", seen, original)
    assert answer.status_code == 409
    assert "Another manager has decided meanwhile" in answer.text
    assert outcome(portal, doubtful) is Outcome.ACCEPTED
    assert not deeds(portal)


def test_with_several_candidates_each_is_shown(portal: InProcess) -> None:
    first = photograph(portal.ledger, "하나")
    second = photograph(portal.ledger, "둘", minute=1)
    doubtful = held(portal.ledger, "닮음", "하나")
    with portal.ledger.write() as connection:
        connection.execute(comparisons.insert().values(submission_id=doubtful, image_id=image_of("둘"), picture_key="p",
                                                       verdict=Verdict.REVIEW, figures={}))
    page = portal.client.get(HELD).text
    assert f'value="{first}" checked' in page or f'value="{second}" checked' in page
    assert "Picture 2 of 2" in page
    assert say(portal, doubtful, "duplicate", seen_of(portal, doubtful), second).status_code == 303
    assert rows_of(portal.ledger, [doubtful])[doubtful].duplicate_of == second


def test_the_page_of_duplicates_shows_groups_and_splits(portal: InProcess) -> None:
    original = photograph(portal.ledger, "원본")
    copies = [photograph(portal.ledger, f"사본 {number}", Outcome.DUPLICATE, "원본", minute=number) for number in (1, 2)]
    for number in (1, 2):
        put_picture(portal, f"사본 {number}")
    page = portal.client.get(DUPLICATES).text
    assert page.count("<figure>") == 3
    assert "The first one" in page
    seen = seen_of(portal, copies[0], DUPLICATES)
    for _ in range(2):
        answer = say(portal, copies[0], "split", seen, path=DUPLICATES, show="edited", page="1")
        assert answer.status_code == 303
    assert outcome(portal, copies[0]) is Outcome.ACCEPTED
    assert outcome(portal, copies[1]) is Outcome.DUPLICATE
    [made] = decisions.decision_list(portal.ledger)
    page = portal.client.get(f"{DUPLICATES}?show=by_hand").text
    assert "another picture" in page
    answer = portal.client.post(DUPLICATES, data={"say": "undo", "number": str(made.number), "show": "by_hand"})
    assert answer.status_code == 303
    assert outcome(portal, copies[0]) is Outcome.DUPLICATE
    assert original


def test_a_cluster_is_split_by_one_manager_once(portal: InProcess) -> None:
    photograph(portal.ledger, "앞")
    side = photograph(portal.ledger, "옆", Outcome.ACCEPTED, "앞", Verdict.CLUSTER, minute=1)
    path = f"{DUPLICATES}?show=clusters"
    seen = seen_of(portal, side, path)
    assert say(portal, side, "split", seen, path=DUPLICATES, show="clusters").status_code == 303
    assert "There is none" in portal.client.get(path).text
    say_at_the_command_line(portal.bench, Said.CLUSTER, side, f"{CAMPAIGN}/kim/앞.jpg")
    assert say(portal, side, "split", seen, path=DUPLICATES, show="clusters").status_code == 409, "another one put it back"


@pytest.mark.parametrize("values", [
    {"say": "duplicate", "photograph": "nothing", "other": "nothing"}, {"say": "split", "photograph": "x' OR 1=1"},
    {"say": "drop", "photograph": ""}, {"say": "split"}])
def test_what_is_not_there_is_not_found(portal: InProcess, waiting: tuple[str, str], values: dict[str, str]) -> None:
    assert waiting
    assert portal.client.post(HELD, data=values).status_code == 404
    assert not decisions.decision_list(portal.ledger)


def test_another_campaigns_photographs_are_none_of_its_business(portal: InProcess, waiting: tuple[str, str]) -> None:
    original, _ = waiting
    elsewhere = photograph(portal.ledger, "다른 곳", campaign="summer")
    assert say(portal, elsewhere, "duplicate", "", original).status_code == 404
    say_at_the_command_line(portal.bench, Said.CLUSTER, elsewhere, original)
    assert portal.client.post(HELD, data={"say": "undo", "number": "1"}).status_code == 422
    assert portal.client.post(HELD, data={"say": "undo", "number": "99"}).status_code == 422
    assert len(decisions.decision_list(portal.ledger)) == 1


@pytest.mark.parametrize("path", [HELD, DUPLICATES])
@pytest.mark.parametrize("role", [Role.SUBMITTER, Role.ENGINEER])
def test_nobody_but_managers_decides(portal: InProcess, waiting: tuple[str, str], path: str, role: Role) -> None:
    _, doubtful = waiting
    seen = seen_of(portal, doubtful)
    log_in(portal, "someone", role)
    assert portal.client.get(path).status_code == 403
    assert say(portal, doubtful, "split", seen, path=path).status_code == 403
    assert not decisions.decision_list(portal.ledger)

"""What a name means: all ways to write one, and what is said of one that means nothing or too much."""

from __future__ import annotations

import pytest
from sqlalchemy import insert

from datastore.ledger import Ledger
from datastore.ledger.tables import uploads
from schemas.errors import NoSuchThing
from schemas.trace import TraceKind
from tests.empty_ledger import empty_ledger
from tests.filled_ledger import KIM, START, Made, fill
from workbench.trace.find import find_thing

OF_ALL = 130
FIRST = Made(0)
ANSWERED = next(Made(number) for number in range(1, OF_ALL) if Made(number).is_one_of(2))
KEY = f"{FIRST.campaign}/{FIRST.submitter}/0000000.jpg"


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Ledger:
    made = empty_ledger(f"sqlite:///{tmp_path_factory.mktemp('find') / 'l.db'}")
    fill(made, OF_ALL)
    return made


@pytest.mark.parametrize(("name", "kind", "whole"), [
    (FIRST.image_id, TraceKind.IMAGE, FIRST.image_id),
    (f"  {FIRST.image_id[:40]} ", TraceKind.IMAGE, FIRST.image_id),
    (f"scene-text@3+r1/{FIRST.image_id[:40]}", TraceKind.IMAGE, FIRST.image_id),
    (FIRST.submission_id, TraceKind.SUBMISSION, FIRST.submission_id),
    (FIRST.reading_id(KIM)[:10], TraceKind.READING, FIRST.reading_id(KIM)),
    (KEY, TraceKind.SUBMISSION, FIRST.submission_id),
    (f"s3://raw/{KEY}", TraceKind.SUBMISSION, FIRST.submission_id),
    (f"task:1/{ANSWERED.number}", TraceKind.TASK, f"1/{ANSWERED.number}"),
    (f"1/{ANSWERED.number}", TraceKind.TASK, f"1/{ANSWERED.number}"),
    (f"https://ls.example/projects/1/data/?tab=2&task={ANSWERED.number}", TraceKind.TASK, f"1/{ANSWERED.number}"),
    (f"annotation:1/{2 * ANSWERED.number}", TraceKind.ANNOTATION, f"1/{2 * ANSWERED.number}"),
])
def test_each_way_to_name_a_thing_leads_to_it(ledger: Ledger, name: str, kind: TraceKind, whole: str) -> None:
    found = find_thing(ledger, name)
    assert (found.kind, found.name) == (kind, whole)


def test_a_region_is_named_with_its_image_or_alone(ledger: Ledger) -> None:
    """In this ledger every reading has a region of one letter: alone it is too short, and all have it."""
    with pytest.raises(NoSuchThing, match="expected the id of"):
        find_thing(ledger, "a")
    with pytest.raises(NoSuchThing, match="Nothing is named"):
        find_thing(ledger, f"{FIRST.image_id[:40]}/other")


def test_a_name_of_several_things_is_told_with_all_of_them(ledger: Ledger) -> None:
    with pytest.raises(NoSuchThing, match=f"submission {FIRST.submission_id}, image {FIRST.image_id}"):
        find_thing(ledger, FIRST.image_id[:8])  # ids of this ledger's submissions are beginnings of those of images
    with pytest.raises(NoSuchThing, match=f"task:1/{ANSWERED.number}, task:2/{ANSWERED.number}"):
        find_thing(ledger, f"task:{ANSWERED.number}")


def test_what_is_near_is_told(ledger: Ledger) -> None:
    wrong = FIRST.image_id[:39] + ("0" if FIRST.image_id[39] != "0" else "1")
    with pytest.raises(NoSuchThing, match=f"the nearest is image {FIRST.image_id}"):
        find_thing(ledger, wrong)
    with pytest.raises(NoSuchThing, match="did you mean"):
        find_thing(ledger, KEY.replace("0000000", "0000009"))
    for nothing in ("", "?", "task:0", f"task:{2**40}", "a/b", "none/x/y.jpg", "' or 1=1 --", "%%%%%%%", "g" * 64):
        with pytest.raises(NoSuchThing):
            find_thing(ledger, nothing)


def test_a_place_that_nothing_was_sent_to_yet_is_found_by_its_key(ledger: Ledger) -> None:
    with ledger.write() as connection:
        connection.execute(insert(uploads), [{
            "key": "spring/new/1.jpg", "campaign": "spring", "submitter": "new", "client_id": "1", "file_name": "1.jpg",
            "media_type": "image/jpeg", "size": 1, "categories": [], "from_demo": False, "issued_at": START}])
    found = find_thing(ledger, "spring/new/1.jpg")
    assert (found.kind, found.name, found.image_id) == (TraceKind.SUBMISSION, "spring/new/1.jpg", "")

"""A campaign that asks for displays later: its images wait for another look by the same run, and are given with it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from datastore.ledger import Ledger, checked_prelabels, images, label_queue, readings, unclaimed
from schemas.reading import LOOKED_AGAIN, Reading, Region, Unit
from tests.empty_ledger import empty_ledger
from tests.filled_ledger import CONFIG, MODEL, RUN, Made, fill

POLYGON = ((0.0, 0.0), (9.0, 0.0), (9.0, 9.0))


def look(image_id: str, revision: int) -> Reading:
    regions = tuple(Region(f"{image_id[:9]}-{number}", POLYGON, "12", score=0.9) for number in range(1 + revision))
    return Reading(image_id, MODEL, "new", revision, Unit.LINE, 9, 9, regions)


def waiting(ledger: Ledger, *displays: str) -> set[str]:
    found = unclaimed.unread_after(ledger, "prelabel new", "new", "", 1000, labelled=True, displays=displays)
    assert len(found) == unclaimed.count_unread(ledger, "new", labelled=True, displays=displays)
    return {image.image_id for image in found}


def add(ledger: Ledger, *new: Reading) -> None:
    with ledger.write() as connection:
        readings.add_readings(connection, new)


def test_images_of_a_campaign_that_asks_for_displays_wait_until_they_were_looked_at_again(tmp_path: Path) -> None:
    ledger = empty_ledger(f"sqlite:///{tmp_path / 'l.db'}")
    made = fill(ledger, 60)
    standing = {image.image_id for image in images.unread_images(ledger, "new", labelled=True)}
    spring = {item.image_id for item in made if item.campaign == "spring"} & standing
    assert waiting(ledger) == waiting(ledger, "spring") == standing
    add(ledger, *(look(image_id, 0) for image_id in sorted(standing)))
    assert waiting(ledger) == waiting(ledger, "autumn") == set()
    assert waiting(ledger, "spring") == spring != standing
    assert waiting(ledger, "spring", "summer") == standing
    first, *_ = sorted(spring)
    add(ledger, look(first, LOOKED_AGAIN))
    assert waiting(ledger, "spring") == spring - {first}


def test_the_last_look_is_what_is_asked_for(tmp_path: Path) -> None:
    ledger = empty_ledger(f"sqlite:///{tmp_path / 'l.db'}")
    made: list[Made] = fill(ledger, 60)
    ids = [item.image_id for item in made]
    accepted = [item.image_id for item in checked(ledger, RUN, ids)]
    assert accepted
    for one, other in ((0, LOOKED_AGAIN), (LOOKED_AGAIN, 0)):  # in whichever order they were written
        name = f"new {one}"
        add(ledger, *(replace(look(image_id, revision), run=name) for revision in (one, other) for image_id in ids))
        assert {item.revision for item in readings.readings_of_run(ledger, name, ids).values()} == {LOOKED_AGAIN}
        assert {item.revision for item in checked(ledger, name, ids)} == {LOOKED_AGAIN}
        assert [item.image_id for item in checked(ledger, name, ids)] == accepted
        described = label_queue.described(ledger, name, ids)
        assert described
        assert {item.summary.regions for item in described} == {1 + LOOKED_AGAIN}


def checked(ledger: Ledger, run: str, ids: list[str]) -> list[Reading]:
    return [item.by_model for item in checked_prelabels.checked_prelabels(ledger, CONFIG, run, ids)]

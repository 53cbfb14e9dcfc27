"""The morning of a filled ledger: what waits, how fast it goes, what is wrong, whatever the services say."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from datetime import timedelta

import pytest

import workbench.morning.look
from schemas.errors import ServiceUnavailable, SettingError
from schemas.morning import ForecastState, Morning, TroubleKind
from stages.morning.seen import ServiceSeen
from tests.empty_ledger import empty_ledger
from tests.made_morning import NINE, OPEN, UNGIVEN, fill_mornings, told
from tests.portal import settings_of
from workbench.bench import Workbench
from workbench.morning.asked import ask_all
from workbench.morning.look import look
from workbench.morning.services import service_seen

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module", params=[False, True], ids=["good", "bad"])
def seen(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[bool, Morning]]:
    """Whether the night was bad, and the morning after it."""
    bad = bool(request.param)
    folder = tmp_path_factory.mktemp("morning")
    ledger = empty_ledger(f"sqlite:///{folder / 'ledger.db'}")
    fill_mornings(ledger, bad=bad)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(workbench.morning.look, "ask_services", lambda _bench: told(bad=bad))
        yield bad, look(Workbench(settings_of(folder)), NINE)
    ledger.close()


def test_what_waits_and_what_needs_hands(seen: tuple[bool, Morning]) -> None:
    bad, morning = seen
    by_verb = {item.verb: item for item in morning.verbs}
    waits = {verb: item.waits.items for verb, item in by_verb.items() if item.waits}
    assert waits == {"ingest": 12, "prelabel": 640 if bad else 36, "label": UNGIVEN, "collect": OPEN}
    assert [item.kind for item in morning.troubles] == ([
        TroubleKind.DISK, TroubleKind.TOKEN_REFUSED, TroubleKind.RUN_DEAD, TroubleKind.POISONED_TASK, TroubleKind.QUARANTINE]
        if bad else [])
    assert morning.is_healthy is not bad
    assert by_verb["collect"].failures[0].runs == 150 if bad else not by_verb["collect"].failures
    assert by_verb["ingest"].forecast is not None and by_verb["ingest"].forecast.state is ForecastState.READY
    assert (by_verb["prelabel"].forecast is not None and by_verb["prelabel"].forecast.state) == (
        ForecastState.NOBODY_WORKS if bad else ForecastState.READY)


def test_the_whole_way_is_promised_only_where_nothing_stands_still(seen: tuple[bool, Morning]) -> None:
    bad, morning = seen
    assert morning.way.items == OPEN + UNGIVEN + (640 if bad else 36) + 12
    if bad:
        assert (morning.way.state, morning.release_at) == (ForecastState.NOBODY_WORKS, None)
        return
    way = morning.way
    assert way.ready_at is not None and way.by_at is not None and morning.release_at is not None
    # Four people, two dozen tasks an hour each, eight hours: about 560 a day.
    assert timedelta(days=5) < way.ready_at - NINE < way.by_at - NINE < timedelta(days=9)
    assert morning.release_at.weekday() == 0 and morning.release_at > way.ready_at


def test_people_hours_and_the_night(seen: tuple[bool, Morning]) -> None:
    _, morning = seen
    assert morning.since == NINE.replace(hour=18, minute=0) - timedelta(days=1)
    assert all(15 < item.hours < 30 and 500 < item.answers < 900 for item in morning.people)
    assert len(morning.people) == 4 and [*morning.counts][:2] == ["ingest", "prelabel"]
    assert {disk.host for disk in morning.free} >= {"cpu-1", "gpu-1"}
    assert morning.backup_at == NINE.replace(hour=2, minute=30) + timedelta(seconds=310)
    assert {time.stage.value: time.images for time in morning.times}["all"] == 1000


def test_a_service_that_does_not_answer_is_not_waited_for() -> None:
    begun = time.monotonic()
    found = ask_all({"slow": lambda: threading.Event().wait(30), "wrong": lambda: 1 // 0, "well": lambda: 7}, 0.3)
    assert time.monotonic() - begun < 5
    assert isinstance(found["slow"], TimeoutError) and isinstance(found["wrong"], ZeroDivisionError) and found["well"] == 7


def test_what_a_service_said_tells_whether_it_is_silent_busy_or_lets_nobody_in() -> None:
    busy = ServiceUnavailable("Object storage", "http://s3", "503", busy=True)
    refused = SettingError("Object storage at http://s3 refuses the key (SAEGIM_S3_ACCESS_KEY, …): 403")
    assert service_seen("x", "kim@example.com") == ServiceSeen("x")
    assert service_seen("x", busy).busy and not service_seen("x", busy).refused
    assert service_seen("x", refused).refused and not service_seen("x", refused).busy
    assert service_seen("x", TimeoutError("no answer within 4 s")) == ServiceSeen("x", "no answer within 4 s")

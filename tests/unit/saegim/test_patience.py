"""Waiting for what may pass: how long, for whom, and what is said meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saegim import patience
from saegim.patience import LONGEST_PAUSE_BUSY, ride_out, unattended
from saegim.store_errors import said_by, status_of
from schemas.errors import ServiceFailed, ServiceUnavailable, SettingError, Transient


class Clock:
    """Time that passes only where somebody waits."""

    def __init__(self) -> None:
        self.now, self.pauses = 1000.0, list[float]()

    def monotonic(self) -> float:
        return self.now

    def wait(self, seconds: float) -> bool:
        self.now += seconds
        self.pauses.append(seconds)
        return False


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[Clock]:
    found = Clock()
    monkeypatch.setattr(patience, "time", found)
    yield found


def away(busy: bool = False, after: float | None = None) -> ServiceUnavailable:
    return ServiceUnavailable("Label Studio", uuid4().hex, "503", busy=busy, after=after)


def failing(clock: Clock, error: Exception, seconds: float) -> str:
    """What a call gives that fails for so long."""
    until = clock.now + seconds

    def call() -> str:
        if clock.now < until:
            raise error
        return "done"

    return ride_out(call, Transient, getattr(error, "who", ""), clock.wait)


def test_an_outage_of_minutes_is_ridden_out(clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    with unattended():
        assert failing(clock, away(), 240) == "done"
    assert max(clock.pauses) <= 5.0  # it is found soon after it is back
    assert "does not answer (503); waiting" in caplog.messages[0] and "answers again after 24" in caplog.messages[-1]
    assert 3 <= len(caplog.messages) <= 11  # a line in half a minute


def test_one_that_stays_away_is_given_up_once(clock: Clock) -> None:
    error = away()
    with unattended():
        for longest in (310.0, 0.0):  # the outage has one clock: the next call does not begin anew
            began = clock.now
            with pytest.raises(ServiceUnavailable):
                failing(clock, error, 10_000)
            assert clock.now - began <= longest
        assert failing(clock, error, 0) == "done"
        assert failing(clock, error, 100) == "done"  # it had come back: this is another one


@pytest.mark.parametrize("error", [SettingError("wrong"), ValueError("a bug")])
def test_what_does_not_pass_is_not_waited_for(clock: Clock, error: Exception) -> None:
    with unattended(), pytest.raises(type(error)):
        failing(clock, error, 1)
    assert not clock.pauses


def test_a_person_does_not_wait_for_what_nobody_started(clock: Clock) -> None:
    error = away()
    with pytest.raises(ServiceUnavailable):
        failing(clock, error, 1)
    assert not clock.pauses
    assert failing(clock, error, 0) == "done"
    assert failing(clock, error, 60) == "done"  # it had answered before
    assert failing(clock, away(busy=True), 60) == "done"  # somebody is there


def test_it_comes_back_when_it_is_asked_to(clock: Clock) -> None:
    assert failing(clock, away(busy=True, after=8), 8) == "done"
    assert clock.pauses == [8]


def test_a_service_that_fails_is_tried_for_seconds(clock: Clock) -> None:
    with unattended(), pytest.raises(ServiceFailed):
        failing(clock, ServiceFailed("Label Studio", uuid4().hex, "500"), 10_000)
    assert clock.now - 1000 <= 15


def test_a_call_that_breaks_again_and_again_ends(clock: Clock) -> None:
    error = away()

    def poison() -> None:
        ride_out(lambda: None, Transient, error.who)  # the service answers …
        raise error                                   # … and breaks at what is asked

    with unattended(), pytest.raises(ServiceUnavailable):
        ride_out(poison, Transient, wait=clock.wait)
    assert clock.now - 1000 <= 310


def test_whoever_stops_does_not_wait() -> None:
    stop = threading.Event()
    stop.set()
    with pytest.raises(ServiceUnavailable):
        ride_out(lambda: (_ for _ in ()).throw(away(busy=True)), Transient, wait=stop.wait)


@given(st.lists(st.tuples(st.booleans(), st.none() | st.floats(0, 1000)), max_size=30))
def test_pauses_are_never_longer_than_asked_or_allowed(errors: list[tuple[bool, float | None]]) -> None:
    clock, left = Clock(), [away(busy, after) for busy, after in errors]

    def call() -> str:
        if left:
            raise left.pop(0)
        return "done"

    with pytest.MonkeyPatch.context() as patch, unattended():
        patch.setattr(patience, "time", clock)
        try:
            ride_out(call, Transient, wait=clock.wait)
        except ServiceUnavailable:
            assert left or errors
    for pause, (busy, after) in zip(clock.pauses, errors, strict=False):
        assert 0 <= pause <= max(LONGEST_PAUSE_BUSY if busy else 5.0, after or 0.0)
    assert clock.now - 1000 <= 300.001


@given(st.integers(100, 599), st.text(st.characters(exclude_characters="<"), max_size=400))
def test_what_a_store_said(status: int, text: str) -> None:
    body = f"<Error><Code>SlowDown</Code><Message>{text}</Message></Error>"
    error = Exception(f"Generic S3 error - Server returned non-2xx status code: {status} Slow Down: {body}")
    assert status_of(error) == status
    assert said_by(error).startswith(f"{status} SlowDown") and len(said_by(error)) <= 300


@given(st.text(max_size=500))
def test_any_text_has_one_line(text: str) -> None:
    assert (len(said_by(Exception(text)).splitlines()) <= 1 and status_of(Exception(text)) == 0) or "status code" in text


def test_a_page_is_not_kept_waiting(clock: Clock) -> None:
    with patience.no_longer_than(3), patience.no_longer_than(2), pytest.raises(ServiceUnavailable):
        failing(clock, away(busy=True), 60)
    assert clock.now <= 1002
    assert failing(clock, away(busy=True), 60) == "done"  # others of this process, and it later, wait as ever

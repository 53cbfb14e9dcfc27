"""A photograph that is taken back: what repeated it, what waited because of it, and who knows of it still."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest
from sqlalchemy import insert, select

from datastore.ledger import arrivals, flag_queue, flags
from datastore.ledger.pairs import doubts_of
from datastore.ledger.submissions import submission_rows
from datastore.ledger.tables import comparisons
from datastore.ledger.tables import flags as flags_table
from datastore.ledger.withdrawals import withdrawn_ids
from schemas.flags import Flag, FlagDecision, FlagKind
from schemas.submission import Outcome, RawObject, Verdict, sender_of
from tests.unit.datastore.ledger.test_decisions_random import START, World, bench, empty, related
from workbench.bench import Workbench

__all__ = ["bench", "related"]

Related = dict[frozenset[str], Verdict]


@pytest.fixture
def world(bench: Workbench, related: Related) -> World:
    related.clear()
    empty(bench)
    return World(bench, Random(1))


def alike(related: Related, one: str, other: str, verdict: Verdict) -> None:
    related[frozenset({one * 64, other * 64})] = verdict


def outcomes(world: World) -> dict[str, Outcome]:
    """By the name of the picture."""
    return {row.key.rpartition("/")[2][0]: row.outcome for row in submission_rows(world.ledger)}


def test_edited_copies_are_looked_at_anew_and_the_first_one_takes_its_place(world: World, related: Related) -> None:
    for one, other in ("ad", "ae", "de"):
        alike(related, one, other, Verdict.DUPLICATE)
    ids = {name: world.send_picture(name, number) for number, name in enumerate("ade")}
    world.ingest()
    assert outcomes(world) == {"a": Outcome.ACCEPTED, "d": Outcome.DUPLICATE, "e": Outcome.DUPLICATE}
    assert world.withdraw_one(ids["a"]) == 1
    assert outcomes(world) == {"a": Outcome.WITHDRAWN}
    world.check()
    world.ingest()
    assert outcomes(world) == {"a": Outcome.WITHDRAWN, "d": Outcome.ACCEPTED, "e": Outcome.DUPLICATE}
    world.check()
    world.check_from_scratch()


def test_a_copy_with_the_same_bytes_takes_its_place_at_once(world: World, related: Related) -> None:
    alike(related, "a", "d", Verdict.DUPLICATE)
    first = world.send_picture("a", 0)
    again = RawObject("raw", "demo/l/again.jpg", "v", 1, START + timedelta(minutes=1))
    world.decoded[again.submission_id] = replace(world.decoded[first], raw=again, sender=sender_of(again.key))
    arrivals.register(world.ledger, [again])
    edited = world.send_picture("d", 2)
    world.ingest()
    assert world.withdraw_one(first) == 1
    rows = {row.submission_id: (row.outcome, row.duplicate_of, row.image_id) for row in submission_rows(world.ledger)}
    assert rows == {first: (Outcome.WITHDRAWN, None, None), again.submission_id: (Outcome.ACCEPTED, None, "a" * 64),
                    edited: (Outcome.DUPLICATE, again.submission_id, "a" * 64)}
    world.check()
    world.check_from_scratch()


def test_the_only_one_and_twice(world: World) -> None:
    name = world.send_picture("a", 0)
    world.ingest()
    assert world.withdraw_one(name) == 1
    before = world.state()
    assert world.withdraw_one(name) == 0
    assert not world.ingest()
    assert world.state() == before
    [row] = submission_rows(world.ledger)
    assert (row.outcome, row.image_id, row.own_image_id, row.detail) == (Outcome.WITHDRAWN, None, "a" * 64, "asked for")
    assert withdrawn_ids(world.ledger) == {name}


def test_what_no_ingest_has_seen_never_comes_in(world: World) -> None:
    name = world.send_picture("a", 0)
    assert world.withdraw_one(name) == 1
    assert not world.ingest()
    assert outcomes(world) == {"a": Outcome.WITHDRAWN}
    world.check()


def test_the_same_picture_sent_anew_is_a_new_submission(world: World) -> None:
    first = world.send_picture("a", 0)
    world.ingest()
    world.withdraw_one(first)
    world.send_picture("d", 1)
    world.ingest()
    assert outcomes(world) == {"a": Outcome.WITHDRAWN, "d": Outcome.ACCEPTED}


def test_a_picture_that_waited_for_it_alone_waits_no_longer(world: World, related: Related) -> None:
    alike(related, "a", "d", Verdict.REVIEW)
    ids = {name: world.send_picture(name, number) for number, name in enumerate("ad")}
    world.ingest()
    assert outcomes(world)["d"] is Outcome.HELD
    assert doubts_of(world.ledger, [ids["d"]])
    world.withdraw_one(ids["a"])
    assert outcomes(world)["d"] is Outcome.ACCEPTED
    with world.ledger.read() as connection:
        assert not connection.execute(select(comparisons)).all()
    world.check()
    world.check_from_scratch()


def test_no_manager_has_to_look_at_it_any_more(world: World) -> None:
    name = world.send_picture("a", 0)
    world.ingest()
    with world.ledger.write() as connection:
        for kind, decision in ((FlagKind.SCREEN, None), (FlagKind.STOCK, FlagDecision.CLEARED)):
            connection.execute(insert(flags_table), [{"submission_id": name, "kind": kind, "campaign": "demo", "detail": "seen",
                                                      "found_at": START, "decision": decision}])
    assert flag_queue.count_open(world.ledger, "demo") == 1
    world.withdraw_one(name)
    assert flag_queue.count_open(world.ledger, "demo") == 0
    assert flags.flags_of(world.ledger, "demo") == [
        Flag(name, FlagKind.STOCK, "demo", "seen", START, FlagDecision.CLEARED)]  # what somebody said stays said

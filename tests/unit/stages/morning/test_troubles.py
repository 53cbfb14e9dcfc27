"""What needs hands: each kind where it should be told, and nowhere else; what follows from it is not told again."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from schemas.morning import (
    Forecast,
    ForecastState,
    FreeDisk,
    Morning,
    PrefectState,
    StuckLease,
    TroubleKind,
    VerbMorning,
    Waits,
)
from schemas.runs import RunState, VerbRun
from stages.morning.limits import LONGEST_WITHOUT, VERBS
from stages.morning.seen import BadTasks, PlannedRun, Seen, ServiceSeen, StraysSeen
from stages.morning.troubles import GRAVEST, troubles
from tests.made_morning import NINE, REFUSED, all_well, well, with_verb
from workbench.morning.services import LABEL_STUDIO, PREFECT, STORAGE


def ended(state: RunState, error: str = "", verb: str = "prelabel", ago: timedelta = timedelta(minutes=3)) -> VerbRun:
    return VerbRun("r", verb, "sad-otter", NINE - ago, host="gpu-1", state=state, ended_at=NINE - ago, error=error or None)


def silent(verb: str, **changes: object) -> Morning:
    """The verb has not completed for five hours."""
    return with_verb(verb, completed=ended(RunState.COMPLETED, verb=verb, ago=timedelta(hours=5)),
                     last=ended(RunState.CANCELLED, verb=verb), **changes)


OLD = Waits(640, NINE - timedelta(hours=30))
SOON = Forecast(640, ForecastState.READY, 400, NINE + timedelta(hours=2), NINE + timedelta(hours=3))
CASES: list[tuple[TroubleKind, str, Morning, Seen]] = [
    (TroubleKind.NO_COMPLETED_RUN, "ingest", silent("ingest"), all_well()),
    (TroubleKind.RUN_FAILED, "prelabel", with_verb("prelabel", last=ended(RunState.FAILED, "Made to fail.")), all_well()),
    (TroubleKind.RUN_DEAD, "prelabel", with_verb("prelabel", last=ended(RunState.DEAD)), all_well()),
    (TroubleKind.RUN_DEAD, "prelabel", with_verb("prelabel", at_work=ended(RunState.AT_WORK)), all_well(dead=frozenset("r"))),
    (TroubleKind.LATE_RUNS, "workers", silent("ingest"),
     all_well(planned=[PlannedRun("ingest", True, NINE - timedelta(hours=5))])),
    (TroubleKind.SCHEDULES_OFF, "schedules", well(), all_well(planned=[PlannedRun("ingest", False, None)])),
    (TroubleKind.STUCK_LEASE, "settle", well(stuck=[StuckLease("settle", "h", 1, NINE - timedelta(hours=1))]), all_well()),
    (TroubleKind.OLD_QUEUE, "prelabel", with_verb("prelabel", waits=OLD, forecast=Forecast(640, ForecastState.NOBODY_WORKS)),
     all_well()),
    (TroubleKind.OLD_QUEUE, "annotators", with_verb("collect", waits=Waits(9, NINE - timedelta(days=20)),
                                                    forecast=Forecast(9, ForecastState.NOBODY_WORKS)), all_well()),
    (TroubleKind.QUARANTINE, "quarantine", well(outcomes={"quarantined": 7}), all_well()),
    (TroubleKind.POISONED_TASK, "project 3", well(), all_well(bad_tasks=[BadTasks(3, [1183], NINE)])),
    (TroubleKind.DISK, "gpu-1", well(free=[FreeDisk("gpu-1", 900_000_000, NINE)]), all_well()),
    (TroubleKind.GATE_FAILED, "export", with_verb("export", last=ended(
        RunState.FAILED, "scene-text@5 is not published: 3 × agreement", "export")), all_well()),
    (TroubleKind.TOKEN_REFUSED, LABEL_STUDIO, with_verb("collect", last=ended(RunState.FAILED, REFUSED, "collect")),
     all_well(services=[ServiceSeen(LABEL_STUDIO, REFUSED, refused=True)])),
    (TroubleKind.TOKEN_REFUSED, "collect", with_verb("collect", last=ended(RunState.FAILED, REFUSED, "collect")), all_well()),
    (TroubleKind.SERVICE_SILENT, STORAGE, well(), all_well(services=[ServiceSeen(STORAGE, "no answer within 4 s")])),
    (TroubleKind.SERVICE_SILENT, PREFECT, silent("ingest"), all_well(services=[ServiceSeen(PREFECT, "refused")], planned=None)),
    (TroubleKind.THROTTLED, "ingest", with_verb("ingest", last=ended(RunState.FAILED, "S3 has too much to do (503)", "ingest")),
     all_well()),
    (TroubleKind.THROTTLED, STORAGE, well(), all_well(services=[ServiceSeen(STORAGE, "SlowDown", busy=True)])),
    (TroubleKind.MODEL_MISSING, "model", well(), all_well(model_problem="There is no model 'x'")),
    (TroubleKind.MODEL_MISSING, "prelabel", with_verb("prelabel", last=ended(RunState.FAILED, "There is no model 'x'")),
     all_well()),
    (TroubleKind.PREFECT_EVENTS, "Prefect", well(prefect=PrefectState(9, NINE - timedelta(days=30), True)), all_well()),
    (TroubleKind.PREFECT_EVENTS, "Prefect", well(prefect=PrefectState(9 * 10**9, None, True)), all_well()),
    (TroubleKind.NO_RECIPE, "sprng", well(), all_well(strays=[
        StraysSeen("sprng", 12, "recipes/campaigns/sprng.yaml", "no recipes/campaigns/sprng.yaml")])),
    (TroubleKind.RUN_FAILED, "backup", well(), all_well(backup=VerbMorning(
        "backup", last=ended(RunState.FAILED, "The place is full.", "backup")))),
    (TroubleKind.RUN_DEAD, "backup", well(backup_at=None), all_well(backup=VerbMorning(
        "backup", last=ended(RunState.DEAD, verb="backup")))),
    (TroubleKind.BACKUP_OLD, "backup", well(backup_at=None), all_well()),
    (TroubleKind.BACKUP_OLD, "backup", well(backup_at=NINE - timedelta(days=9)), all_well()),
]


@pytest.mark.parametrize(("kind", "about", "morning", "seen"), CASES)
def test_one_thing_that_is_wrong_is_told_once(kind: TroubleKind, about: str, morning: Morning, seen: Seen) -> None:
    [found] = troubles(morning, seen)
    assert (found.kind, found.about) == (kind, about)
    assert re.search("[가-힣]", found.what_ko) and re.search("[가-힣]", found.repair_ko)
    assert found.repair.count("`") % 2 == 0 and found.repair.split("`")[1::2] == found.repair_ko.split("`")[1::2]


def test_each_kind_has_a_case_and_a_place() -> None:
    assert {case[0] for case in CASES} == set(TroubleKind) == set(GRAVEST)


def test_a_night_that_went_well_needs_nobody() -> None:
    assert troubles(well(), all_well()) == []


@pytest.mark.parametrize("morning", [
    with_verb("ingest", completed=ended(RunState.COMPLETED, verb="ingest", ago=timedelta(hours=5)),
              at_work=ended(RunState.AT_WORK, verb="ingest", ago=timedelta(hours=4))),
    with_verb("prelabel", waits=OLD, forecast=SOON),
    with_verb("export", fires=False, completed=None, last=None),
    with_verb("label", waits=Waits(9000, NINE - timedelta(days=60))),
    with_verb("collect", last=ended(RunState.CANCELLED, verb="collect"))], ids=[
    "a long run is at work", "it ends soon", "nobody runs it", "the queue is shallow", "one was cancelled"])
def test_what_is_as_it_should_be_is_not_red(morning: Morning) -> None:
    assert troubles(morning, all_well()) == []


@pytest.mark.parametrize("verb", [verb for verb in VERBS if verb in LONGEST_WITHOUT])
@pytest.mark.parametrize("late", [False, True])
def test_a_verb_may_be_without_a_completed_run_for_so_long(verb: str, late: bool) -> None:
    ago = LONGEST_WITHOUT[verb] + timedelta(seconds=1 if late else -1)
    morning = with_verb(verb, completed=ended(RunState.COMPLETED, verb=verb, ago=ago), last=ended(RunState.GAVE_WAY, verb=verb))
    assert [found.kind for found in troubles(morning, all_well())] == [TroubleKind.NO_COMPLETED_RUN] * late


def test_a_verb_that_never_completed_is_red_once_runs_are_noted_for_long_enough() -> None:
    morning = with_verb("ingest", completed=None, last=None)
    def noted(at: datetime | None) -> int:
        return len(troubles(morning, all_well(noted_from=at)))

    assert (noted(None), noted(NINE - timedelta(minutes=50)), noted(NINE - timedelta(hours=2))) == (0, 0, 1)


def test_what_waits_for_a_verb_that_died_is_mended_with_it() -> None:
    morning = replace(with_verb("prelabel", last=ended(RunState.DEAD), waits=OLD),
                      stuck=[StuckLease("prelabel 4f1c", "h", 64, NINE - timedelta(hours=5))])
    assert [found.kind for found in troubles(morning, all_well())] == [TroubleKind.RUN_DEAD]


def test_a_stack_to_which_nothing_was_sent_needs_no_schedules_and_no_backup() -> None:
    morning = well(backup_at=None, outcomes={})
    assert troubles(morning, all_well(first_sent=None, planned=[PlannedRun("ingest", False, None)])) == []


def test_a_dead_run_is_told_until_a_later_one_has_ended() -> None:
    dead, later = replace(ended(RunState.AT_WORK), run_id="dead"), ended(RunState.COMPLETED, ago=timedelta(minutes=1))
    earlier = ended(RunState.COMPLETED, ago=timedelta(minutes=9))
    seen = all_well(dead=frozenset({"dead"}))
    assert [item.kind for item in troubles(with_verb("prelabel", at_work=dead, last=earlier), seen)] == [TroubleKind.RUN_DEAD]
    assert not troubles(with_verb("prelabel", at_work=dead, last=later), seen)

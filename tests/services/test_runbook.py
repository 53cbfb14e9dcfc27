"""Cheap scenes of docs/runbook.md on the shared services, and that each of its scenes has a script; all: ``tests.bad_night``."""

from __future__ import annotations

from pathlib import Path

from schemas.morning import TroubleKind
from tests.bad_night.night import Night
from tests.bad_night.page import sections
from tests.bad_night.playing import play
from tests.bad_night.scenes import SCENES
from tests.services.conftest import World

CHEAP = ("a-worker-died", "a-release-is-half-there", "a-task-is-poisoned")
"""They hurt nothing that other tests use, and make nobody wait."""


def test_each_scene_has_a_script_and_each_script_a_scene() -> None:
    assert set(sections()) == set(SCENES)


def test_a_bad_night_ends_in_a_healthy_morning_page(world: World, tmp_path: Path) -> None:
    assert not any(SCENES[name].hurts for name in CHEAP)
    page = sections()
    night = Night(world, tmp_path, frozenset({TroubleKind.SCHEDULES_OFF}))
    night.begin()
    assert not night.troubles()
    for name in CHEAP:
        play(night, SCENES[name], page[name])
    night.day()
    assert not night.troubles()
    assert not night.violations()

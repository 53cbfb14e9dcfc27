"""What make audit makes of pip-audit's reports: nothing that was not looked at counts as sound."""

from __future__ import annotations

from datetime import date
from typing import Any

import yaml

from tests.audit import ACCEPTED, LOCKS, Accepted, audit_of
from workbench.settings import ROOT

TODAY = date(2026, 11, 27)
SOUND: dict[str, Any] = {"name": "jinja2", "version": "3.1.6", "vulns": []}
HOLED: dict[str, Any] = {"name": "pillow", "version": "9.0", "vulns": [
    {"id": "PYSEC-1", "aliases": ["CVE-2026-1"], "fix_versions": ["9.1"], "description": ""}]}
SKIPPED = {"name": "odd", "skip_reason": "Dependency not found"}


def living_with(name: str = "CVE-2026-1", package: str = "pillow", until: date = TODAY) -> Accepted:
    return Accepted(name, package, "it is never called", until)


def test_what_is_sound_is_sound() -> None:
    audit = audit_of([[SOUND], [SOUND]], [], TODAY)
    assert audit.is_clean and audit.looked_at == 1


def test_a_vulnerability_counts_once_until_somebody_lives_with_it() -> None:
    assert [item.package for item in audit_of([[HOLED, SOUND], [HOLED]], [], TODAY).found] == ["pillow 9.0"]
    assert audit_of([[HOLED]], [living_with()], TODAY).is_clean
    assert audit_of([[HOLED]], [living_with("PYSEC-1")], TODAY).is_clean
    for other in (living_with(until=date(2026, 11, 26)), living_with(package="jinja2"), living_with("CVE-2026-2")):
        assert audit_of([[HOLED]], [other], TODAY).found


def test_what_was_not_looked_at_is_not_sound() -> None:
    audit = audit_of([[SOUND, SKIPPED]], [living_with()], TODAY)
    assert not audit.is_clean and audit.unseen == ("odd",)
    assert not audit.needless  # it may be there still


def test_what_is_mended_is_lived_with_no_longer() -> None:
    assert [item.id for item in audit_of([[SOUND]], [living_with()], TODAY).needless] == ["CVE-2026-1"]


def test_the_list_says_why_and_until_when_and_the_locks_are_there() -> None:
    for item in yaml.safe_load(ACCEPTED.read_text(encoding="utf-8")):
        assert len(Accepted(**item).because) > 20
    assert all((ROOT / lock).is_file() for lock in LOCKS)

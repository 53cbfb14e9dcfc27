"""make audit: known vulnerabilities of the locked packages, against the list of those that we live with.

pip-audit asks the registry's list of advisories about each locked version. What the registry does not know is skipped there, with
the words that nothing was found: here it is told, and the audit fails, for nothing was looked at.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import yaml
from rich.console import Console

from saegim.tables import Table, print_table
from workbench.settings import ROOT

LOCKS = ("requirements.lock", "requirements-gpu.lock", "apps/stack/label-studio.lock")
"""What runs: the workbench on both kinds of machines, and Label Studio."""
ACCEPTED = Path(__file__).with_name("accepted_vulnerabilities.yaml")
TOOL = ("tool", "run", "--from", "pip-audit==2.10.1", "pip-audit", "--disable-pip", "--require-hashes",
        "--progress-spinner", "off", "-f", "json")
"""Run by uv in an environment of its own."""
NAMED = 12
"""Packages that were not looked at that are named; the rest are counted."""


@dataclass(frozen=True, slots=True)
class Vulnerability:
    """One that is known of a locked package.

    Attributes:
        names: all ids of it.
        package: with its version.
        mended: versions in which it is mended; empty where there is none yet.
    """

    names: tuple[str, ...]
    package: str
    mended: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Accepted:
    """One that we live with, see ``accepted_vulnerabilities.yaml``."""

    id: str
    package: str
    because: str
    until: date


@dataclass(frozen=True, slots=True)
class Audit:
    """What one audit found.

    Attributes:
        found: vulnerabilities that nobody accepted, or whose acceptance ended.
        unseen: packages that the registry's list does not know in this version: nothing is known of them.
        needless: accepted ones that are not there any more.
        looked_at: how many packages.
    """

    found: tuple[Vulnerability, ...]
    unseen: tuple[str, ...]
    needless: tuple[Accepted, ...]
    looked_at: int

    @property
    def is_clean(self) -> bool:
        """Whether all was looked at, and nothing has to be done."""
        return not (self.found or self.unseen or self.needless)


def audit_of(reports: Iterable[Sequence[dict[str, Any]]], accepted: Sequence[Accepted], today: date) -> Audit:
    """What follows from pip-audit's reports.

    Args:
        reports: the lists ``dependencies`` of its JSON, one a lock.
        accepted: what we live with.
        today: acceptances end.
    """
    known: dict[tuple[str, str], Vulnerability] = {}
    unseen: set[str] = set()
    seen: set[str] = set()
    for item in (item for report in reports for item in report):
        if "skip_reason" in item:
            unseen.add(str(item["name"]))
            continue
        package = f"{item['name']} {item['version']}"
        seen.add(package)
        for one in item["vulns"]:
            known[package, one["id"]] = Vulnerability((one["id"], *one.get("aliases", ())), package, tuple(one["fix_versions"]))
    in_force = [item for item in accepted if item.until >= today]
    found = [item for item in known.values() if not any(_is(item, one) for one in in_force)]
    needless = [one for one in accepted if not any(_is(item, one) for item in known.values())]
    return Audit(tuple(found), tuple(sorted(unseen)), tuple(needless if not unseen else ()), len(seen))


def _is(found: Vulnerability, accepted: Accepted) -> bool:
    return accepted.id in found.names and accepted.package == found.package.split()[0]


def main() -> int:
    """Audits all locks; 0 where nothing has to be done."""
    console = Console()
    accepted = [Accepted(**item) for item in yaml.safe_load(ACCEPTED.read_text(encoding="utf-8"))]
    audit = audit_of(map(_report, LOCKS), accepted, datetime.now(UTC).date())
    if audit.found:
        print_table(console, Table("Known vulnerabilities", ("package", "which", "mended in"), tuple(
            (item.package, " ".join(item.names), ", ".join(item.mended) or "nothing yet") for item in audit.found), 3,
            "Take the mended version (`make lock`), or write into tests/accepted_vulnerabilities.yaml why it does not reach us."))
    if audit.unseen:
        rest = f" and {len(audit.unseen) - NAMED} more" if len(audit.unseen) > NAMED else ""
        console.print(f"Not audited, for the registry's list of advisories does not answer for these versions: "
                      f"{', '.join(audit.unseen[:NAMED])}{rest}", style="yellow", soft_wrap=True)
    for one in audit.needless:
        console.print(f"{one.id} of {one.package} is not found any more: take it out of {ACCEPTED.name}", style="yellow")
    console.print(f"{audit.looked_at} packages audited, {len(audit.found)} with something to do")
    return 0 if audit.is_clean else 1


def _report(lock: str) -> Sequence[dict[str, Any]]:
    done = subprocess.run([Path(sys.executable).with_name("uv"), *TOOL, "-r", ROOT / lock], capture_output=True, text=True,
                          check=False)
    try:
        dependencies: Sequence[dict[str, Any]] = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        raise SystemExit(f"pip-audit could not read {lock}: {done.stderr.strip()[-600:]}") from None
    return dependencies


if __name__ == "__main__":
    sys.exit(main())

"""``python -m tests.bad_night [SCENE…]``: the bad night of docs/runbook.md, on a stack of its own that is removed at the end.

Each scene ends in a healthy morning page, in invariants that hold, and in ``saegim status`` with exit code 0. The stack lies on a
disk of its own, which needs root: a file of 4 GB that takes no more room than is written to it. SAEGIM_BAD_NIGHT names the folder
for it.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.bad_night.night import Night
from tests.bad_night.page import sections
from tests.bad_night.playing import Played, play
from tests.bad_night.scenes import SCENES
from tests.services.conftest import PYTHON, SAEGIM, World, ours, recorded
from tests.services.forked import Forks
from tests.services.ports import give_ports
from workbench.bench import prefect_of
from workbench.settings import ROOT, Settings, load_settings

DISK = "4G"


@contextmanager
def own_disk(folder: Path) -> Iterator[Path]:
    """A small disk of its own."""
    image, at = folder / "disk.img", folder / "state"
    at.mkdir(parents=True)
    subprocess.run(["truncate", "-s", DISK, image], check=True)
    subprocess.run(["mkfs.ext4", "-q", "-F", image], check=True)
    subprocess.run(["mount", "-o", "loop", image, at], check=True)
    try:
        yield at
    finally:
        subprocess.run(["umount", "-l", at], check=False)
        image.unlink()


@contextmanager
def own_stack(state: Path) -> Iterator[Settings]:
    """A stack on it; one schedule is on, the weekly one: this night runs the others itself."""
    give_ports(state / "stack")
    environment = ours({"SAEGIM_HOME": str(state), "PREFECT_LOGGING_LEVEL": "WARNING"})
    os.environ.clear()
    os.environ.update(environment)
    try:
        subprocess.run([SAEGIM, "up", "--no-schedules"], check=True)
        settings = load_settings()
        os.environ["PREFECT_API_URL"] = settings.prefect_api_url
        os.environ["PREFECT_API_AUTH_STRING"] = settings.prefect_auth.get_secret_value()
        with prefect_of(settings) as client:
            [weekly] = client.post("deployments/filter", json={"deployments": {"name": {"any_": ["export"]}}}).json()
            client.post(f"deployments/{weekly['id']}/resume_deployment", json={}).raise_for_status()
        with Forks(PYTHON, ROOT) as World.forks, recorded(settings):
            yield settings
    finally:
        subprocess.run([SAEGIM, "down"], check=False)


def main(wanted: list[str]) -> int:
    """Plays the scenes that are wanted, or all; says how many did not end well."""
    page = sections()
    unknown = [name for name in wanted if name not in SCENES]
    if unknown:
        sys.exit(f"There is no scene {', '.join(unknown)}; there are {', '.join(SCENES)}")
    told: list[str] = []
    failed = 0
    with tempfile.TemporaryDirectory(prefix="saegim-bad-night-", dir=os.environ.get("SAEGIM_BAD_NIGHT")) as place, \
            own_disk(Path(place)) as state, own_stack(state):
        folder = Path(place, "night")
        folder.mkdir()
        night = Night(World(), folder)
        night.begin()
        assert not night.troubles(), night.troubles()
        for name in wanted or page:
            print(f"\n{name}", flush=True)
            began = time.monotonic()
            try:
                told.append(_line(play(night, SCENES[name], page[name]), _aftermath(night)))
            except AssertionError as error:
                failed += 1
                told.append(f"{name}: FAILED after {time.monotonic() - began:.0f} s: {error}")
            print(told[-1], flush=True)
    print("\n" + "\n".join(told))
    return failed


def _aftermath(night: Night) -> float:
    """The next day goes as it should."""
    began = time.monotonic()
    night.day()
    broken = night.violations()
    assert not broken, broken
    assert not night.troubles(), night.troubles()
    status = night.shell("saegim status")
    assert status.returncode == 0, status.stdout
    return time.monotonic() - began


def _line(played: Played, after: float) -> str:
    return (f"{played.name}: healthy; its lines took {played.repaired_in:.0f} s, the scene {played.all_in:.0f} s, "
            f"the day after it {after:.0f} s")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Whether the deployments of the local stack run on their schedules."""

from __future__ import annotations

from pathlib import Path

import httpx

from adapters.prefect_server.api import prefect_client
from apps.stack.state import Access, read_access, stack_folder
from saegim.patience import ride_out
from schemas.errors import SaegimError, ServiceUnavailable
from workbench.alerts import miss_runs


def set_schedules(on: bool) -> None:
    """Lets all deployments run on their schedules, or pauses them. What somebody paused by hand stays so until this changes."""
    if are_scheduled() is on:
        return
    access = read_access()
    if access is None:
        raise SaegimError("There is no stack yet. Start one with: saegim up")
    ride_out(lambda: _switch(access, on), ServiceUnavailable, "Prefect")
    schedules_file().write_text("on" if on else "off")


def are_scheduled() -> bool | None:
    """Whether the deployments run on their schedules, as the last ``up`` left it; None where there was none."""
    path = schedules_file()
    return path.read_text() == "on" if path.is_file() else None


def _switch(access: Access, on: bool) -> None:
    url = access.env["PREFECT_API_URL"]
    with prefect_client(url, access.prefect_auth) as client:
        for deployment in _answer(client, url, "deployments/filter").json():
            if deployment["schedules"]:
                _answer(client, url, f"deployments/{deployment['id']}/{'resume' if on else 'pause'}_deployment")
        miss_runs(client, on)


def _answer(client: httpx.Client, url: str, path: str) -> httpx.Response:
    """What Prefect answers to a POST.

    Raises:
        ServiceUnavailable: it has too much to do: its SQLite was locked for longer than it waits.
    """
    answer = client.post(path, json={})
    if answer.status_code == httpx.codes.SERVICE_UNAVAILABLE:
        raise ServiceUnavailable("Prefect", url, "503", "SAEGIM_PREFECT_API_URL", busy=True)
    return answer.raise_for_status()


def schedules_file() -> Path:
    """What the last ``up`` left: ``on`` or ``off``."""
    return stack_folder() / "schedules"

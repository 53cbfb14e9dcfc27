"""What a stranger gets at: over the network, from a page that a manager has opened, and as another user of this machine."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from tests.services.conftest import World
from workbench.bench import prefect_of
from workbench.settings import Settings

NOBODY = "00000000-0000-0000-0000-000000000000"
OPEN = {("get", "/health"), ("get", "/ready")}
"""What supervisors of services ask; it says nothing but that the server is there."""


def test_no_route_of_prefects_answers_without_the_password(stack: Settings) -> None:
    assert stack.prefect_auth.get_secret_value()
    with prefect_of(stack) as client:
        paths = client.get("openapi.json").json()["paths"]
    with httpx.Client(base_url=stack.prefect_api_url) as stranger:
        # Before all others, for what follows would delete everything on a server that has no password.
        assert stranger.get("version").status_code == stranger.post("flow_runs/count", json={}).status_code == 401
        found = {(method, path): stranger.request(method, re.sub(r"{\w+}", NOBODY, path), content="{}",
                                                  headers={"content-type": "text/plain"}).status_code
                 for path, methods in paths.items() for method in methods}
        assert len(found) > 150
        assert {route for route, code in found.items() if code != 401} == OPEN
        # Another name for this machine, as a page has it that lets its own name point here.
        assert stranger.get("version", headers={"Host": "elsewhere.example"}).status_code == 401
        assert stranger.get("version", headers={"Authorization": "Basic c2FlZ2ltOg=="}).status_code == 401
        assert "www-authenticate" not in stranger.get("version").headers  # no browser keeps and sends the password by itself
    for path in ("/events/in", "/events/out", "/logs/out"):
        with pytest.raises(InvalidStatus), connect(stack.prefect_api_url.replace("http", "ws", 1) + path):
            pass


def test_a_page_of_another_site_starts_nothing(stack: Settings, page: Page) -> None:
    with prefect_of(stack) as client:
        deployment = client.get("deployments/name/score/score").json()["id"]
        before = client.post("flow_runs/count", json={}).json()
        page.route("http://elsewhere.example/", lambda route: route.fulfill(body="<p>pictures</p>", content_type="text/html"))
        page.goto("http://elsewhere.example/")
        tried = page.evaluate("""async address => {
            const sent = [];
            for (const kind of ['text/plain', 'application/json'])
                for (const mode of ['cors', 'no-cors'])
                    await fetch(address, {method: 'POST', body: '{}', mode, headers: {'content-type': kind}})
                        .then(answer => sent.push(`${answer.type} ${answer.status}`), error => sent.push(error.name));
            return sent;
        }""", f"{stack.prefect_api_url}/deployments/{deployment}/create_flow_run")
        assert set(tried) <= {"TypeError", "opaque 0"}, tried  # nothing of an answer can be read
        assert client.post("flow_runs/count", json={}).json() == before
        for origin, allowed in (("http://elsewhere.example", False), (stack.prefect_api_url.removesuffix("/api"), True)):
            assert ("access-control-allow-origin" in client.get("health", headers={"Origin": origin}).headers) is allowed


def test_what_the_stack_keeps_is_its_owners_alone(stack: Settings) -> None:
    home = Path(os.environ["SAEGIM_HOME"])  # closed, it closes all that lies in it
    assert {name: stat.S_IMODE((home / name).stat().st_mode) for name in (".", "env", "ledger.db", "stack/supervisord.conf")} == {
        ".": 0o700, "env": 0o600, "ledger.db": 0o600, "stack/supervisord.conf": 0o600}


def test_a_wrong_password_is_one_sentence(stack: Settings) -> None:
    done = World({"PREFECT_API_AUTH_STRING": "saegim:a wrong one"}).command("run", "score", check=False)
    assert done.returncode == 1
    assert "PREFECT_API_AUTH_STRING" in done.stderr
    assert "a wrong one" not in done.stderr + done.stdout
    assert len(done.stderr.splitlines()) < 8, done.stderr

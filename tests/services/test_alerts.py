"""Alerts as people get them: a real Prefect server posts to a real address and mails by a real mail server."""

from __future__ import annotations

import json
import socketserver
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest

from adapters.prefect_server.automations import Put, automations_named
from adapters.prefect_server.channels import Channels
from adapters.prefect_server.events import emit
from schemas.morning import MorningTrouble, TroubleKind
from tests.services.conftest import World
from workbench.alerts import LATE_RUNS, TROUBLES, alert_name, set_up
from workbench.bench import prefect_of
from workbench.settings import Settings
from workbench.watching import event_about

WINDOW = timedelta(seconds=12)
"""How long a run may be missed here, or wait."""
LONGEST = 150


@dataclass
class Got:
    """What came."""

    posts: list[dict[str, str]] = field(default_factory=list)
    mails: list[str] = field(default_factory=list)
    webhook: str = ""
    mail_server: str = ""


@pytest.fixture
def got() -> Iterator[Got]:
    """A receiver of posts and of mail on this machine."""
    found = Got()

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            found.posts.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    class Mail(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.wfile.write(b"220 here\r\n")
            letter: list[str] | None = None
            for line in self.rfile:
                said = line.decode().rstrip("\r\n")
                if letter is not None and said != ".":
                    letter.append(said)
                    continue
                if letter is not None:
                    found.mails.append("\n".join(letter))
                letter = [] if said.upper() == "DATA" else None
                self.wfile.write(b"354 go on\r\n" if letter is not None else b"250 well\r\n")

    servers = [ThreadingHTTPServer(("127.0.0.1", 0), Hook), socketserver.ThreadingTCPServer(("127.0.0.1", 0), Mail)]
    for server in servers:
        threading.Thread(target=server.serve_forever, daemon=True).start()
    found.webhook = f"http://127.0.0.1:{servers[0].server_address[1]}/hook"
    found.mail_server = f"smtp://127.0.0.1:{servers[1].server_address[1]}"
    yield found
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def unserved(stack: Settings) -> Iterator[str]:
    """Id of a deployment called score that no worker serves."""
    with prefect_of(stack) as client:
        client.post("work_pools/", json={"name": "served by nobody", "type": "process"}).raise_for_status()
        flow = client.post("flows/", json={"name": "never run"}).raise_for_status().json()["id"]
        made = client.post("deployments/", json={"name": "score", "flow_id": flow, "work_pool_name": "served by nobody"})
        yield str(made.raise_for_status().json()["id"])
        client.delete(f"deployments/{made.json()['id']}")
        client.delete("work_pools/served by nobody")


def test_alerts_come_to_a_webhook_and_by_mail_and_late_runs_are_cancelled(
        world: World, stack: Settings, got: Got, unserved: str) -> None:
    world.env["SAEGIM_MAIL_SERVER"] = got.mail_server
    told = ["--webhook", got.webhook, "--email", "manager@example.com"]
    assert f"{TROUBLES}: would be made" in world.command("setup", *told, "--dry-run").stdout
    with prefect_of(stack) as client:
        assert not automations_named(client, TROUBLES)
        try:
            assert f"{TROUBLES}: made" in world.command("setup", *told).stdout
            again = world.command("setup", *told).stdout
            assert "as it was" in again and ": made" not in again and "changed" not in again
            (missed,) = automations_named(client, alert_name("ingest"))
            assert missed["enabled"] is False  # its schedule is off: nobody misses it
            _alerts_are_sent(client, got, unserved)
        finally:
            assert f"{TROUBLES}: removed" in world.command("setup", "--no-alerts").stdout
            set_up(client, None)  # with the usual windows again
        assert not automations_named(client, TROUBLES, alert_name("ingest"))


def _alerts_are_sent(client: httpx.Client, got: Got, unserved: str) -> None:
    channels = Channels(got.webhook, ["manager@example.com"], got.mail_server)
    done = set_up(client, channels, longest={"score": WINDOW}, late=WINDOW).automations
    assert done[LATE_RUNS] is Put.CHANGED
    for item in automations_named(client, alert_name("score")):
        client.patch(f"automations/{item['id']}", json={"enabled": True}).raise_for_status()
    late = client.post(f"deployments/{unserved}/create_flow_run", json={}).raise_for_status().json()["id"]
    past = (datetime.now(UTC) - timedelta(minutes=5)).isoformat()
    client.post(f"flow_runs/{late}/set_state", json={"state": {
        "type": "SCHEDULED", "name": "Late", "state_details": {"scheduled_time": past}}}).raise_for_status()
    emit(client, [event_about(MorningTrouble(TroubleKind.DISK, "집", 'Of the disk "집" 1 % is free', "Make room."))])
    end = time.monotonic() + LONGEST
    while not _all_came(client, got, late) and time.monotonic() < end:
        time.sleep(1)
    state = client.get(f"flow_runs/{late}").json()["state"]
    assert (state["type"], "No worker took it" in state["message"]) == ("CANCELLED", True)
    assert {"text": 'Saegim: Of the disk "집" 1 % is free. Make room.', "kind": "disk", "about": "집",
            "what": 'Of the disk "집" 1 % is free', "repair": "Make room.", "since": ""} in got.posts
    assert any(post["kind"] == "no-completed-run" and post["about"] == "score" for post in got.posts)
    assert any("To: manager@example.com" in mail and "No run of score has completed" in mail for mail in got.mails)


def _all_came(client: httpx.Client, got: Got, late: str) -> bool:
    kinds = {post["kind"] for post in got.posts}
    return kinds >= {"disk", "no-completed-run"} and len(got.mails) >= 2 \
        and client.get(f"flow_runs/{late}").json()["state"]["type"] == "CANCELLED"

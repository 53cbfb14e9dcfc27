"""What is asked of a Prefect server that is too busy to answer."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from adapters.prefect_server import api as prefect_api


class Busy(BaseHTTPRequestHandler):
    """Answers 503 as often as it was told to."""

    left = 0

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        busy, Busy.left = Busy.left > 0, Busy.left - 1
        self.send_response(503 if busy else 201)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setattr(prefect_api, "BUSY_WAITS", (0, 0))
    server = ThreadingHTTPServer(("127.0.0.1", 0), Busy)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/api"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(("busy", "status"), [(0, 201), (2, 201), (3, 503)])
def test_a_busy_server_is_asked_again(server: str, busy: int, status: int) -> None:
    Busy.left = busy
    with prefect_api.prefect_client(server, "") as client:
        assert client.post("deployments/1/create_flow_run", json={"name": "늦은 실행"}).status_code == status

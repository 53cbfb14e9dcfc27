"""Prefect's HTTP API with its password: what is asked of the server without Prefect."""

from __future__ import annotations

import base64
import time

import httpx

from schemas.errors import SettingError

BUSY_WAITS = (0.5, 1, 2, 4, 8, 16)
"""Seconds before each new try: a server on SQLite answers 503 while another request writes, under load for many seconds."""
LONGEST_ANSWER = 120
"""Seconds after which an answer is given up: it waits for SQLite in the same way where it is not refused; on two busy cores 30
were too few."""


class Patient(httpx.HTTPTransport):
    """Asks again what the server was too busy for (503): it has done nothing then, and Prefect's own client does the same."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The answer; a 503 only where it was one every time."""
        for wait in BUSY_WAITS:
            answer = super().handle_request(request)
            if answer.status_code != 503:
                return answer
            answer.close()
            time.sleep(wait)
        return super().handle_request(request)


def prefect_client(url: str, auth: str) -> httpx.Client:
    """A client of a Prefect server.

    Args:
        url: of its API, as ``http://127.0.0.1:4200/api``.
        auth: ``user:password``, as ``PREFECT_SERVER_API_AUTH_STRING`` of the server; empty where it has none.

    Returns:
        A client that is patient with a busy server; its answers raise a SettingError where the server takes another password.
    """
    headers = {"Authorization": f"Basic {base64.b64encode(auth.encode()).decode()}"} if auth else {}

    def refused(answer: httpx.Response) -> None:
        if answer.status_code == 401:
            raise SettingError(f"Prefect at {url} does not take {'this' if auth else 'a request without its'} password. Set "
                               "PREFECT_API_AUTH_STRING to the user:password that the server has as "
                               "PREFECT_SERVER_API_AUTH_STRING; `saegim up` writes that of the local one to .saegim/env")

    return httpx.Client(base_url=url, headers=headers, timeout=httpx.Timeout(30, read=LONGEST_ANSWER), transport=Patient(),
                        event_hooks={"response": [refused]})

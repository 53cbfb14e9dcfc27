"""What a Prefect server says of single runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import httpx

PAGE = 200
"""Prefect gives so many runs at once, at most."""


@dataclass(frozen=True, slots=True)
class ToldState:
    """The state of a run as the server tells it: Prefect's type of it, such as ``CRASHED``, and its message."""

    type: str
    message: str


def states_of(client: httpx.Client, ids: Sequence[str]) -> dict[str, ToldState]:
    """The state of each of these runs that the server knows, by id.

    Raises:
        httpx.HTTPError: it does not answer.
    """
    found: dict[str, ToldState] = {}
    for start in range(0, len(ids), PAGE):
        page = list(ids[start:start + PAGE])
        answer = client.post("flow_runs/filter", json={"flow_runs": {"id": {"any_": page}}, "limit": PAGE})
        answer.raise_for_status()
        found |= {run["id"]: ToldState(run["state_type"] or "", str((run["state"] or {}).get("message") or ""))
                  for run in answer.json()}
    return found

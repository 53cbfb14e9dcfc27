"""Events of ours on a Prefect server: what its automations wait for."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import httpx


@dataclass(frozen=True, slots=True)
class OwnEvent:
    """Something that happened.

    Attributes:
        name: what, such as ``saegim.trouble.disk``.
        resource: id of what it happened to, such as ``saegim.disk.worker-1``.
        said: what else is told, as words.
    """

    name: str
    resource: str
    said: Mapping[str, str] = field(default_factory=dict)


def emit(client: httpx.Client, events: Sequence[OwnEvent]) -> None:
    """Tells a server what happened.

    Raises:
        httpx.HTTPError: it does not answer, or does not take it.
    """
    now = datetime.now(UTC).isoformat()
    if events:
        client.post("events", json=[{
            "id": str(uuid.uuid4()), "occurred": now, "event": event.name, "payload": dict(event.said),
            "resource": {"prefect.resource.id": event.resource, "prefect.resource.name": event.resource}, "related": [],
        } for event in events]).raise_for_status()

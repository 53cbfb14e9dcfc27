"""Automations of a Prefect server and the blocks that they send by: known by name, made once, changed where they differ."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

import httpx


class Put(StrEnum):
    """What became of what is to be there."""

    MADE = "made"
    CHANGED = "changed"
    AS_IT_WAS = "as it was"


def put_automation(client: httpx.Client, wanted: Mapping[str, Any], *, dry: bool = False) -> Put:
    """Makes an automation, or changes the one of its name where that is another. One that somebody has paused stays paused.

    Args:
        client: of the server.
        wanted: as Prefect's API takes it.
        dry: only says what would become of it.

    Raises:
        httpx.HTTPError: the server does not answer, or does not take it.
    """
    known = automations_named(client, wanted["name"])
    if not known:
        if not dry:
            client.post("automations/", json=wanted).raise_for_status()
        return Put.MADE
    wanted = {**wanted, "enabled": known[0]["enabled"]}
    if _has(known[0], wanted):
        return Put.AS_IT_WAS
    if not dry:
        client.put(f"automations/{known[0]['id']}", json=wanted).raise_for_status()
    return Put.CHANGED


def automations_named(client: httpx.Client, *names: str) -> list[dict[str, Any]]:
    """Those of the automations that there are."""
    return _found(client, "automations/filter", {"automations": {"name": {"any_": list(names)}}, "limit": 200})


def remove_automation(client: httpx.Client, name: str) -> bool:
    """Removes an automation. Returns whether there was one."""
    known = automations_named(client, name)
    for item in known:
        client.delete(f"automations/{item['id']}").raise_for_status()
    return bool(known)


def switch_automation(client: httpx.Client, name: str, on: bool) -> None:
    """Pauses an automation or lets it work, where there is one."""
    for item in automations_named(client, name):
        if item["enabled"] is not on:
            client.patch(f"automations/{item['id']}", json={"enabled": on}).raise_for_status()


def put_block(client: httpx.Client, kind: str, name: str, data: Mapping[str, Any]) -> str:
    """Makes a block of one of Prefect's own kinds, or gives the one of its name these values.

    Args:
        client: of the server.
        kind: its kind's slug, such as ``webhook``.
        name: of the block.
        data: its values; what is secret the server keeps encrypted.

    Returns:
        Its id.
    """
    if known := block_named(client, name):
        client.patch(f"block_documents/{known}", json={"data": data, "merge_existing_data": False}).raise_for_status()
        return known
    answer = client.get(f"block_types/slug/{kind}")
    answer.raise_for_status()
    block_type = answer.json()["id"]
    schema = _found(client, "block_schemas/filter", {"block_schemas": {"block_type_id": {"any_": [block_type]}}})[0]["id"]
    made = client.post("block_documents/", json={"name": name, "data": data, "block_type_id": block_type,
                                                 "block_schema_id": schema})
    made.raise_for_status()
    return str(made.json()["id"])


def block_named(client: httpx.Client, name: str) -> str | None:
    """Id of the block of a name; None where there is none."""
    known = _found(client, "block_documents/filter", {"block_documents": {"name": {"any_": [name]}}})
    return str(known[0]["id"]) if known else None


def remove_block(client: httpx.Client, name: str) -> bool:
    """Removes a block. Returns whether there was one."""
    known = block_named(client, name)
    if known:
        client.delete(f"block_documents/{known}").raise_for_status()
    return bool(known)


def _found(client: httpx.Client, path: str, query: Mapping[str, Any]) -> list[dict[str, Any]]:
    answer = client.post(path, json=query)
    answer.raise_for_status()
    found: list[dict[str, Any]] = answer.json()
    return found


def _has(known: Any, wanted: Any) -> bool:
    """Whether what the server knows says all that is wanted; it adds ids and defaults. Lists of words have no order."""
    if isinstance(wanted, Mapping):
        return isinstance(known, Mapping) and all(_has(known.get(key), value) for key, value in wanted.items())
    if isinstance(wanted, list):
        if not isinstance(known, list) or len(known) != len(wanted):
            return False
        if all(isinstance(item, str) for item in wanted):
            return sorted(wanted) == sorted(known)
        return all(_has(*pair) for pair in zip(known, wanted, strict=True))
    return bool(known == wanted) or (isinstance(wanted, str) and known == [wanted])

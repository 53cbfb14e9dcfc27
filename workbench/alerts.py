"""Alerts: what the Prefect server does by itself when runs fall silent, come late or do not complete, and whom it tells."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx

from adapters.prefect_server.automations import (
    Put,
    automations_named,
    block_named,
    put_automation,
    put_block,
    remove_automation,
    remove_block,
    switch_automation,
)
from adapters.prefect_server.channels import Channels
from adapters.prefect_server.deployments import read_deployments
from schemas.morning import TroubleKind
from workbench.settings import Settings

SILENT = timedelta(minutes=10)
"""A run sends a heartbeat every three minutes."""
LATE = timedelta(hours=1)
"""So long a run may wait for a worker before it is cancelled: its successors do the same work."""
OFTEN = ("ingest", "ingest-batch", "prelabel", "prelabel-batch", "label", "collect", "label-status", "score", "watch")
"""Deployments whose late runs are cancelled. A late export is not: its successor comes in a week."""
LONGEST_WITHOUT = {"ingest": timedelta(hours=1), "prelabel": timedelta(hours=1), "label": timedelta(hours=1),
                   "collect": timedelta(minutes=30), "score": timedelta(hours=2), "watch": timedelta(minutes=40),
                   "export": timedelta(days=8)}
"""How long each deployment may be without a completed run: some of its intervals."""
SILENT_RUNS = "saegim-silent-runs"
LATE_RUNS = "saegim-late-runs"
TROUBLES = "saegim-alert-troubles"
WEBHOOK_BLOCK = "saegim-alert-webhook"
MAIL_BLOCK = "saegim-alert-mail"
ACTIONS = {WEBHOOK_BLOCK: "call-webhook", MAIL_BLOCK: "send-notification"}
"""Prefect's action of each block."""
BY_APPRISE = "slack-webhook"
"""Prefect has no block for a mail server, but this one gives an address that is none of Slack's to Apprise, which mails."""
SAID = ("text", "kind", "about", "what", "repair", "since")
"""What the event of a trouble tells, and a webhook gets."""
NO_BLOCK = "00000000-0000-0000-0000-000000000000"
"""Id of a block that is not there yet, where nothing is to be made."""
MADE_BY_AUTOMATIONS = TroubleKind.NO_COMPLETED_RUN
"""The server tells of this trouble itself, also when no worker lives to look: it is not told twice."""


@dataclass(frozen=True, slots=True)
class SetUp:
    """What ``set_up`` found or did, by name of the automation."""

    automations: Mapping[str, Put]
    removed: Sequence[str] = ()


def channels_of(settings: Settings) -> Channels:
    """Where alerts go by the settings."""
    people = [address.strip() for address in settings.alert_email.split(",") if address.strip()]
    return Channels(settings.alert_webhook.get_secret_value(), people, settings.mail_server.get_secret_value())


def set_up(client: httpx.Client, channels: Channels | None, *, dry: bool = False,
           longest: Mapping[str, timedelta] = LONGEST_WITHOUT, late: timedelta = LATE) -> SetUp:
    """Brings the automations of a Prefect server up to date. Run again it changes nothing.

    Runs of a deployment that does not run by itself are missed by nobody: its alert is made paused (see ``miss_runs``).

    Args:
        client: of the server.
        channels: where alerts go; None leaves the alerts as they are, and one without an address removes them.
        dry: only says what would be done.
        longest: how long each deployment may be without a completed run.
        late: how long a run may wait for a worker.

    Raises:
        httpx.HTTPError: the server does not answer.
    """
    done = {wanted["name"]: put_automation(client, wanted, dry=dry) for wanted in (silent_runs(), late_runs(late))}
    if channels is None:
        return SetUp(done)
    if not channels:
        return SetUp(done, _remove(client, dry))
    senders = _senders(client, channels, dry)
    alerts = [troubles(senders), *(no_completed_run(verb, span, senders) for verb, span in longest.items())]
    resting = {alert_name(item.name) for item in read_deployments(client) if not item.fires}
    alerts = [{**wanted, "enabled": wanted["name"] not in resting} for wanted in alerts]
    done |= {wanted["name"]: put_automation(client, wanted, dry=dry) for wanted in alerts}
    unused = [] if dry else [name for name in ACTIONS.keys() - _wanted_blocks(channels).keys() if remove_block(client, name)]
    return SetUp(done, unused)


def miss_runs(client: httpx.Client, on: bool) -> None:
    """Lets the server tell of verbs that do not complete, or not: where schedules are off nobody misses them."""
    for verb in LONGEST_WITHOUT:
        switch_automation(client, alert_name(verb), on)


def silent_runs() -> dict[str, Any]:
    """A run whose heartbeats stop is crashed: its process was killed, or its machine is gone."""
    return _automation(SILENT_RUNS, "A run of which nothing was heard for ten minutes is taken to be dead.", _proactive(
        SILENT, after=["prefect.flow-run.heartbeat"], expect=["prefect.flow-run.*"], for_each=["prefect.resource.id"]), [{
            "type": "change-flow-run-state", "state": "CRASHED", "message": "Nothing was heard of it for ten minutes: its "
            "process was killed, or its machine is gone. What it had done stays: the next run goes on from there."}])


def late_runs(late: timedelta) -> dict[str, Any]:
    """A run that no worker takes is cancelled: a morning without workers leaves no hundred runs behind."""
    related = {"prefect.resource.role": "deployment", "prefect.resource.name": list(OFTEN)}
    minutes = _minutes(late)
    trigger = _proactive(late, after=["prefect.flow-run.Late"], expect=["prefect.flow-run.*"], for_each=["prefect.resource.id"],
                         related=related)
    return _automation(LATE_RUNS, f"A run that no worker has taken for {minutes} is cancelled.", trigger, [
        {"type": "change-flow-run-state", "state": "CANCELLED",
         "message": f"No worker took it for {minutes}. Later runs do the same work: start a worker."}])


def no_completed_run(verb: str, span: timedelta, senders: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Somebody is told where a deployment has no completed run for so long. One that gave way is in another state."""
    what = f"No run of {verb} has completed for {_minutes(span)}."
    repair = "See why: saegim status, or saegim doctor where that says nothing; its runs are on Prefect's page."
    related = {"prefect.resource.role": "deployment", "prefect.resource.name": verb}
    words = {"kind": str(MADE_BY_AUTOMATIONS), "about": verb, "what": what, "repair": repair}
    return _automation(alert_name(verb), what, _proactive(span, expect=["prefect.flow-run.Completed"], related=related),
                       [_saying(sender, f"Saegim: {what}", f"{what}\n{repair}", json.dumps(
                           {"text": f"Saegim: {what} {repair}", **words}, ensure_ascii=False)) for sender in senders])


def troubles(senders: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Somebody is told of each trouble when it begins: the deployment watch sends an event then."""
    kinds = [event_of(kind) for kind in TroubleKind if kind is not MADE_BY_AUTOMATIONS]
    said = "{{ event.payload.what }}"
    fields = ", ".join(f'"{name}": {{{{ event.payload.{name} | tojson }}}}' for name in SAID)
    return _automation(TROUBLES, "Each trouble of the morning page, when it begins.", {
        "type": "event", "posture": "Reactive", "match": {"prefect.resource.id": "saegim.*"}, "match_related": {}, "after": [],
        "expect": kinds, "for_each": [], "threshold": 1, "within": 0},
        [_saying(sender, f"Saegim: {said}", f"{said}\n{{{{ event.payload.repair }}}}", f"{{{fields}}}")
         for sender in senders])


def alert_name(verb: str) -> str:
    """Name of the automation that misses runs of a verb."""
    return f"saegim-alert-no-{verb}"


def event_of(kind: TroubleKind) -> str:
    """Name of the event that tells of a trouble."""
    return f"saegim.trouble.{kind}"


def _automation(name: str, description: str, trigger: Mapping[str, Any], actions: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {"name": name, "description": description, "enabled": True, "trigger": dict(trigger), "actions": list(actions),
            "actions_on_trigger": [], "actions_on_resolve": []}


def _proactive(within: timedelta, *, expect: Sequence[str], after: Sequence[str] = (), for_each: Sequence[str] = (),
               related: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """A trigger that fires where what is expected of flow runs does not come."""
    return {"type": "event", "posture": "Proactive", "match": {"prefect.resource.id": "prefect.flow-run.*"},
            "match_related": dict(related or {}), "after": list(after), "expect": list(expect), "for_each": list(for_each),
            "threshold": 1, "within": within.total_seconds()}


def _wanted_blocks(channels: Channels) -> dict[str, tuple[str, dict[str, Any]]]:
    """Kind and values of each block that sends, by its name."""
    wanted: dict[str, tuple[str, dict[str, Any]]] = {}
    if channels.webhook:
        wanted[WEBHOOK_BLOCK] = "webhook", {"method": "POST", "url": channels.webhook,
                                            "headers": {"Content-Type": "application/json"}}
    if channels.mailed_by:
        wanted[MAIL_BLOCK] = BY_APPRISE, {"url": channels.mailed_by, "notify_type": "warning"}
    return wanted


def _senders(client: httpx.Client, channels: Channels, dry: bool) -> list[dict[str, Any]]:
    """Prefect's actions that send, without what they say."""
    ids = {name: block_named(client, name) or NO_BLOCK if dry else put_block(client, kind, name, data)
           for name, (kind, data) in _wanted_blocks(channels).items()}
    return [{"type": ACTIONS[name], "block_document_id": identity} for name, identity in ids.items()]


def _saying(sender: Mapping[str, Any], subject: str, body: str, payload: str) -> dict[str, Any]:
    said = {"payload": payload} if sender["type"] == "call-webhook" else {"subject": subject, "body": body}
    return {**sender, **said}


def _remove(client: httpx.Client, dry: bool) -> list[str]:
    names = [TROUBLES, *map(alert_name, LONGEST_WITHOUT)]
    there = [item["name"] for item in automations_named(client, *names)]
    if not dry:
        for name in there:
            remove_automation(client, name)
        for block in ACTIONS:
            remove_block(client, block)
    return there


def _minutes(span: timedelta) -> str:
    minutes = round(span.total_seconds() / 60)
    return f"{minutes} minutes" if minutes < 120 else f"{minutes // 60} hours" if minutes < 2880 else f"{minutes // 1440} days"

"""What the Prefect server is told to do by itself."""

from __future__ import annotations

from datetime import timedelta

import yaml
from prefect.server.events.schemas.automations import AutomationCore

from schemas.morning import TroubleKind
from workbench.alerts import LATE, LONGEST_WITHOUT, OFTEN, late_runs, no_completed_run, silent_runs, troubles
from workbench.settings import ROOT

BLOCK = "11111111-1111-1111-1111-111111111111"
SENDERS = [{"type": "call-webhook", "block_document_id": BLOCK}, {"type": "send-notification", "block_document_id": BLOCK}]


def test_prefect_takes_each_of_them() -> None:
    for wanted in (silent_runs(), late_runs(LATE), troubles(SENDERS), no_completed_run("export", timedelta(days=8), SENDERS)):
        AutomationCore.model_validate(wanted)


def test_each_trouble_is_told_once_by_the_server_or_by_watch() -> None:
    told = set(troubles(SENDERS)["trigger"]["expect"])
    assert told == {f"saegim.trouble.{kind}" for kind in TroubleKind} - {"saegim.trouble.no-completed-run"}


def test_they_name_deployments_that_there_are() -> None:
    deployments = {item["name"]: item for item in yaml.safe_load((ROOT / "prefect.yaml").read_text("utf-8"))["deployments"]}
    assert set(OFTEN) | set(LONGEST_WITHOUT) <= deployments.keys()
    scheduled = {name for name, item in deployments.items() if item.get("schedules")}
    assert set(LONGEST_WITHOUT) == scheduled - {"label-status"}
    assert "export" not in OFTEN  # its successor comes in a week


def test_a_sentence_of_a_missed_verb_names_its_span() -> None:
    wanted = no_completed_run("collect", timedelta(minutes=30), SENDERS)
    assert wanted["trigger"]["within"] == 1800
    assert wanted["trigger"]["expect"] == ["prefect.flow-run.Completed"]
    assert "No run of collect has completed for 30 minutes." in wanted["actions"][1]["body"]
    assert "8 days" in no_completed_run("export", timedelta(days=8), SENDERS)["description"]
    assert "2 hours" in no_completed_run("score", timedelta(hours=2), SENDERS)["description"]

"""The files of ``deploy/``: what can be held without containers. Nothing in them is unpinned, unchecked or misspelt."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from apps.stack.label_studio import hardened
from apps.stack.prefect_settings import FORGETS
from tests.places import ROOT
from workbench.alerts import channels_of
from workbench.settings import Settings

DEPLOY = ROOT / "deploy"
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
ENDS = {"setup"}
"""Services that run to their end."""
WITHOUT_PORT = {"worker-cpu", "worker-gpu", "portal-reader"}
"""Services that nobody can ask: Prefect and the ledger tell whether they work."""
PINNED = re.compile(r"\S+@sha256:[0-9a-f]{64}")
POOLS = sorted((DEPLOY / "pools").glob("*.json"))


@pytest.mark.parametrize("name", SERVICES)
def test_an_image_is_ours_or_pinned(name: str) -> None:
    service = SERVICES[name]
    assert service["image"].startswith("saegim") or PINNED.fullmatch(service["image"])


@pytest.mark.parametrize("name", sorted(SERVICES.keys() - ENDS - WITHOUT_PORT))
def test_a_service_that_answers_is_asked_whether_it_is_well(name: str) -> None:
    check = SERVICES[name]["healthcheck"]
    assert {"test", "interval", "timeout", "retries"} <= check.keys()


def test_services_wait_for_services_that_there_are() -> None:
    for name, service in SERVICES.items():
        for other, when in service.get("depends_on", {}).items():
            assert other in SERVICES, name
            healthy = when["condition"] == "service_healthy"
            assert ("healthcheck" in SERVICES[other]) if healthy else other in ENDS, (name, other)


@pytest.mark.parametrize("name", SERVICES)
def test_a_setting_is_one(name: str) -> None:
    known = {f"SAEGIM_{field}".upper() for field in Settings.model_fields}
    given = {key for key in SERVICES[name].get("environment", {}) if key.startswith("SAEGIM_")}
    assert given <= known


OPTIONAL = ("SAEGIM_ALERT_", "SAEGIM_MAIL_SERVER", "SAEGIM_BACKUP", "SAEGIM_PORTAL_PROXIES", "SAEGIM_PORTAL_S3_ENDPOINT",
            "SAEGIM_OIDC_")
"""Settings that a composed stack may be given, by how their names begin."""


@pytest.mark.parametrize("name", ["setup", "worker-cpu", "worker-gpu", "portal", "portal-reader"])
def test_what_may_be_set_reaches_the_services_and_empty_is_none(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = {f"SAEGIM_{field}".upper() for field in Settings.model_fields if f"SAEGIM_{field}".upper().startswith(OPTIONAL)}
    given = SERVICES[name]["environment"]
    assert len(wanted) >= 12 and {key: given.get(key) for key in wanted} == {key: f"${{{key}:-}}" for key in wanted}
    unset = Settings(_env_file=None)
    for key in wanted:
        monkeypatch.setenv(key, "")
    empty = Settings(_env_file=None)
    assert channels_of(empty) == channels_of(unset) and not channels_of(empty)
    assert empty.backup_storage == unset.backup_storage.model_copy(update=empty.model_dump(include={
        "backup_s3_access_key", "backup_s3_secret_key"}))
    assert not (empty.backup or empty.portal_proxies or empty.portal_s3_endpoint or empty.oidc_issuer)


def test_the_images_can_back_up_a_ledger_of_the_servers_version() -> None:
    server = SERVICES["postgres"]["image"].removeprefix("postgres:").partition("@")[0]
    base = (DEPLOY / "Containerfile").read_text(encoding="utf-8").partition(" AS base")[2].partition("\nFROM ")[0]
    assert f"postgresql-client-{server} " in base


def test_every_variable_is_made_or_has_a_default() -> None:
    """``new-secrets.sh`` makes the secrets; the rest has a default, or the file says what it is."""
    made = {line.partition("=")[0] for line in new_secrets()}
    named = re.findall(r"\$\{([A-Z0-9_]+)(:[?-])?", (DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    told = {name for name, otherwise in named if otherwise}
    assert {name for name, _ in named} <= made | told
    assert made <= {name for name, _ in named}, "a secret that nothing uses"


def test_secrets_are_drawn_anew_and_stand_in_no_file() -> None:
    first, second = (dict(line.split("=", 1) for line in new_secrets()) for _ in range(2))
    assert first.keys() == second.keys()
    assert all(first[name] != second[name] and len(first[name]) >= 16 for name in first)
    for service in SERVICES.values():
        for key, value in service.get("environment", {}).items():
            if re.search("SECRET|PASSWORD|TOKEN|AUTH|ACCESS_KEY", key) and key != "LABEL_STUDIO_ENABLE_LEGACY_API_TOKEN":
                assert str(value).startswith("${"), key


def new_secrets() -> list[str]:
    return subprocess.run(["sh", DEPLOY / "new-secrets.sh"], check=True, capture_output=True, text=True).stdout.splitlines()


def test_what_the_local_stack_is_told_for_safety_the_composed_one_is_told_too() -> None:
    given = SERVICES["label-studio"]["environment"]
    assert {name: given.get(name) for name in hardened("http://x")} == hardened("http://x")
    assert hardened("https://x").keys() <= given.keys()
    server = SERVICES["prefect-server"]["environment"]
    assert {name: server.get(name) for name in FORGETS} == FORGETS


def test_bases_of_images_are_pinned() -> None:
    text = (DEPLOY / "Containerfile").read_text(encoding="utf-8")
    stages = set(re.findall(r"^FROM \S+ AS (\S+)", text, re.MULTILINE))
    for base in re.findall(r"^FROM (\S+)", text, re.MULTILINE):
        assert base in stages or PINNED.fullmatch(base)
    targets = {service["build"]["target"] for service in SERVICES.values() if "build" in service}
    assert targets <= stages
    for line in re.findall(r"^COPY (?!\. )(.+) \S+$", text, re.MULTILINE):
        assert all((ROOT / name).exists() for name in line.split())
    assert text.count("pip install -q --require-hashes") == 4


def test_the_launcher_speaks_the_language_of_the_server() -> None:
    def pins(path: Path) -> dict[str, str]:
        return dict(re.findall(r"^([a-z0-9-]+)==(\S+)", path.read_text(encoding="utf-8"), re.MULTILINE))

    ours, launcher = pins(ROOT / "requirements.lock"), pins(DEPLOY / "launcher.lock")
    for name in ("prefect", "fastapi"):
        assert launcher[name] == ours[name]
    assert launcher["sqlalchemy"] < "2.1"


@pytest.mark.parametrize("path", POOLS, ids=lambda path: path.stem)
def test_a_template_names_variables_that_it_has(path: Path) -> None:
    template = json.loads(path.read_text(encoding="utf-8"))
    variables = template["variables"]["properties"]
    used = set(re.findall(r"\{\{ ([a-z_]+) \}\}", json.dumps(template["job_configuration"])))
    assert used <= variables.keys()
    assert variables["image"]["default"].startswith("saegim-gpu:" if path.stem.endswith("gpu") else "saegim:")


@pytest.mark.parametrize("pool", ["cpu", "gpu"])
def test_a_job_of_kubernetes_has_its_fields_where_kubernetes_reads_them(pool: str) -> None:
    """Prefect's own template has two of them in the pod, where Kubernetes knows no such fields."""
    template = json.loads((DEPLOY / "pools" / f"kubernetes-{pool}.json").read_text(encoding="utf-8"))
    spec = template["job_configuration"]["job_manifest"]["spec"]
    assert spec["completions"] == spec["parallelism"] == 1
    assert not {"completions", "parallelism", "backoffLimit"} & spec["template"]["spec"].keys()


def test_launchers_of_kubernetes_have_few_rights() -> None:
    parts = list(yaml.safe_load_all((DEPLOY / "kubernetes.yaml").read_text(encoding="utf-8")))
    [role] = [part for part in parts if part["kind"] == "Role"]
    assert {kind for rule in role["rules"] for kind in rule["resources"]} == {"jobs", "pods", "pods/log", "pods/status", "events"}
    for part in parts:
        if part["kind"] == "Deployment":
            [container] = part["spec"]["template"]["spec"]["containers"]
            assert container["securityContext"]["allowPrivilegeEscalation"] is False
            assert container["command"][3:5] == ["--pool", part["metadata"]["name"].removeprefix("launcher-")]


def test_a_gpu_is_asked_for_on_the_pool_of_gpus_alone() -> None:
    gpu = {path.stem for path in POOLS if re.search("nvidia", path.read_text(encoding="utf-8"))}
    assert gpu == {"docker-gpu", "kubernetes-gpu"}


@pytest.mark.parametrize("script", sorted(DEPLOY.glob("*.sh")), ids=lambda path: path.name)
def test_scripts_are_scripts(script: Path) -> None:
    subprocess.run(["sh", "-n", script], check=True)
    assert os.access(script, os.X_OK)

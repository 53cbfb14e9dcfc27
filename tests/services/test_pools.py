"""Work pools of each type take the deployments: on a Prefect server of their own, by the commands of ``deploy/set-up.sh``."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from collections.abc import Iterator

import pytest

from adapters.prefect_server.api import prefect_client
from apps.stack.answers import answers
from apps.stack.runs import expected_names
from tests.services.conftest import PATIENCE, PYTHON
from workbench.settings import ROOT

POOLS = {"ingest": "cpu", "prelabel": "gpu"}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The environment that reaches a new Prefect server."""
    home = tmp_path_factory.mktemp("prefect")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    env = {**os.environ, "PREFECT_HOME": str(home), "PREFECT_API_URL": f"http://127.0.0.1:{port}/api", "PYTHONPATH": str(ROOT),
           "PREFECT_SERVER_ANALYTICS_ENABLED": "false", "SAEGIM_HOME": str(home), "PATH": f"{PYTHON.parent}:{os.environ['PATH']}"}
    with (home / "server.log").open("w") as log:
        process = subprocess.Popen([PYTHON, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)],
                                   env=env, stdout=log, stderr=log)
        try:
            end = time.monotonic() + PATIENCE
            while not answers(f"{env['PREFECT_API_URL']}/health"):
                assert time.monotonic() < end, (home / "server.log").read_text()
                time.sleep(0.5)
            yield env
        finally:
            process.terminate()
            process.wait(PATIENCE)


def prefect(env: dict[str, str], *arguments: str) -> None:
    done = subprocess.run([PYTHON, "-m", "prefect", *arguments], cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("kind", ["process", "docker", "kubernetes"])
def test_every_deployment_goes_to_pools_of_each_type(server: dict[str, str], kind: str) -> None:
    with prefect_client(server["PREFECT_API_URL"], "") as client:
        for pool in ("cpu", "gpu"):
            assert client.delete(f"work_pools/{pool}").status_code in (204, 404)
            template = str(ROOT / "deploy" / "pools" / f"{kind}-{pool}.json")
            given = [] if kind == "process" else ["--base-job-template", template]
            prefect(server, "work-pool", "create", pool, "--type", kind, *given)
        prefect(server, "--no-prompt", "deploy", "--all")
        found = {item["name"]: item for item in client.post("deployments/filter", json={}).json()}
        assert found.keys() == expected_names()
        assert {name: found[name]["work_pool_name"] for name in POOLS} == POOLS
        assert {client.get(f"work_pools/{pool}").json()["type"] for pool in ("cpu", "gpu")} == {kind}
        asked = client.post(f"deployments/{found['prelabel']['id']}/create_flow_run", json={"job_variables": {"image": 7}})
        refused = asked.status_code in (409, 422)
        assert refused is (kind != "process"), asked.text  # the template says what a value may be

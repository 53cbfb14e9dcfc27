"""saegim up, down, status: the local services, started, watched and stopped."""

from __future__ import annotations

import fcntl
import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import httpx
from rich.console import Console

from adapters.prefect_server.api import prefect_client
from apps.stack import label_studio, prefect_settings, seaweedfs, supervision
from apps.stack.dead_runs import mark_dead_runs
from apps.stack.run_starter import run_command
from apps.stack.schedules import are_scheduled, schedules_file, set_schedules
from apps.stack.seaweedfs import BUCKETS
from apps.stack.state import Access, make_private, read_access, stack_folder, write_access
from apps.stack.supervision import BIN, Program
from datastore.ledger import Ledger, leases
from datastore.objects import ObjectStore
from saegim.settings import home
from schemas.errors import SaegimError
from workbench.alerts import channels_of, set_up
from workbench.bench import Workbench
from workbench.label.projects import renew_storages
from workbench.settings import ROOT, Settings, load_settings

console = Console()

POOLS = ("cpu", "gpu")
WORKERS = tuple(f"worker-{pool}" for pool in POOLS)
PORTAL = ("portal", "portal-reader")
"""The pages, and what reads the photographs of the demo page. Like the workers they need a ledger of this version's schema."""
RUN_STARTER = ("run-starter",) if sys.platform == "linux" else ()
"""What runs are forked from; elsewhere a worker starts each as Prefect does."""
SERVICES = ("seaweedfs", "label-studio", "prefect-server", *RUN_STARTER, *WORKERS, *PORTAL)
WAIT_SECONDS = {"seaweedfs": 60, "label-studio": 300, "prefect-server": 120, "portal": 180}
"""Label Studio's first start runs its migrations, about 50 s on two cores; the portal starts beside the workers and the model."""
RUNS_A_WORKER = 2
LENT = "SAEGIM_LABEL_STUDIO_S3_ACCESS_KEY"


@dataclass(frozen=True, slots=True)
class ServiceState:
    """One line of ``saegim status``."""

    name: str
    state: str
    address: str
    detail: str

    @property
    def is_up(self) -> bool:
        """Whether it does its work."""
        return self.state == "RUNNING"


def up(schedules: bool = True) -> None:
    """Starts what does not run, waits until it answers, and brings ledger, buckets and deployments up to date.

    Args:
        schedules: whether the deployments run on their schedules, or wait to be asked.

    Raises:
        SaegimError: a service did not come up; the message has the end of its log.
    """
    with _alone():
        fresh = not supervision.stack_processes()
        try:
            _up(schedules)
        except KeyboardInterrupt:
            if fresh:
                supervision.shut_down()
            raise


def _up(schedules: bool) -> None:
    if not label_studio.is_installed():
        with _step("installing Label Studio into an environment of its own (two or three minutes, once)"):
            label_studio.install()
    label_studio.give_database(stack_folder() / "label-studio")
    running = supervision.running_config()
    if running is None:
        supervision.shut_down()  # orphans of a killed supervisor hold the ports that we remember
    before = read_access()
    access = write_access(reuse_ports=running is not None)
    settings = load_settings()
    text = supervision.config_text(_programs(access, settings), stack_folder(), ROOT)
    if running != text:
        supervision.shut_down()  # another version's
        supervision.launch(text)
    for name, address in _health(access).items():
        if name not in PORTAL:
            _bring_up(name, address)
    objects = ObjectStore(settings)
    objects.ensure_buckets(BUCKETS, posted_to=(settings.bucket_raw, settings.bucket_demo), origin=settings.portal_url)
    if settings.bucket_images in BUCKETS:
        objects.set_policy(settings.bucket_images, seaweedfs.policy(settings.bucket_images))
    Ledger(settings.ledger).migrate()
    for file in home().glob("ledger.db*"):
        file.chmod(0o600)  # an older version made it
    if before and before.env.get(LENT) != access.env[LENT]:
        with _step("giving Label Studio's projects a key of their own"):
            renew_storages(Workbench(settings))
    _deploy(access)
    _bury(access, settings)
    set_schedules(schedules)
    with _prefect_client(access) as client:
        set_up(client, channels_of(settings) or None)
        for pool in POOLS:
            prefect_settings.start_runs_at_once(client, pool, run_command(stack_folder()))
    for name in (*WORKERS, *PORTAL):
        supervision.start(name)
    _bring_up("portal", _health(access)["portal"])
    console.print("[green]✔[/] " + "   ".join(f"{item.name} {item.address}" for item in status() if item.address),
                  soft_wrap=True)


def down() -> int:
    """Stops everything; returns how many processes had to be stopped."""
    with _alone():
        return supervision.shut_down()


def status() -> list[ServiceState]:
    """What runs, and where it answers."""
    access = read_access()
    states = supervision.states() or {}
    if access is None:
        return []
    addresses = _health(access)
    found = []
    for name in SERVICES:
        item = states.get(name, {"statename": "STOPPED", "description": ""})
        state = str(item["statename"])
        address = addresses.get(name, "")
        if state == "RUNNING" and address and not _answers(address):
            state = "NOT ANSWERING"
        found.append(ServiceState(name, state, _address(access, name) if address else "", str(item["description"])))
    return found


def _address(access: Access, name: str) -> str:
    """Where people reach a service that answers: the portal maybe through a proxy of theirs."""
    if name == "portal":
        return access.env.get("SAEGIM_PORTAL_URL", access.url("portal"))
    return access.url({"seaweedfs": "s3", "label-studio": "label_studio"}.get(name, "prefect"))


def _programs(access: Access, settings: Settings) -> list[Program]:
    state = stack_folder()
    ports = access.ports
    prefect = [str(BIN / "python"), "-m", "prefect"]
    quiet = {**_reaching_prefect(access), "PREFECT_SERVER_ANALYTICS_ENABLED": "false"}
    flow_env = {**quiet, **prefect_settings.WORKER, "SAEGIM_HOME": str(home()), "PYTHONPATH": str(ROOT)}
    return [
        seaweedfs.program(access, settings.bucket_images),
        Program("label-studio", [
            str(label_studio.environment() / "bin" / "label-studio"), "start", "--no-browser",
            "--internal-host", "127.0.0.1", "--port", str(ports["label_studio"]),
        ], {
            "LABEL_STUDIO_BASE_DATA_DIR": str(state / "label-studio"),
            "LABEL_STUDIO_USERNAME": access.env["SAEGIM_LABEL_STUDIO_USER"],
            "LABEL_STUDIO_PASSWORD": access.env["SAEGIM_LABEL_STUDIO_PASSWORD"],
            "LABEL_STUDIO_USER_TOKEN": access.env["SAEGIM_LABEL_STUDIO_TOKEN"],
            "LABEL_STUDIO_ENABLE_LEGACY_API_TOKEN": "true",
            **label_studio.hardened(settings.label_studio_url),
            "S3_ENDPOINT": access.url("s3"),  # the one private address that its SSRF protection trusts
        }),
        Program("prefect-server", [*prefect, "server", "start", "--host", "127.0.0.1", "--port", str(ports["prefect"])], {
            **quiet, **prefect_settings.SERVER, "PREFECT_SERVER_API_AUTH_STRING": access.prefect_auth,
            # Its own pages, by both names of this machine: whichever of them is open, they ask the API by the first one.
            "PREFECT_SERVER_CORS_ALLOWED_ORIGINS": f"{access.url('prefect')},http://localhost:{ports['prefect']}",
        }),
        *(Program(name, [str(BIN / "python"), "-m", "apps.stack.run_starter", str(state)], flow_env) for name in RUN_STARTER),
        *(Program(f"worker-{pool}", [*prefect, "worker", "start", "--pool", pool, "--type", "process",
                                     "--name", f"saegim-{pool}", "--limit", str(RUNS_A_WORKER)], flow_env, autostart=False)
          for pool in POOLS),
        *_portal(access),
    ]


def _portal(access: Access) -> list[Program]:
    python = [str(BIN / "python"), "-m"]
    env = {"SAEGIM_HOME": str(home()), "PYTHONPATH": str(ROOT)}
    return [Program("portal", [*python, "apps.portal", "--port", str(access.ports["portal"])], env, autostart=False),
            Program("portal-reader", [*python, "apps.portal.reader"], env, autostart=False)]


def _health(access: Access) -> dict[str, str]:
    return {"seaweedfs": f"{access.url('s3')}/status", "label-studio": f"{access.url('label_studio')}/health",
            "prefect-server": f"{access.url('prefect')}/api/health",
            **({"portal": f"{access.url('portal')}/health"} if "portal" in access.ports else {})}  # an older version had none


def _bring_up(name: str, address: str) -> None:
    if not _answers(address):
        with _step(f"starting {name}"):
            _wait(name, address)


def _answers(address: str) -> bool:
    try:
        return httpx.get(address, timeout=3).status_code < 500
    except httpx.HTTPError:
        return False


def _wait(name: str, address: str) -> None:
    began = time.monotonic()
    while not _answers(address):
        state = (supervision.states() or {}).get(name, {}).get("statename", "gone")
        if state in ("FATAL", "gone") or time.monotonic() - began > WAIT_SECONDS[name]:
            log = supervision.log_path(name)
            tail = "\n".join(log.read_text(errors="replace").splitlines()[-15:]) if log.is_file() else ""
            raise SaegimError(f"{name} does not come up ({state}). The end of {log}:\n{tail}\n"
                              "Mend what it says and run `saegim up` again; `saegim doctor` looks further.")
        time.sleep(0.3)


def _bury(access: Access, settings: Settings) -> None:
    """Ends for Prefect, and frees in the ledger, what died with its process."""
    with _prefect_client(access) as client:
        names = mark_dead_runs(client, {f"saegim-{pool}": supervision.started(f"worker-{pool}") for pool in POOLS})
    freed = leases.sweep(Ledger(settings.ledger))
    if names or freed:
        console.print(f"[green]✔[/] dead runs marked as crashed: {', '.join(names) or 'none'}; claims of dead processes removed: "
                      f"{freed}", soft_wrap=True, highlight=False)


def _deploy(access: Access) -> None:
    """Registers pools and deployments with the Prefect server where they changed since the last time."""
    deployed = stack_folder() / "deployed"
    digest = hashlib.sha256()
    for path in (ROOT / "prefect.yaml", *sorted((ROOT / "flows").glob("*.py"))):
        digest.update(path.read_bytes())
    wanted = f"{digest.hexdigest()} {access.ports['prefect']}"
    if deployed.is_file() and deployed.read_text() == wanted:
        return
    with _step("registering the deployments with Prefect"):
        with _prefect_client(access) as client:
            missing = [pool for pool in POOLS if client.get(f"work_pools/{pool}").status_code == 404]
        for pool in missing:
            _prefect(access, "work-pool", "create", pool, "--type", "process")
        _prefect(access, "--no-prompt", "deploy", "--all", "--prefect-file", str(ROOT / "prefect.yaml"))
    if are_scheduled() is False:  # a deployment that is new is to be paused like the others
        schedules_file().unlink()
    deployed.write_text(wanted)


def _reaching_prefect(access: Access) -> dict[str, str]:
    """What whatever speaks to our Prefect server has in its environment."""
    return {"PREFECT_HOME": str(stack_folder() / "prefect"), "PREFECT_API_URL": access.env["PREFECT_API_URL"],
            "PREFECT_API_AUTH_STRING": access.prefect_auth}


def _prefect_client(access: Access) -> httpx.Client:
    return prefect_client(access.env["PREFECT_API_URL"], access.prefect_auth)


def _prefect(access: Access, *arguments: str) -> None:
    env = {**os.environ, **_reaching_prefect(access), "SAEGIM_HOME": str(home()), "PYTHONPATH": str(ROOT)}
    done = subprocess.run([str(BIN / "python"), "-m", "prefect", *arguments], cwd=ROOT, env=env, stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, check=False)
    if done.returncode:
        raise SaegimError(f"prefect {' '.join(arguments[:3])} failed: {(done.stderr + done.stdout).strip()[-1000:]}")


@contextmanager
def _alone() -> Iterator[None]:
    """One ``up`` or ``down`` at a time for a state folder."""
    make_private()
    stack_folder().mkdir(exist_ok=True)
    with (stack_folder() / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def _step(doing: str) -> Iterator[None]:
    began = time.monotonic()
    with console.status(f"{doing} …"):
        yield
    console.print(f"[green]✔[/] {doing} [dim]({time.monotonic() - began:.0f} s)[/]")

"""The real services, once for all tests, on free ports and with a fresh state."""

from __future__ import annotations

import contextlib
import importlib
import os
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import psycopg
import pytest
import yaml
from playwright.sync_api import Page, expect, sync_playwright
from prefect.settings import (
    PREFECT_API_AUTH_STRING,
    PREFECT_API_URL,
    PREFECT_FLOWS_HEARTBEAT_FREQUENCY,
    temporary_settings,
)
from sqlalchemy import select

from apps.stack.seaweedfs import BUCKETS
from datastore.ledger import Ledger
from datastore.ledger.readings import readings_by_id
from datastore.ledger.releasable import candidates
from datastore.ledger.tables import readings
from datastore.objects import ObjectStore
from schemas.reading import Reading
from tests.empty_ledger import empty_ledger
from tests.services.forked import WIDE, Forks
from tests.services.ports import give_ports
from workbench.bench import Workbench
from workbench.settings import ROOT, Settings, load_settings

SAEGIM = ROOT / ".venv" / "bin" / "saegim"
PYTHON = ROOT / ".venv" / "bin" / "python"
CHROMIUM = Path("/usr/bin/chromium")
PATIENCE = 120
"""Seconds that a page, a server or a process has for one step: what is broken never comes, what is slow comes late."""
LONGEST_TEST = 1800
"""Seconds of one test with what it is the first to need: a stack on a fresh machine, where Label Studio is installed first."""


@dataclass
class Starting:
    """Services that are being started: a fresh state takes a minute, in which tests that need none can run."""

    home: Path
    env: dict[str, str]
    process: subprocess.Popen[bytes]

    def wait(self) -> None:
        """Until they answer."""
        code = self.process.wait()
        assert code == 0, (self.home / "up.log").read_text(encoding="utf-8")

    def stop(self) -> None:
        """Stops them, started or half so."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(PATIENCE)
        subprocess.run([SAEGIM, "down"], cwd=ROOT, env=self.env, check=True, stdout=subprocess.DEVNULL)


STARTING = pytest.StashKey[Starting]()
SCHEDULED = pytest.StashKey[Starting]()


def start() -> Starting:
    """`saegim up` with a new state folder, in the background."""
    home = Path(tempfile.mkdtemp(prefix="saegim 작업 상태 "))
    give_ports(home / "stack")
    env = ours({"SAEGIM_HOME": str(home)})
    with (home / "up.log").open("wb") as log:
        return Starting(home, env, subprocess.Popen([SAEGIM, "up", "--no-schedules"], cwd=ROOT, env=env, stdout=log, stderr=log))


def start_scheduled() -> Starting:
    """`tests.services.scheduled` with a state folder of its own, in the background."""
    home = Path(tempfile.mkdtemp(prefix="saegim-scheduled-"))
    env = ours({"SAEGIM_HOME": str(home)})
    with (home / "up.log").open("wb") as log:
        return Starting(home, env, subprocess.Popen(
            [PYTHON, "-m", "tests.services.scheduled", SAEGIM, home / "done.json"], cwd=ROOT, env=env, stdout=log, stderr=log))


def ours(changes: dict[str, str]) -> dict[str, str]:
    """The environment without anybody's settings of Saegim and Prefect, but with these."""
    return {name: value for name, value in os.environ.items()
            if name == "SAEGIM_LABEL_STUDIO_VENV" or not name.startswith(("SAEGIM_", "PREFECT_"))} | changes


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A test that waits for a whole stack has more time than one of this process alone."""
    for item in items:
        if Path(__file__).parent in item.path.parents and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(LONGEST_TEST))


def pytest_collection_finish(session: pytest.Session) -> None:
    """The services start as soon as it is known that a test needs them."""
    needed = any("stack" in getattr(item, "fixturenames", ()) for item in session.items)
    if needed and not session.config.option.collectonly and "SAEGIM_TEST_STACK" not in os.environ:
        session.config.stash[STARTING] = start()
    if any("scheduled" in getattr(item, "fixturenames", ()) for item in session.items) and not session.config.option.collectonly:
        session.config.stash[SCHEDULED] = start_scheduled()


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Stops the services, whatever became of the tests; their state folder stays where a test failed."""
    for key in (STARTING, SCHEDULED):
        if starting := session.config.stash.get(key, None):
            starting.stop()
            if not exitstatus:
                shutil.rmtree(starting.home, ignore_errors=True)


@pytest.fixture(scope="session")
def stack(pytestconfig: pytest.Config) -> Iterator[Settings]:
    """SeaweedFS, Label Studio, Prefect and its workers, with a state folder of their own.

    SAEGIM_TEST_STACK names the state folder of a stack that runs already, for trying one test again and again.
    """
    running, before = os.environ.get("SAEGIM_TEST_STACK"), dict(os.environ)
    if not running:
        if STARTING not in pytestconfig.stash:  # a test has asked for it while it ran
            pytestconfig.stash[STARTING] = start()
        starting = pytestconfig.stash[STARTING]
        starting.wait()
        running = str(starting.home)
    environment = ours({"SAEGIM_HOME": running})
    os.environ.clear()
    os.environ.update(environment)
    try:
        settings = load_settings()
        os.environ["PREFECT_API_URL"] = settings.prefect_api_url
        os.environ["PREFECT_API_AUTH_STRING"] = settings.prefect_auth.get_secret_value()
        with Forks(PYTHON, ROOT) as World.forks:
            yield settings
    finally:
        os.environ.clear()
        os.environ.update(before)


@pytest.fixture(scope="session")
def scheduled(pytestconfig: pytest.Config) -> Starting:
    """A stack with its schedules on, and what goes through it from the first test on."""
    return pytestconfig.stash[SCHEDULED]


@contextlib.contextmanager
def recorded(settings: Settings) -> Iterator[None]:
    """Flows of this process are recorded by the Prefect server, without a heartbeat: its thread ends a second after its flow."""
    with temporary_settings({PREFECT_API_URL: settings.prefect_api_url, PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None,
                             PREFECT_API_AUTH_STRING: settings.prefect_auth.get_secret_value()}):
        yield


@dataclass
class World:
    """Buckets and a ledger of its own on the shared services."""

    env: dict[str, str] = field(default_factory=dict)
    forks: ClassVar[Forks]

    def run(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """One `saegim` command in this world, in a process of its own."""
        return _checked(self.forks.run(arguments, self._env), check)

    def command(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """The same as a shell runs it, from its first import to its last thread."""
        return self.execute([str(SAEGIM), *arguments], check)

    def flow(self, verb: str, *arguments: str) -> Any:
        """One verb's flow in this process: the quickest way, where it matters only what it leaves behind."""
        with self.inside():
            settings = load_settings()
            with recorded(settings):
                report = getattr(importlib.import_module(f"flows.{verb}"), verb)(*arguments)
        return report

    def killed(self, verb: str, target: str, when: str) -> None:
        """Runs a verb in a process that is killed with SIGKILL before or after its first call of ``module:name``."""
        done = self.forks.run(["run", verb], self._env, (target, when))
        assert done.returncode == -signal.SIGKILL, done.stdout + done.stderr

    def execute(self, command: list[str], check: bool = True) -> subprocess.CompletedProcess[str]:
        """Any program in this world."""
        return _checked(subprocess.run(command, cwd=ROOT, env=self._env, capture_output=True, text=True, timeout=1200,
                                       check=False), check)

    @contextlib.contextmanager
    def inside(self) -> Iterator[None]:
        """This process is in this world."""
        before = dict(os.environ)
        os.environ.update(self.env)
        try:
            yield
        finally:
            os.environ.clear()
            os.environ.update(before)

    @property
    def bench(self) -> Workbench:
        """The systems of this world."""
        with self.inside():
            return Workbench(load_settings())

    @property
    def _env(self) -> dict[str, str]:
        return {**os.environ, **WIDE, **self.env}


def _checked(done: subprocess.CompletedProcess[str], check: bool) -> subprocess.CompletedProcess[str]:
    assert not check or done.returncode == 0, done.stdout + done.stderr
    return done


def readings_by(ledger: Ledger, kind: str) -> dict[str, list[Reading]]:
    """All readings by people (``person:``) or models (``model:``), by image id, oldest first."""
    found: dict[str, list[Reading]] = {}
    with ledger.read() as connection:
        ids = list(connection.scalars(select(readings.c.reading_id).where(readings.c.reader.startswith(kind))
                                      .order_by(readings.c.revision, readings.c.reading_id)))
        by_id = readings_by_id(connection, ids)
    for reading_id in ids:
        found.setdefault(by_id[reading_id].image_id, []).append(by_id[reading_id])
    return found


def accepted(ledger: Ledger, annotation_config: str) -> dict[str, Reading]:
    """Accepted readings by image id."""
    chosen = {item.image_id: item.reading_id for item in candidates(ledger, [annotation_config])}
    with ledger.read() as connection:
        found = readings_by_id(connection, chosen.values())
    return {image_id: found[name] for image_id, name in chosen.items()}


def new_world(settings: Settings, ledger_url: str) -> World:
    """A world whose buckets are fresh."""
    name = secrets.token_hex(4)
    world = World({"SAEGIM_LEDGER_URL": ledger_url, "SAEGIM_SETTLE_SECONDS": "2",
                   **{f"SAEGIM_BUCKET_{bucket.upper()}": f"{bucket}-{name}" for bucket in BUCKETS}})
    ObjectStore(settings).ensure_buckets(f"{bucket}-{name}" for bucket in BUCKETS)
    let_label_studio_read(settings, f"images-{name}")
    empty_ledger(ledger_url)
    return world


def with_campaigns(world: World, folder: Path, *names: str) -> Path:
    """The world has campaigns of these names, besides those that it was given before. Returns the folder of their files."""
    campaigns = folder / "campaigns"
    campaigns.mkdir(parents=True, exist_ok=True)
    for name in names:
        values = {"name": name, "title": name, "first_day": "2026-01-01", "last_day": "2099-12-31"}
        (campaigns / f"{name}.yaml").write_text(yaml.safe_dump(values, allow_unicode=True), encoding="utf-8")
    world.env["SAEGIM_CAMPAIGNS"] = str(campaigns)
    return campaigns


def let_label_studio_read(settings: Settings, bucket: str) -> None:
    """Its key reads the stack's own bucket of images alone; a world has another one."""
    policy = {"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::000000000000:user/label-studio"}, "Action": "s3:GetObject",
        "Resource": f"arn:aws:s3:::{bucket}/*"}, {
        "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::000000000000:user/label-studio"}, "Action": "s3:ListBucket",
        "Resource": f"arn:aws:s3:::{bucket}"}]}
    ObjectStore(settings).set_policy(bucket, policy)


def with_shares(world: World, folder: Path, **changes: float) -> None:
    """The world labels with configs of its own: no second reader, no gold, a pre-label on each task, but for ``changes``."""
    shutil.copytree(ROOT / "annotation_configs", folder / "annotation_configs")
    for path in folder.glob("annotation_configs/*/config.yaml"):
        values = yaml.safe_load(path.read_text(encoding="utf-8"))
        values |= {"overlap": 0.0, "without_prelabel": 0.0, "gold": 0.0, **changes}
        path.write_text(yaml.safe_dump(values, allow_unicode=True), encoding="utf-8")
    world.env["SAEGIM_ANNOTATION_CONFIGS"] = str(folder / "annotation_configs")


@pytest.fixture
def world(stack: Settings, tmp_path: Path) -> World:
    """A fresh world on SQLite."""
    return new_world(stack, f"sqlite:///{tmp_path / 'ledger.db'}")


@pytest.fixture(scope="session")
def demo(stack: Settings) -> str:
    """What `make demo` prints at its first run on the shared services."""
    return World().execute([str(PYTHON), "-m", "apps.demo"]).stdout


@pytest.fixture(scope="session")
def pictures() -> Path:
    """Where screenshots go, to be looked at."""
    folder = Path(os.environ.get("SAEGIM_PICTURES", ROOT / ".saegim" / "pictures"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture
def page(stack: Settings) -> Iterator[Page]:
    """A browser page; Debian's Chromium."""
    if not CHROMIUM.exists():
        pytest.skip("Chromium is not installed: apt-get install chromium fonts-noto-cjk")
    expect.set_options(timeout=PATIENCE * 1000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=[
            "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"])
        page = browser.new_page(viewport={"width": 1500, "height": 950})
        page.set_default_timeout(PATIENCE * 1000)
        yield page
        browser.close()


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """URL of an empty PostgreSQL server of ours."""
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not programs:
        pytest.skip("PostgreSQL is not installed: apt-get install postgresql")
    bin_folder = programs[-1].parent
    folder = Path(tempfile.mkdtemp(prefix="saegim-postgres-"))
    as_user = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
    if as_user:
        shutil.chown(folder, "postgres")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    data = folder / "data"
    subprocess.run([*as_user, bin_folder / "initdb", "-D", data, "-U", "saegim", "--auth=trust", "--encoding=UTF8", "--no-sync"],
                   check=True, capture_output=True, cwd=folder)
    server = subprocess.Popen([*as_user, bin_folder / "postgres", "-D", data, "-p", str(port), "-k", folder, "-c", "fsync=off",
                               "-c", "listen_addresses=127.0.0.1", "-c", "shared_preload_libraries=pg_stat_statements"],
                              cwd=folder, stderr=subprocess.DEVNULL)
    url = f"postgresql://saegim@127.0.0.1:{port}/postgres"
    try:
        for _ in range(10 * PATIENCE):
            with contextlib.suppress(psycopg.OperationalError), psycopg.connect(url):
                break
            time.sleep(0.1)
        yield url
    finally:
        subprocess.run([*as_user, bin_folder / "pg_ctl", "-D", data, "stop", "-m", "immediate"], check=False, capture_output=True,
                       cwd=folder)
        server.wait(timeout=30)
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def postgres_url(postgres: str) -> str:
    """URL of an empty database that sorts as Korean does and tells times as Seoul does, as a team's server may."""
    name = f"w{secrets.token_hex(4)}"
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(f"create database {name} template template0 locale_provider icu icu_locale 'ko'")
        connection.execute(f"alter database {name} set timezone to 'Asia/Seoul'")
    return postgres.rsplit("/", 1)[0] + f"/{name}"

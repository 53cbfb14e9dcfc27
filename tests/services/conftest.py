"""The real services, once for all tests, on free ports and with a fresh state."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest
import yaml
from playwright.sync_api import Page, sync_playwright
from sqlalchemy import select

from apps.stack.services import BUCKETS, down, up
from datastore.ledger import Ledger
from datastore.ledger.readings import readings_by_id
from datastore.ledger.tables import readings
from datastore.objects import ObjectStore
from flows.settings import ROOT, Settings, load_settings
from flows.workbench import Workbench
from schemas.reading import Reading

SAEGIM = ROOT / ".venv" / "bin" / "saegim"
PYTHON = ROOT / ".venv" / "bin" / "python"
CHROMIUM = Path("/usr/bin/chromium")


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """SeaweedFS, Label Studio, Prefect and its workers, with a state folder of their own.

    SAEGIM_TEST_STACK names the state folder of a stack that runs already, for trying one test again and again.
    """
    running = os.environ.get("SAEGIM_TEST_STACK")
    home = Path(running) if running else tmp_path_factory.mktemp("작업 상태")
    before = dict(os.environ)
    for name in [name for name in os.environ if name.startswith(("SAEGIM_", "PREFECT_"))]:
        if name != "SAEGIM_LABEL_STUDIO_VENV":
            del os.environ[name]
    os.environ["SAEGIM_HOME"] = str(home)
    try:
        if not running:
            up(schedules=False)
        settings = load_settings()
        os.environ["PREFECT_API_URL"] = settings.prefect_api_url
        yield settings
    finally:
        if not running:
            down()
        os.environ.clear()
        os.environ.update(before)


@dataclass
class World:
    """Buckets and a ledger of its own on the shared services."""

    env: dict[str, str] = field(default_factory=dict)

    def run(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """One `saegim` command in this world."""
        return self._run([str(SAEGIM), *arguments], check)

    def killed(self, verb: str, target: str, when: str) -> None:
        """Runs a verb that is killed with SIGKILL before, in or after its first call of ``module:name``."""
        done = self._run([str(PYTHON), "-m", "tests.services.killed", verb, target, when], check=False)
        assert done.returncode == -9, done.stdout + done.stderr

    @property
    def bench(self) -> Workbench:
        """The systems of this world."""
        before = dict(os.environ)
        os.environ.update(self.env)
        try:
            return Workbench(load_settings())
        finally:
            os.environ.clear()
            os.environ.update(before)

    def _run(self, command: list[str], check: bool) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(command, cwd=ROOT, env={**os.environ, "COLUMNS": "200", **self.env}, capture_output=True,
                              text=True, timeout=300, check=False)
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


def new_world(settings: Settings, ledger_url: str) -> World:
    """A world whose buckets are fresh."""
    name = secrets.token_hex(4)
    world = World({"SAEGIM_LEDGER_URL": ledger_url, "SAEGIM_SETTLE_SECONDS": "2",
                   **{f"SAEGIM_BUCKET_{bucket.upper()}": f"{bucket}-{name}" for bucket in BUCKETS}})
    ObjectStore(settings).ensure_buckets(f"{bucket}-{name}" for bucket in BUCKETS)
    Ledger(ledger_url).migrate()
    return world


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
    return World()._run([str(PYTHON), "-m", "apps.demo"], check=True).stdout


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
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=[
            "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"])
        yield browser.new_page(viewport={"width": 1500, "height": 950})
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
                               "-c", "listen_addresses=127.0.0.1"], cwd=folder, stderr=subprocess.DEVNULL)
    url = f"postgresql://saegim@127.0.0.1:{port}/postgres"
    try:
        for _ in range(100):
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
    """URL of an empty database."""
    name = f"w{secrets.token_hex(4)}"
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(f'create database "{name}"')
    return postgres.rsplit("/", 1)[0] + f"/{name}"

"""The local stack of a benchmark's own, with a fresh state, and workbenches on it."""

from __future__ import annotations

import contextlib
import os
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from prefect.settings import PREFECT_API_AUTH_STRING, PREFECT_API_URL, PREFECT_LOGGING_LEVEL, temporary_settings

from apps.stack.seaweedfs import BUCKETS
from datastore.ledger import Ledger
from datastore.objects import ObjectStore
from workbench.bench import Workbench
from workbench.settings import ROOT, Settings, load_settings


@contextlib.contextmanager
def stack(schedules: bool = False) -> Iterator[Settings]:
    """Real services, gone afterwards; SAEGIM_BENCH_STACK names the state folder of a stack that runs already.

    Args:
        schedules: whether the verbs run on their schedules; a stack that runs already is as it is.
    """
    running = os.environ.get("SAEGIM_BENCH_STACK")
    with tempfile.TemporaryDirectory(prefix="saegim-bench-") as folder:
        os.environ["SAEGIM_HOME"] = running or folder
        try:
            if not running:
                _saegim("up", "--schedules" if schedules else "--no-schedules")
            settings = load_settings()
            auth = settings.prefect_auth.get_secret_value()
            os.environ |= {"PREFECT_API_URL": settings.prefect_api_url, "PREFECT_API_AUTH_STRING": auth}  # for its processes
            with temporary_settings({PREFECT_API_URL: settings.prefect_api_url, PREFECT_API_AUTH_STRING: auth,
                                     PREFECT_LOGGING_LEVEL: "ERROR"}):
                yield settings
        finally:
            if not running:
                _saegim("down")


def _saegim(*words: str) -> None:
    # The product's environment: that of the peers has none of its programs, and a stack's flows run without peers.
    subprocess.run([ROOT / ".venv" / "bin" / "saegim", *words], check=True, stdout=sys.stderr)


def workbench(settings: Settings, folder: Path, url: str = "", **changes: object) -> Workbench:
    """A workbench with buckets and a ledger of its own; ``url`` is Label Studio's, where it is not the stack's."""
    name = secrets.token_hex(4)
    buckets = {f"bucket_{bucket}": f"{bucket}-{name}" for bucket in BUCKETS}
    ledger_url = f"sqlite:///{folder / name}.db"
    ObjectStore(settings).ensure_buckets(buckets.values())
    Ledger(ledger_url).migrate()
    return Workbench(settings.model_copy(update={
        "label_studio_s3_access_key": None,  # it reads the stack's own bucket of images, not these
        **buckets, "ledger_url": ledger_url, "label_studio_url": url or settings.label_studio_url, **changes}))

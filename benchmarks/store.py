"""A SeaweedFS of the benchmark's own, in a temporary folder, on free ports."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from pydantic import SecretStr

from datastore.ledger import Ledger
from datastore.objects import ObjectStore
from schemas.errors import SaegimError
from workbench.bench import Workbench
from workbench.settings import ROOT, Settings

BUCKETS = ("raw", "images", "datasets")


@contextlib.contextmanager
def workbench() -> Iterator[Workbench]:
    """A workbench whose object storage and ledger are gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="saegim-bench-") as folder:
        ports = {name: free_port() for name in ("master", "volume", "filer", "s3")}
        weed = Path(ROOT / ".venv" / "bin" / "weed")
        server = subprocess.Popen(
            [weed, "mini", f"-dir={folder}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1",
             *(f"-{name}.port={port}" for name, port in ports.items()), "-admin.ui=false", "-webdav=false",
             "-s3.port.iceberg=0", "-s3.port.lance=0", "-master.telemetry=false"],
            env={**os.environ, "AWS_ACCESS_KEY_ID": "bench", "AWS_SECRET_ACCESS_KEY": "bench-secret", "S3_BUCKET": "raw"},
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            settings = Settings(_env_file=None, s3_endpoint=f"http://127.0.0.1:{ports['s3']}", s3_access_key=SecretStr("bench"),
                                s3_secret_key=SecretStr("bench-secret"), ledger_url=f"sqlite:///{folder}/ledger.db")
            _wait(settings)
            Ledger(settings.ledger).migrate()
            yield Workbench(settings)
        finally:
            server.terminate()
            server.wait(30)


def _wait(settings: Settings) -> None:
    for _ in range(120):
        with contextlib.suppress(SaegimError):
            ObjectStore(settings).ensure_buckets(BUCKETS)
            return
        time.sleep(0.5)
    sys.exit("SeaweedFS did not start")


def free_port() -> int:
    """A port on which nobody listens, nor on the one 10,000 above it."""
    while True:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = int(probe.getsockname()[1])
        if port < 55_000:  # gRPC takes each port + 10000
            return port

"""The portal's own process over a workbench of the benchmarks."""

from __future__ import annotations

import sys
import time

import httpx

from workbench.bench import Workbench


def portal_environment(bench: Workbench, url: str) -> dict[str, str]:
    """What the portal's process, and its reader's, have to be told of a workbench; their address is ``url``."""
    settings = bench.settings
    assert settings.s3_access_key and settings.s3_secret_key
    return {"SAEGIM_LEDGER_URL": settings.ledger, "SAEGIM_S3_ENDPOINT": settings.s3_endpoint or "", "SAEGIM_PORTAL_URL": url,
            "SAEGIM_S3_ACCESS_KEY": settings.s3_access_key.get_secret_value(),
            "SAEGIM_S3_SECRET_KEY": settings.s3_secret_key.get_secret_value()}


def wait_for_portal(url: str) -> None:
    """Until it answers, two minutes at most."""
    for _ in range(240):
        try:
            if httpx.get(f"{url}/health").is_success:
                return
        except httpx.TransportError:
            time.sleep(0.5)
    sys.exit("the portal did not start")

"""Prefect's client for questions beside the work: a server that does not answer must not keep a run from its leases."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from prefect.client import orchestration
from prefect.settings import PREFECT_API_REQUEST_TIMEOUT, PREFECT_CLIENT_MAX_RETRIES, temporary_settings

SECONDS = 5.0
"""Seconds for one answer; Prefect's own client waits a minute, and asks six times."""


@contextmanager
def quick_client() -> Iterator[orchestration.SyncPrefectClient]:
    """A client that waits a moment and asks once; so do all that are made within."""
    with temporary_settings({PREFECT_API_REQUEST_TIMEOUT: SECONDS, PREFECT_CLIENT_MAX_RETRIES: 0}), \
            orchestration.get_client(httpx_settings={"timeout": SECONDS}, sync_client=True) as client:
        yield client

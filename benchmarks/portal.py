"""The portal: a hundred people sending at once, the demo page's answers."""

from __future__ import annotations

from benchmarks import portal_sending, portal_trial
from benchmarks.figures import Figure


def run() -> list[Figure]:
    """Sending with ingest beside it and without, and photographs on the demo page."""
    return [*portal_sending.run(), *portal_trial.run()]

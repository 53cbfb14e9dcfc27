"""The portal: a hundred people sending at once, the board of ten thousand, the demo page's answers."""

from __future__ import annotations

from benchmarks import portal_board, portal_sending, portal_trial
from benchmarks.figures import Figure


def run() -> list[Figure]:
    """Sending with ingest beside it and without, the board, and photographs on the demo page."""
    return [*portal_sending.run(), *portal_board.rows(), *portal_trial.run()]

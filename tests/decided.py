"""A manager's word in tests that are about something else."""

from __future__ import annotations

from datastore.ledger.duplicates import find
from schemas.decision import Decision
from schemas.submission import Said
from workbench.bench import Workbench
from workbench.ingest.deciding import decide, look_ahead


def say(bench: Workbench, kind: Said, name: str, other: str = "") -> None:
    """Takes a decision about submissions by their keys, ids or images."""
    one, two = (find(bench.ledger, given).submission_id if given else "" for given in (name, other))
    decide(bench, look_ahead(bench.ledger, Decision(0, kind, one, two)))

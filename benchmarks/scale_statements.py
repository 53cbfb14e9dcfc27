"""What PostgreSQL is asked for an image: counted by the server itself, whatever a driver makes of one call."""

from __future__ import annotations

import os
from collections.abc import Callable

from benchmarks.figures import Figure
from benchmarks.postgres import Statements, counted, new_database, postgres
from benchmarks.store import workbench
from benchmarks.tiny_pictures import send_tiny
from datastore.ledger import Ledger
from datastore.objects import ObjectStore
from workbench.bench import Workbench
from workbench.ingest.take_in import take_in
from workbench.prelabel.read_images import read_images

IMAGES = int(os.environ.get("SAEGIM_BENCH_STATEMENTS", "1000"))
MOST = 8
SHOWN = 5
"""Statements that are shown, of those asked most often."""
MODEL = "ppocr-v6-small"


def run() -> list[Figure]:
    """A thousand images through ingest and prelabel, and an ingest that finds nothing; beside each what is asked most often."""
    with workbench() as opened, postgres() as server:
        url = new_database(server, "counted")
        Ledger(url).migrate()
        ObjectStore(opened.settings).ensure_buckets(["models"])
        bench = Workbench(opened.settings.model_copy(update={"ledger_url": url, "model": MODEL}))
        send_tiny(bench.objects, bench.settings.bucket_raw, "demo", IMAGES)
        ingest = _asked(url, lambda: take_in(bench))
        again = _asked(url, lambda: take_in(bench))
        prelabel = _asked(url, lambda: read_images(bench))
    both = (ingest.total + prelabel.total) / IMAGES
    return [
        _figure("ingest", ingest), _figure("prelabel", prelabel),
        Figure(f"statements an image on PostgreSQL, ingest and prelabel of {IMAGES:,}", f"{both:.2f}", "", "", f"≤ {MOST}",
               both <= MOST),
        Figure("statements of an ingest that finds nothing new", f"{again.total:,}"),
    ]


def _asked(url: str, verb: Callable[[], object]) -> Statements:
    with counted(url) as found:
        verb()
    return found


def _figure(verb: str, asked: Statements) -> Figure:
    most = "; ".join(f"{calls:,} × {' '.join(query.split())[:60]}" for query, calls in list(asked.calls.items())[:SHOWN])
    return Figure(f"statements an image of {verb}", f"{asked.total / IMAGES:.2f}", most)

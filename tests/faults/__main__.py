"""`python -m tests.faults`: plays seeds on services of its own, ours and then the naive pipeline, and writes docs/faults.md.

Where SAEGIM_TEST_STACK names the state folder of a stack that runs already, that one is used. Records of seeds stay in a folder:
the page is made of all that are there.
"""

from __future__ import annotations

import argparse
import contextlib
import functools
import json
import os
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from benchmarks.postgres import postgres
from tests.faults.page import page
from tests.faults.session import Record, Stage, play, stage
from tests.services.conftest import PYTHON, ours, start
from workbench.settings import ROOT, load_settings

PAGE = ROOT / "docs" / "faults.md"


def main() -> int:
    """Plays seeds; 1 where an invariant was violated."""
    options = argparse.ArgumentParser(prog="make faults", description=__doc__)
    options.add_argument("--seeds", default="1-8", help="such as 1-8, or 3,7; empty for none")
    options.add_argument("--rounds", type=int, default=3, help="of all verbs, for each seed")
    options.add_argument("--naive", default="1-4", help="seeds of the naive pipeline; empty for none")
    options.add_argument("--minutes", type=float, default=120.0, help="after these no round begins")
    options.add_argument("--no-page", action="store_true", help="docs/faults.md stays as it is")
    options.add_argument("--records", type=Path, default=ROOT / ".saegim" / "faults", help="folder of the records")
    given = options.parse_args()
    given.records.mkdir(parents=True, exist_ok=True)
    until = time.monotonic() + 60 * given.minutes
    violated = 0
    with running_stack(), postgres() as server, stage(load_settings(), server, PYTHON, ROOT) as on:
        violated = sum(len(record.violations) for record in _played(on, given.seeds, "ours", given, until))
        for _ in _played(on, given.naive, "naive", given, until):
            pass
    if not given.no_page:
        PAGE.write_text(page(given.records), encoding="utf-8")
        print(f"{PAGE.relative_to(ROOT)} is made of the records in {given.records}")
    return 1 if violated else 0


def _played(on: Stage, seeds: str, pipeline: str, given: argparse.Namespace, until: float) -> Iterator[Record]:
    """Plays seeds one after the other, and keeps and tells what came of each."""
    for seed in numbers(seeds):
        if time.monotonic() > until:
            print("The time is over.")
            return
        file = given.records / f"{pipeline}-{seed}.json"
        record = play(on, seed, given.rounds, pipeline, until, functools.partial(_keep, file))
        print(line(record), flush=True)
        yield record


def _keep(file: Path, record: Record) -> None:
    file.write_text(json.dumps(asdict(record), ensure_ascii=False, indent=1), encoding="utf-8")


@contextlib.contextmanager
def running_stack() -> Iterator[None]:
    """Services with a state of their own, or those that SAEGIM_TEST_STACK names; the environment says where they are."""
    named = os.environ.get("SAEGIM_TEST_STACK")
    starting = None if named else start()
    try:
        if starting:
            starting.wait()
        environment = ours({"SAEGIM_HOME": named or str(starting and starting.home)})
        os.environ.clear()
        os.environ.update(environment)
        yield
    finally:
        if starting:
            starting.stop()


def line(record: Record) -> str:
    """One seed in words, with what was violated and what nobody had foreseen."""
    head = (f"seed {record.seed} ({record.pipeline}, {record.ledger}): {len(record.faults)} faults in {record.rounds} rounds, "
            f"{record.completed} of {record.runs} runs came to their end, {len(record.violations)} violations, "
            f"{record.seconds:.0f} s")
    told = [f"  VIOLATED in round {number}: {what}" for what, number in record.violations.items()]
    return "\n".join([head, *told[:20], *(f"  unforeseen: {name}" for name in record.unforeseen)])


def numbers(text: str) -> list[int]:
    """The seeds that a text names, such as ``1-3,7``."""
    found: list[int] = []
    for part in filter(None, text.split(",")):
        first, _, last = part.partition("-")
        found += range(int(first), int(last or first) + 1)
    return found


if __name__ == "__main__":
    sys.exit(main())

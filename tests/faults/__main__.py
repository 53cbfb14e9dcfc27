"""`python -m tests.faults`: plays seeds against a stack that runs, and writes what came of each into a folder."""

from __future__ import annotations

import argparse
import json
import sys
import time
from dataclasses import asdict
from pathlib import Path

from tests.faults.session import Record, play, stage
from workbench.settings import ROOT, load_settings


def main() -> int:
    """Plays seeds; 1 where an invariant was violated."""
    options = argparse.ArgumentParser(prog="tests.faults", description=__doc__)
    options.add_argument("--seeds", default="1-12", help="such as 1-12, or 3,7")
    options.add_argument("--rounds", type=int, default=6, help="rounds of all verbs a seed")
    options.add_argument("--pipeline", choices=("ours", "naive"), default="ours")
    options.add_argument("--postgres", default="", help="URL of a PostgreSQL server for the ledgers of odd seeds")
    options.add_argument("--minutes", type=float, default=60.0, help="after these no round begins")
    options.add_argument("--to", type=Path, default=ROOT / ".saegim" / "faults", help="folder of the records")
    given = options.parse_args()
    given.to.mkdir(parents=True, exist_ok=True)
    until = time.monotonic() + 60 * given.minutes
    violated = 0
    with stage(load_settings(), given.postgres or None, Path(sys.executable), ROOT) as on:
        for seed in numbers(given.seeds):
            if time.monotonic() > until:
                print("The time is over.")
                break
            record = play(on, seed, given.rounds, given.pipeline, until)
            (given.to / f"{given.pipeline}-{seed}.json").write_text(json.dumps(asdict(record), ensure_ascii=False, indent=1),
                                                                   encoding="utf-8")
            print(line(record), flush=True)
            violated += len(record.violations)
    return 1 if violated and given.pipeline == "ours" else 0


def line(record: Record) -> str:
    """One seed in words, with what was violated and what nobody had foreseen."""
    head = (f"seed {record.seed} ({record.pipeline}, {record.ledger}): {len(record.faults)} faults in {record.rounds} rounds, "
            f"{record.completed} of {record.runs} runs came to their end, {len(record.violations)} violations, "
            f"{record.seconds:.0f} s")
    told = [f"  VIOLATED in round {number}: {what}" for what, number in record.violations.items()]
    return "\n".join([head, *told[:20], *(f"  unforeseen: {name}" for name in record.unforeseen)])


def numbers(text: str) -> list[int]:
    """The seeds that a text names."""
    found: list[int] = []
    for part in text.split(","):
        first, _, last = part.partition("-")
        found += range(int(first), int(last or first) + 1)
    return found


if __name__ == "__main__":
    sys.exit(main())

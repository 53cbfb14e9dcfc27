"""One worker of the part ``workers``: a process with a share of a core that does a verb when it is told to."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from benchmarks.half_cores import join
from workbench.bench import Workbench, open_workbench
from workbench.ingest.take_in import take_in
from workbench.prelabel.read_images import read_images

VERBS: dict[str, Callable[[Workbench], object]] = {"ingest": take_in, "prelabel": read_images}


def main(verb: str, group: Path) -> None:
    """Joins the group, says that it is ready, waits for a line, works, and says how that ended."""
    join(group)
    bench = open_workbench()
    bench.ledger.check()
    print("ready", flush=True)
    sys.stdin.readline()
    print(VERBS[verb](bench), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))

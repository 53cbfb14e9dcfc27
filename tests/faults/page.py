"""docs/faults.md, made of what runs of the harness left: what was put in, where, and what became of the invariants."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from tests.faults.covered import COVERED
from tests.faults.plan import Kind

INVARIANTS = {
    "I1": "every raw object has exactly one ending, and that of its own bytes",
    "I2": "one task a project and subject; Label Studio and the ledger name the same ones",
    "I3": "no manifest names a file that is missing or has another hash",
    "I4": "all verbs again change nothing: tables, objects, tasks",
    "I5": "every submitted annotation is a reading; every accepted reading is released or listed as left out",
    "I6": "no EXIF, XMP, GPS, IPTC or comment in a canonical picture",
    "I7": "what was published stays as it is, byte for byte",
    "D4": "no row names bytes that are not there, and each picture is what it is named after",
    "recovery": "every verb comes to its end once nothing fails any more",
    "hang": "no run takes longer than 90 s",
    "crash": "no process ends by a signal that nobody sent",
}
KILLS = (Kind.KILL_BEFORE.value, Kind.KILL_AFTER.value)
HEAD = """# Faults

What happens to Saegim when its services fail, its processes are killed and its disk is full, and what must be true
afterwards. This page is made by `make faults`; the harness is `tests/faults/`. A sample of it is part of `make test`
(`tests/services/test_faults.py`).

```
make faults                 # all seeds, on services of its own: half an hour on two quiet cores
make faults SEEDS=7         # one seed again
```

## How it is done

A seed makes a world: two campaigns, an own set of buckets, an own ledger (even seeds on SQLite, odd ones on
PostgreSQL), an own project in a real Label Studio, a small model, a dataset. In each round new pictures are sent
(some again, some edited, some broken, some with a place in their EXIF), and each verb runs in processes of its own:
thrice it is killed with SIGKILL at one of its calls; then it meets faults that may pass, twice where it did not come to
its end; then it runs without any, which must go well. Between the process and S3, Label Studio and PostgreSQL stand
proxies that know whole requests and statements. After each verb I2, I3, I6, I7 and D4 are looked at in the real
systems; after every third round people answer all tasks, all verbs run without faults until there is nothing new,
which must change nothing (I4), and all invariants are looked at.

**What is counted.** A fault counts when a request, a statement or a process has met it: what a run no longer comes to
is not counted. A storm of 503 and an outage are one fault each; the requests that they turn away beside the first are
told apart. Waits are shortened in the harness's processes alone (`tests/faults/hurry.py`): 4 s of patience in place
of 300, 3 s for an answer of Label Studio in place of 60; nothing else of the product is changed. The plan of a seed
is the same every time; which request is the n-th depends on threads, so that a run may meet a fault at a neighbour of
the request that it met before.
"""


def read(folder: Path, pipeline: str) -> list[dict[str, Any]]:
    """The records of a pipeline, by seed."""
    found = [json.loads(path.read_text(encoding="utf-8")) for path in folder.glob(f"{pipeline}-*.json")]
    return sorted(found, key=lambda item: int(item["seed"]))


def page(folder: Path) -> str:
    """The page.

    Args:
        folder: of the records, ``ours-3.json`` and ``naive-3.json``.
    """
    ours, naive = read(folder, "ours"), read(folder, "naive")
    parts = [HEAD, *_result(ours, naive), *_faults(ours), *_kills(ours), *_seeds(ours), *_naive(naive), *_covered()]
    return "\n".join(parts).rstrip() + "\n"


def table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    """A table in Markdown."""
    return ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads),
            *("| " + " | ".join(str(item).replace("|", "\\|") for item in row) + " |" for row in rows), ""]


def of_kind(records: Sequence[dict[str, Any]]) -> Counter[str]:
    """How many violations there are of each invariant; each thing that is wrong counts once a seed."""
    return Counter(what.partition(" ")[0] for record in records for what in record["violations"])


def _sum(records: Sequence[dict[str, Any]]) -> int:
    return sum(len(record["faults"]) for record in records)


def _result(ours: Sequence[dict[str, Any]], naive: Sequence[dict[str, Any]]) -> list[str]:
    mine, theirs = of_kind(ours), of_kind(naive)
    runs, ended = (sum(record[name] for record in ours) for name in ("runs", "completed"))
    unforeseen = sorted({name for record in ours for name in record["unforeseen"]})
    told = ["## What came of it", "",
            f"**{_sum(ours):,} faults over {len(ours)} seeds, {sum(mine.values())} violations.** {runs:,} runs met them, of "
            f"which {ended:,} came to their end all the same; the others were killed, or ended with an error that says what to "
            f"do. {sum(record['refused'] for record in ours):,} further requests were turned away by storms and outages. "
            f"The naive pipeline had {_sum(naive):,} faults over {len(naive)} seeds, and {sum(theirs.values())} violations.", "",
            *table(("invariant", "", "Saegim", "naive"),
                   [(name, said, mine[name], theirs[name] if name not in ("D4",) else "–") for name, said in INVARIANTS.items()])]
    if any(mine.values()):
        told += ["Violations:", "", *(f"- seed {record['seed']}, round {number}: {what[:300]}" for record in ours
                                      for what, number in record["violations"].items()), ""]
    told += [f"Errors that nobody had foreseen, which are told as a mistake in Saegim: {len(unforeseen)}.", ""]
    return [*told, *(f"- {name[:300]}" for name in unforeseen), *([""] if unforeseen else [])]


def _faults(ours: Sequence[dict[str, Any]]) -> list[str]:
    found: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    verbs = list(dict.fromkeys(fault["verb"] for record in ours for fault in record["faults"]))
    for record in ours:
        for fault in record["faults"]:
            found[fault["service"], fault["kind"]][fault["verb"]] += 1
    rows = [(service, kind, count.total(), *(count[verb] or "" for verb in verbs))
            for (service, kind), count in sorted(found.items(), key=lambda item: (item[0][0], -item[1].total()))]
    services = Counter(fault["service"] for record in ours for fault in record["faults"])
    return ["## The faults", "", ", ".join(f"{name} {count:,}" for name, count in services.most_common()) + ".", "",
            *table(("where", "what", "all", *verbs), rows)]


def _kills(ours: Sequence[dict[str, Any]]) -> list[str]:
    found: dict[tuple[str, str], dict[str, set[tuple[int, str]]]] = defaultdict(lambda: defaultdict(set))
    for record in ours:
        for fault in record["faults"]:
            if fault["kind"] in KILLS:
                found[fault["verb"], fault["service"]][fault["kind"]].add((fault["at"], fault["what"]))
    rows = []
    for (verb, service), kinds in found.items():
        before, after = (kinds.get(name, set()) for name in KILLS)
        rows.append((verb, service, len(before), len(after), max(at for at, _ in before | after)))
    return ["## Where runs were killed", "", "Calls before and after which a verb was killed with SIGKILL, each counted once; "
            "the last column is the number of the latest of them in its run. They lie evenly over a run; further seeds come to "
            "calls between them.", "",
            *table(("verb", "calls to", "before", "after", "up to call"), rows)]


def _seeds(ours: Sequence[dict[str, Any]]) -> list[str]:
    rows = [(record["seed"], record["ledger"], record["rounds"], len(record["faults"]), record["runs"], record["completed"],
             len(record["violations"]), f"{record['seconds']:.0f} s") for record in ours]
    return ["## The seeds", "", *table(("seed", "ledger", "rounds", "faults", "runs", "of them to the end", "violations", "time"),
                                       rows)]


def _naive(naive: Sequence[dict[str, Any]]) -> list[str]:
    examples: dict[str, str] = {}
    for record in naive:
        for what in record["violations"]:
            examples.setdefault(what.partition(" ")[0], what)
    return ["## The naive pipeline", "", "`tests/faults/naive.py` is what one writes in an afternoon: it lists, downloads, opens "
            "with Pillow, imports in bulk, exports JSON to Parquet, tries each step three times, skips what is done and writes "
            "its manifest last. It is under plans of the same seeds, without a ledger's faults, for it has none, and without two "
            "runs at once. That it keeps comments (I6) is Pillow's doing and no fault's. One example of each kind of "
            "violation:", "",
            *(f"- {what[:240]}" for what in examples.values()), ""]


def _covered() -> list[str]:
    return ["## What is tried where", "", "The faults that are worth trying, and where each is tried: by this harness, or by a "
            "test that goes further than it can.", "", *table(("fault", "where"), COVERED)]

"""What a benchmark reports, and how it is shown."""

from __future__ import annotations

import os
import platform
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

ROUNDS = 5


@dataclass(frozen=True, slots=True)
class Figure:
    """One row of the table. ``target`` is what the project promised, in words; ``met`` is None where nothing was."""

    name: str
    ours: str
    peer: str = ""
    ratio: str = ""
    target: str = ""
    met: bool | None = None


def interleaved(ours: Callable[[], object], peer: Callable[[], object], *, cpu: bool = False,
                rounds: int = ROUNDS) -> tuple[float, float, list[float]]:
    """Times two functions in turn, so that a busy neighbour harms both.

    Args:
        ours: the product's way.
        peer: the other's.
        cpu: CPU seconds of this process and its ended children instead of wall-clock seconds.
        rounds: how often each runs.

    Returns:
        Median seconds of ours, of the peer's, and peer/ours of each round.
    """
    clock = _cpu if cpu else time.perf_counter
    mine: list[float] = []
    theirs: list[float] = []
    for number in range(rounds):
        for function, times in ((ours, mine), (peer, theirs)) if number % 2 == 0 else ((peer, theirs), (ours, mine)):
            started = clock()
            function()
            times.append(clock() - started)
    return statistics.median(mine), statistics.median(theirs), [b / a for a, b in zip(mine, theirs, strict=True)]


def faster(name: str, unit: str, per: int, times: tuple[float, float, list[float]], target: float | None) -> Figure:
    """A row on how much faster ours is: ``per`` items a run, ``unit`` a second."""
    ours, peer, ratios = times
    ratio = statistics.median(ratios)
    return Figure(name, f"{per / ours:,.1f} {unit}", f"{per / peer:,.1f}", f"{ratio:.2f} ({min(ratios):.2f}–{max(ratios):.2f})",
                  f"≥ {target:g} ×" if target else "", ratio >= target if target else None)


def show(title: str, figures: Sequence[Figure]) -> None:
    """Prints a table to the terminal."""
    table = Table(title=title)
    for heading in ("figure", "ours", "peer", "ratio (spread)", "target", "met"):
        table.add_column(heading, overflow="fold")
    for item in figures:
        table.add_row(item.name, item.ours, item.peer, item.ratio, item.target,
                      {True: "[green]yes[/]", False: "[red]NO[/]", None: ""}[item.met])
    Console(width=None if sys.stdout.isatty() else 160).print(table)


def write(path: Path, results: dict[str, Sequence[Figure]]) -> None:
    """Writes all tables as Markdown."""
    lines = ["# Benchmarks", "", "Written by `make bench`; every row was taken in one run with its peer, in turn. "
             f"Machine: {os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}.", ""]
    for name, figures in results.items():
        lines += [f"## {name}", "", "| figure | ours | peer | ratio (spread) | target | met |", "|---|---|---|---|---|---|"]
        lines += [f"| {item.name} | {item.ours} | {item.peer} | {item.ratio} | {item.target} | "
                  f"{ {True: 'yes', False: '**no**', None: ''}[item.met] } |" for item in figures]
        lines.append("")
    path.write_text("\n".join(lines), encoding="utf-8")


def _cpu() -> float:
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system

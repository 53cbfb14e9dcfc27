"""saegim trace: the life of a photograph, an image, a region, a task, a reading or an annotation across all systems."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from typing import Any

import typer
from rich.console import Console

from pages.trace_words import KINDS, NO_TIME, event_words, fate_words, run_words
from saegim.tables import Table, print_table
from schemas.shown_text import visible
from schemas.trace import Trace, TracedRegion, TraceEvent
from workbench.bench import open_workbench
from workbench.trace.gather import trace as trace_of

console = Console()
MOST_REGIONS = 12
"""Regions that are told where nobody asked for one, nor for all."""
SHORT = 12


def trace(
    name: str = typer.Argument(help="Id, or its beginning, of a submission, an image, a region or a reading; a key; task:12 or "
                                    "annotation:34; a row of a release, scene-text@3/IMAGE.", metavar="ID"),
    people: bool = typer.Option(False, "--people", help="Names of people in place of their pseudonyms."),
    every_region: bool = typer.Option(False, "--regions", help="Tell all regions, however many there are."),
    as_json: bool = typer.Option(False, "--json", help="Print it for programs."),
) -> None:
    """Tell the life of one thing across all systems, from the photograph to the figures of a model.

    Example:  saegim trace spring/kim/IMG_1.jpg
    """
    found = trace_of(open_workbench(), name, people=people)
    if as_json:
        print(json.dumps(as_plain(found), ensure_ascii=False, indent=1, default=str))
        return
    print_trace(found, every_region)


def as_plain(found: Trace) -> dict[str, Any]:
    """A trace as plain values, with the sentence of each event; of a run what names it."""
    events = [{"at": event.at.isoformat() if event.at else None, "step": str(event.step), "says": event_words(event).en,
               "facts": dict(event.facts), "asked": event.asked,
               "run": {"verb": event.run.verb, "name": event.run.name, "id": event.run.run_id} if event.run else None}
              for event in found.events]
    return {**asdict(replace(found, events=())), "events": events}


def print_trace(found: Trace, every_region: bool = False) -> None:
    """Prints a trace: what it is of, its events, its regions."""
    name = found.name
    of = f" of image {found.image.image_id}" if found.image and name.name != found.image.image_id else ""
    rows = tuple((f"{event.at:%Y-%m-%d %H:%M:%S}" if event.at else NO_TIME.en, _says(event), run_words(event))
                 for event in found.events)
    note = "" if not any(event.asked for event in found.events) else f"▸ is about {name.kind} {name.name} itself."
    print_table(console, Table(f"{KINDS[name.kind].en} {name.name}{of}", ("when (UTC)", "what", "run"), rows, 3, note))
    asked = [region for region in found.regions if region.asked]
    shown = asked or (found.regions if every_region else found.regions[:MOST_REGIONS])
    if shown:
        left = len(found.regions) - len(shown)
        rows = tuple(row for region in shown for row in _rows(region))
        print_table(console, Table("Regions", ("region", "who", "text"), rows, 3,
                                   f"… and {left:,} more: --regions shows them" if left and not asked else ""))


def _says(event: TraceEvent) -> str:
    return ("▸ " if event.asked else "") + visible(event_words(event).en)


def _rows(region: TracedRegion) -> list[tuple[str, str, str]]:
    told = [(text.reader, visible(text.text) if text.legible else "(illegible)") for text in region.texts]
    told += [(f"{fate.reader} on {fate.release}", visible(fate_words(fate).en)) for fate in region.fates]
    names = [region.region_id, *([f"was {region.replaces}"] if region.replaces else [])]
    return [(names[number] if number < len(names) else "", who, text) for number, (who, text) in enumerate(told)]

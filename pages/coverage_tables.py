"""Terminal tables on what a recipe asks of its release: groups by slice, and crossings with their empty and thin cells."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pages.card_coverage import in_words, shown
from saegim.tables import Table
from schemas.recipes.coverage import Coverage
from stages.export.counts import Counts
from stages.export.coverage import crossings_covered, slices_covered
from stages.export.least import GroupsAsked


def asked_table(asked: Sequence[GroupsAsked]) -> Table:
    """Groups that splits are to have."""
    return Table("Groups of pictures that a split is to have", ("split", "slice", "", "asked for", "has", "in all splits"), tuple(
        (item.split, item.slice, "" if item.there >= item.wanted else "too few", f"{item.wanted:,}", f"{item.there:,}",
         f"{item.groups:,}") for item in asked), left=3)


def coverage_tables(asked: Coverage, counts: Counts, splits: Sequence[str]) -> list[str | Table]:
    """Slices and crossings of a recipe's ``coverage``.

    Args:
        asked: the recipe's.
        counts: of the samples.
        splits: in the order of the numbers in a cell.
    """
    found: list[str | Table] = []
    if slices := slices_covered(asked, counts, splits):
        found.append(Table(f"Slices that should have {asked.least:,} regions", ("slice", "", *splits), tuple(
            (item.names[0], item.enough.value, *(f"{count:,}" for count in item.regions)) for item in slices), left=2))
    for crossing in crossings_covered(asked, counts, splits):
        one, other = crossing.crossing
        found.append(Table(f"{one} × {other}, regions in {' · '.join(splits)} (∅ empty, △ fewer than {asked.least:,})",
                           (one, *(cell.names[1] for cell in crossing.rows[0])),
                           tuple((row[0].names[0], *map(shown, row)) for row in crossing.rows)))
        found.append(in_words(crossing))
    return found


def coverage_to_json(asked: Coverage, counts: Counts, splits: Sequence[str]) -> dict[str, Any]:
    """The same for programs; its arguments are those of ``coverage_tables``."""
    return {
        "least": asked.least,
        "slices": [{"slice": item.names[0], "regions": dict(zip(splits, item.regions, strict=True)), "enough": item.enough.value}
                   for item in slices_covered(asked, counts, splits)],
        "crossings": [{"attributes": list(found.crossing), "cells": [
            {"values": list(cell.names), "regions": dict(zip(splits, cell.regions, strict=True)), "enough": cell.enough.value}
            for row in found.rows for cell in row]} for found in crossings_covered(asked, counts, splits)],
    }

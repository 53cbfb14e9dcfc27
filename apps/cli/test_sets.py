"""saegim datasets plan --from-slices: how large test sets of slices have to be, and what they leave to learn from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from saegim.tables import Table
from schemas.recipes.slices import EVERYTHING_IS
from stages.export.least import MOST
from stages.export.sizes_needed import ALIKE, DIFFERENT, SizeNeeded


def table_of_sizes(found: Sequence[SizeNeeded], points: float) -> Table:
    """The table, a row a slice."""
    rows = tuple((item.sizes.slice, f"{item.groups:,}", f"{item.sizes.free:,}", f"{item.sizes.images:,}",
                  f"{sum(item.sizes.regions):,}", f"{item.effect:.2f}", f"{item.paired:,}", f"{item.unpaired:,}",
                  f"{item.left:,}") for item in found)
    return Table(f"To see a change of {points:g} points", (
        "slice", "groups", "of them in no split", "images", "regions", "design effect", "groups needed, same pictures",
        "groups needed, other pictures", "groups left"), rows)


def sentences_on_sizes(found: Sequence[SizeNeeded]) -> list[str]:
    """What a person has to know to read the table."""
    said = ["A group is pictures that belong together. Two-sided at 5 %, 80 % power, of the share of regions read right (it "
            "does for the CER too). Same pictures: both models read them, and one of the two alone is right on "
            f"{100 * DIFFERENT:g} % of the regions. Regions of a group are taken to be alike by {ALIKE:g}. docs/slices.md has "
            "the formulas."]
    said += [f"{item.sizes.slice}: {item.lacking:,} more groups have to come in, for at most {100 * MOST:g} % of a slice's "
             "groups are brought into a test set." for item in found if item.lacking]
    return said


def recipe_lines(found: Sequence[SizeNeeded], split: str) -> str:
    """Lines of a dataset recipe that asks for so many groups."""
    asked = ", ".join(f"{item.sizes.slice}: {item.paired}" for item in found)
    return f"least:\n  {split}: {{{asked}}}\nfrozen: [{split}]"


def sizes_to_json(found: Sequence[SizeNeeded], points: float, split: str) -> dict[str, Any]:
    """The same for programs."""
    return {"points": points, "split": split, "recipe": recipe_lines(found, split), "slices": [
        {"slice": item.sizes.slice, "groups": item.groups, "free": item.sizes.free, "images": item.sizes.images,
         "regions": sum(item.sizes.regions), "design_effect": round(item.effect, 4), "groups_needed": item.paired,
         "groups_needed_other_pictures": item.unpaired, "groups_left": item.left, "groups_lacking": item.lacking}
        for item in found]}


def slices_asked(text: str) -> list[str]:
    """Names that stand in one option, with commas between them; each once, in order."""
    return list(dict.fromkeys(name.strip() for name in text.split(",") if name.strip())) or [EVERYTHING_IS]

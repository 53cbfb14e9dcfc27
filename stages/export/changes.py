"""What a recipe changed since the newest release, what follows from it, and what of that needs a word of consent."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

from schemas.recipes.dataset import DROP, GROUPS, SALT, SHARES, THAW, Dataset
from schemas.sample import Before, LeftOut
from stages.export.plan import REASONS

TOLD_APART = ("name", "agreed", "splits", "salt", "groups", "frozen")
"""Keys of a recipe that are spoken of in words of their own, or in none."""
LONGEST = 60


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that is not as the newest release had it.

    Attributes:
        said: what changed and what follows, in words and numbers.
        word: what the recipe has to agree to, such as ``drop test``; empty where it needs no consent.
        back: how to take the change back; empty where it needs no consent.
    """

    said: str
    word: str = ""
    back: str = ""


def changes(recipe: Dataset, parent: Dataset, regrouped: int, before: Mapping[str, Before],
            frozen: AbstractSet[str]) -> list[Change]:
    """What a recipe changed: first what it has to agree to, then the rest.

    Args:
        recipe: as it is now.
        parent: as it was when the newest release was made.
        regrouped: samples that are in another group than the parent says.
        before: images of earlier releases.
        frozen: splits that are frozen by what they hold.
    """
    held = Counter(known.split for known in before.values() if known.held)
    found = [*_splits(recipe, parent, Counter(known.split for known in before.values()), held, frozen),
             *_groups(recipe, parent, regrouped)]
    if recipe.salt != parent.salt:
        found.append(Change(f"salt was {parent.salt!r}, is {recipe.salt!r}: new groups go to other splits than they would have; "
                            "what was released stays where it is", SALT, f"salt: {parent.salt}"))
    found += [Change(f"`{name}` is frozen from now on: it has {held[name]} images and takes nothing new")
              for name in recipe.frozen if name not in frozen and name in held]
    return [*found, *_rest(recipe, parent)]


def leaving(left_out: Iterable[LeftOut], before: Mapping[str, Before], frozen: AbstractSet[str]) -> list[Change]:
    """Images that leave a frozen split: figures that were measured on it are of more images than it has now."""
    reasons: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for item in left_out:
        if item.split in frozen and before[item.image_id].held:
            reasons[item.split][item.reason] += 1
    return [Change(f"{sum(found.values())} images leave `{split}`, which is frozen: "
                   + ", ".join(f"{count} because {REASONS[reason]}" for reason, count in found.most_common()))
            for split, found in sorted(reasons.items())]


def _splits(recipe: Dataset, parent: Dataset, ever: Mapping[str, int], held: Mapping[str, int],
            frozen: AbstractSet[str]) -> Iterator[Change]:
    new = [f"`{name}`" for name in recipe.splits if name not in parent.splits]
    for name in sorted(ever):
        if name not in recipe.splits and name in parent.splits:
            stays = "stay in it and it stays frozen" if name in frozen else "stay in it, and so does what belongs with them"
            beside = f"; {' and '.join(new)} takes nothing of it: it is a new split" if new else ""
            yield Change(f"`{name}` is not under splits any more: its {held.get(name, 0)} images {stays}{beside}",
                         f"{DROP} {name}", f"name it under splits again: {name}: {parent.splits[name]:g}")
        elif name in frozen and name in recipe.splits and name not in recipe.frozen:
            yield Change(f"`{name}` is not under frozen any more: it would take what is new, also photographs that were kept out "
                         f"because they belong with its {held.get(name, 0)} images, and figures measured on it before and after "
                         "cannot be compared", f"{THAW} {name}", f"put {name} under frozen again")
    if list(recipe.splits.items()) != list(parent.splits.items()):  # their order, too, decides where a group's hash falls
        yield Change(f"splits was {_shares(parent)}, is {_shares(recipe)}: new groups go where the new shares say; nothing that "
                     "was released moves, so the names go on to hold what they hold", SHARES, f"splits: {{{_shares(parent)}}}")


def _groups(recipe: Dataset, parent: Dataset, regrouped: int) -> Iterator[Change]:
    was = parent.groups.model_dump()
    now = recipe.groups.model_dump()
    if was != now:
        told = ", ".join(f"groups.{name} was {_told(was[name])}, is {_told(now[name])}" for name in was if was[name] != now[name])
        yield Change(f"{told}: other photographs belong together; {regrouped} of the images that were released are in another "
                     "group now, and where one group stands in two splits the gate `leak` names it",
                     GROUPS, ", ".join(f"groups.{name}: {_told(was[name])}" for name in was if was[name] != now[name]))


def _rest(recipe: Dataset, parent: Dataset) -> Iterator[Change]:
    was = _leaves(parent)
    now = _leaves(recipe)
    for name in now:
        if was[name] != now[name]:
            yield Change(f"{name} was {_told(was[name])}, is {_told(now[name])}")


def _leaves(recipe: Dataset) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in recipe.model_dump(mode="json", exclude=set(TOLD_APART)).items():
        if isinstance(value, dict):
            found.update({f"{name}.{inner}": each for inner, each in value.items()})
        else:
            found[name] = value
    return found


def _shares(recipe: Dataset) -> str:
    return ", ".join(f"{name}: {share:g}" for name, share in recipe.splits.items())


def _told(value: object) -> str:
    if isinstance(value, dict) and all(isinstance(each, list) for each in value.values()):  # sources, licences
        value = "; ".join(f"{name} {', '.join(each)}" for name, each in value.items() if each)
    text = {True: "true", False: "false"}[value] if isinstance(value, bool) else str(value) or "empty"
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"

"""What an annotation config shows for a region of each kind: a hidden control is neither filled nor read."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass

from adapters.label_studio.label_config import Tag, read_xml
from schemas.reading import Attributes, Kind
from schemas.recipes.annotation_config import CHOICES, ILLEGIBLE, LABELS, SHAPES, TEXT


@dataclass(frozen=True, slots=True)
class Screen:
    """What is on the screen of a config.

    Attributes:
        kinds: what can be drawn as a polygon.
        everywhere: names of controls that are shown whatever is selected, and of those about the whole image.
        of_a_kind: names of controls that are shown for regions of some kinds only, with these kinds.
        labels_illegible: text that nobody can read has a label of its own.
    """

    kinds: frozenset[Kind]
    everywhere: frozenset[str]
    of_a_kind: dict[str, frozenset[Kind]]
    labels_illegible: bool = False

    def shows(self, control: str, kind: Kind | None = None) -> bool:
        """Whether a control is shown for a region of a kind; without a kind: for the whole image."""
        return control in self.everywhere or (kind is not None and kind in self.of_a_kind.get(control, ()))

    def label_of(self, attributes: Attributes) -> str:
        """The label of a region with these attributes."""
        illegible = self.labels_illegible and attributes.kind is Kind.TEXT and not attributes.legible
        return ILLEGIBLE if illegible else attributes.kind


def kind_of(label: str) -> Kind:
    """What a region with this label is; ValueError where it is no label."""
    return Kind.TEXT if label == ILLEGIBLE else Kind(label)


@functools.lru_cache(maxsize=64)
def screen_of(xml: str) -> Screen:
    """The screen of a label config that the linter found sound; an empty one shows everything."""
    if not xml:
        return Screen(frozenset(Kind), frozenset({LABELS, TEXT, *CHOICES}), {})
    root = read_xml(xml)
    labels = {name: option.get("alias") or option.get("value") for tag in root.walk() if tag.get("name") in SHAPES
              for option in tag.options for name in (option.get("value"), option.get("alias")) if name}
    drawn = [tag for tag in root.walk() if tag.get("name") == LABELS]
    limits = {tag.get("name"): limit for tag, limit in _limits(root, None, labels) if tag.get("toName")}
    return Screen(frozenset(kind_of(value) for tag in drawn for value in tag.values),
                  frozenset(name for name, limit in limits.items() if limit is None),
                  {name: limit for name, limit in limits.items() if limit is not None},
                  any(ILLEGIBLE in tag.values for tag in drawn))


def _limits(tag: Tag, limit: frozenset[Kind] | None, labels: dict[str, str]) -> Iterator[tuple[Tag, frozenset[Kind] | None]]:
    """Each tag with the kinds that it and all around it are shown for; None for all."""
    value = tag.get("whenLabelValue")
    names = [value] if value in labels else value.split(",")  # as Label Studio reads it
    kinds = frozenset(kind_of(labels[name]) for name in names if name in labels)
    if kinds:
        limit = kinds if limit is None else limit & kinds
    yield tag, limit
    for child in tag.children:
        yield from _limits(child, limit, labels)

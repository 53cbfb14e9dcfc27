"""Rules of what a label config shows only under a condition."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from adapters.label_studio.label_config import Tag
from adapters.label_studio.lint.findings import Finding, at_tag
from schemas.recipes.annotation_config import SHAPES

WHEN = ("region-selected", "no-region-selected", "choice-selected", "choice-unselected")
"""What ``visibleWhen`` may be."""


def lint_visibility(root: Tag, controls: Mapping[str, Tag]) -> Iterator[Finding]:
    """Conditions that never hold, because they name a control, a label or a choice that is not there.

    Args:
        root: the label config.
        controls: its controls, by name.
    """
    for tag in root.walk():
        if (when := tag.get("visibleWhen")) and when not in WHEN:
            yield at_tag(tag, f"visibleWhen is {when!r}", f"use one of {', '.join(WHEN)}")
        yield from _named_control(tag, controls)
        name = tag.get("whenTagName")
        meant = [controls[name]] if name in controls else list(controls.values())
        yield from _values(tag, "whenLabelValue", [control for control in meant if control.get("name") in SHAPES])
        yield from _values(tag, "whenChoiceValue", [control for control in meant if control.name == "Choices"])


def _named_control(tag: Tag, controls: Mapping[str, Tag]) -> Iterator[Finding]:
    name = tag.get("whenTagName")
    other_shapes = sorted(control for control in controls if control in SHAPES and control != name)
    if name and name not in controls:
        yield at_tag(tag, f"whenTagName is {name!r}, which no control is named", f"use one of {', '.join(controls)}")
    elif name in SHAPES and other_shapes:
        yield at_tag(tag, f"whenTagName is {name!r}, so regions drawn with {', '.join(other_shapes)} never show it",
                     "leave whenTagName out: whenLabelValue holds for every shape")


def _values(tag: Tag, condition: str, controls: Iterable[Tag]) -> Iterator[Finding]:
    """Values of a condition that none of these controls offers."""
    offered = {value for control in controls for value in control.values}
    for value in filter(None, tag.get(condition).split(",")):
        if value not in offered:
            yield at_tag(tag, f"{condition} is {value!r}, which nothing offers",
                         f"use an alias, one of {', '.join(sorted(offered))}")

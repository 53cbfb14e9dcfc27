"""The status of labelling as one self-contained HTML page. Names come from people: everything is escaped."""

from __future__ import annotations

import functools
from collections.abc import Mapping

from jinja2 import Template
from markupsafe import Markup

from pages.html import template
from pages.label_status_tables import change, number, percent, percent_of, points, tables
from schemas.config_version import ConfigVersion
from schemas.recipes.annotation_config import Thresholds
from stages.label.mending import Mending
from stages.label.ratios import Ratio
from stages.label.scores import FEW
from stages.label.status import Status
from stages.label.work_time import LONGEST_TASK

ABOVE = 4
"""A plot of error rates ends at this many times the threshold: one bad hour must not press all others against the axis."""

ACTS = ("text", "outline", "attributes", "deleted", "added")


def render(status: Status, *, thresholds: Mapping[ConfigVersion, Thresholds], at: str = "") -> str:
    """The page.

    Args:
        status: what was counted.
        thresholds: by annotation config; the line in the plots of error rates.
        at: when it was counted, in words.
    """
    people = sorted(status.people, key=lambda person: (-person.time.hours, person.annotation_config, person.name))
    return _template().render(
        status=status, people=people, tables=tables(status), at=at,
        few=FEW, above=ABOVE, acts=ACTS, minutes=int(LONGEST_TASK / 60),
        limits={name: limit.cer for name, limit in thresholds.items()},
        one_config=len({person.annotation_config for person in people}) < 2,
        most_hours=max((person.time.hours for person in people), default=0),
        most_tasks=max((person.tasks for person in people), default=0),
        most_days=max((queue.days_left or 0 for queue in status.queues), default=0),
        most_acts=max((value for model in status.models for _, value in acts(model.mending)), default=0),
        shown=Ratio(sum(model.mending.untouched for model in status.models), sum(model.mending.shown for model in status.models)),
        saved=Ratio(sum(model.mending.keys_saved for model in status.models), sum(model.mending.keys for model in status.models)),
        open=sum(queue.open for queue in status.queues))


def acts(mending: Mending) -> list[tuple[str, float]]:
    """What people did to pre-labels, each kind of act for a hundred regions that were shown."""
    counts = (mending.texts, mending.moved, mending.attributes, mending.deleted, mending.added)
    return [(name, 100 * count / mending.shown if mending.shown else 0.0) for name, count in zip(ACTS, counts, strict=True)]


def bar(value: float | None, most: float, kind: str = "", line: float | None = None) -> Markup:
    """One bar of a plot, as wide as its place; nothing where there is no value.

    Args:
        value: where the bar ends.
        most: where the axis ends. A longer bar is cut and marked.
        kind: CSS class.
        line: a threshold, in the same unit.
    """
    def at(amount: float) -> str:
        return f"{100 * max(0.0, min(1.0, amount / most if most else 0.0)):.2f}"

    if value is None:
        return Markup("")
    parts = [Markup('<rect class="track" width="100" height="10"/>'),
             Markup('<rect class="bar {}" width="{}" height="10"/>').format(kind, at(value))]
    if value > most:
        parts.append(Markup('<path class="cut" d="M94 0l3 10h2l-3-10z"/>'))
    if line is not None:
        parts.append(Markup('<line class="limit" x1="{0}" x2="{0}" y1="-2" y2="12"/>').format(at(line)))
    return Markup('<svg class="plot" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">{}</svg>').format(
        Markup("").join(parts))


def _errors(value: float | None, limit: float | None) -> Markup:
    """An error rate with its threshold."""
    if limit:
        return bar(value, ABOVE * limit, "over" if value is not None and value > limit else "", limit)
    return bar(value, 1)


@functools.cache
def _template() -> Template:
    # Compiled where a page is drawn: it takes up to 0.2 s, and each command imports this module.
    return template(
        "label_status",
        filters={"percent": percent, "percent_of": percent_of, "number": number, "gap": points, "change": change, "acts": acts,
                 "tasks": lambda value: f"{value:,} task{'' if value == 1 else 's'}",
                 "side": lambda side: side.replace("_", " ")},
        functions={"bar": bar, "errors": _errors})

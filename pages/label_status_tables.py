"""The status of labelling in words: the same to the terminal, to Prefect and to HTML."""

from __future__ import annotations

from collections.abc import Iterable

from saegim.tables import Table
from stages.label.status import FEW, LONGEST_TASK, Anchoring, Gap, Share, Status

NAMES = 2
"""So many columns of a table about an annotation config are names."""


def tables(found: Status) -> list[Table]:
    """The status in words; percentages have their counts beside them."""
    return [
        Table("People", ("annotation config", "side", "annotator", "tasks", "skipped", "problems", "hours", "tasks an hour",
                         "edits a region", "accepted untouched", "pairs that agree", "CER of pairs", "gold right", "CER of gold"),
              tuple((person.annotation_config, person.side, person.name, str(person.tasks), str(person.skipped),
                     str(person.problems), f"{person.time.hours:.1f}", number(person.time.tasks_an_hour),
                     number(person.mending.edits_a_region, 2), percent_of(person.mending.accepted),
                     percent_of(person.pairs.agreed), percent(person.pairs.cer), percent_of(person.gold.agreed),
                     percent(person.gold.cer)) for person in found.people), NAMES,
              f"A task counts {LONGEST_TASK / 60:.0f} minutes at most, however long its tab was open "
              f"({found.total.capped} were longer). Edits and untouched regions are of tasks with a pre-label."),
        Table("Pre-labels by model", ("model", "tasks", "accepted untouched", "texts", "moved", "attributes", "deleted",
                                      "added", "key presses saved"),
              tuple((model.name, str(model.mending.tasks), percent_of(model.mending.accepted), str(model.mending.texts),
                     str(model.mending.moved), str(model.mending.attributes), str(model.mending.deleted),
                     str(model.mending.added), f"{model.mending.keys_saved:,} = {percent_of(model.mending.saved)}")
                    for model in found.models), 1,
              "Key presses on a Korean two-set keyboard, without the mouse. Second looks do not count."),
        Table("With and without a pre-label", ("annotation config", "pre-label", "tasks", "seconds a region",
                                               "pairs that agree", "CER of pairs", "gold right", "CER of gold", "to be read as"),
              tuple(row for item in found.anchoring for row in _anchoring_rows(item)), NAMES,
              "A pair counts as shown where both people saw a pre-label. Differences are shown less not shown, ± the 95 % "
              "margin; one that its margin covers is none. If shown pairs agree more while gold is less often right, "
              "pre-labels lead people astray."),
        Table("Open work", ("annotation config", "side", "project", "tasks", "open", "answered a day", "days left"),
              tuple((project.queue.annotation_config, project.queue.side, str(project.queue.project_id), str(project.queue.tasks),
                     str(project.queue.open), number(project.queue.a_day), number(project.days_left))
                    for project in found.projects), NAMES,
              "Days left at the rate of the last week."),
    ]


def markdown(found: Iterable[Table]) -> str:
    """Tables as Markdown, for Prefect's page."""
    return "\n\n".join("\n".join([
        f"## {table.title}", "", _markdown_row(table.headings), _markdown_row("---" for _ in table.headings),
        *map(_markdown_row, table.rows), *(["", table.note] if table.note else [])]) for table in found)


def number(value: float | None, decimals: int = 1) -> str:
    """A figure, or a dash."""
    return "–" if value is None else f"{value:,.{decimals}f}"


def percent(value: float | None) -> str:
    """A rate with one decimal, or a dash."""
    return "–" if value is None else f"{100 * value:.1f} %"


def percent_of(share: Share) -> str:
    """A share with the count that it is of."""
    return "–" if share.value is None else f"{100 * share.value:.0f} % of {share.of:,.0f}"


def points(found: Gap | None) -> str:
    """A gap in percentage points with its margin, or a dash."""
    return "–" if found is None else f"{_signed(found.value)} ± {100 * found.margin:.0f} points"


def change(value: float | None) -> str:
    """A relative change, or a dash."""
    return "–" if value is None else f"{_signed(value)} %"


def _signed(value: float) -> str:
    return f"{100 * value:+.0f}".replace("-", "−")


def _anchoring_rows(item: Anchoring) -> list[tuple[str, ...]]:
    rows = [(item.annotation_config, name, str(arm.tasks), number(arm.time.seconds_a_region), percent_of(arm.pairs.agreed),
             percent(arm.pairs.cer), percent_of(arm.gold.agreed), percent(arm.gold.cer), "")
            for name, arm in (("shown", item.prelabelled), ("not shown", item.without))]
    advice = f"fewer than {FEW} tasks on a side: an anecdote" if item.few else "a comparison"
    return [*rows, (item.annotation_config, "difference", "", change(item.faster), points(item.pairs), "", points(item.gold),
                    "", advice)]


def _markdown_row(cells: Iterable[str]) -> str:
    return "| " + " | ".join(" ".join(cell.replace("|", "\\|").replace("<", "&lt;").split()) for cell in cells) + " |"

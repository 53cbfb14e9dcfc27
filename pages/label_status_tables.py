"""The status of labelling in words: the same to the terminal, to Prefect and to HTML."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

from saegim.tables import Table
from schemas.labelling import Queue
from stages.label.anchoring import Anchoring
from stages.label.calibration import MOST_MARKED, PAIRS_NEEDED, Calibration
from stages.label.marking import Marking
from stages.label.ratios import Gap, Ratio
from stages.label.scores import FEW
from stages.label.status import Model, Person, Status
from stages.label.work_time import LONGEST_TASK

T = TypeVar("T")

NAMES = 2
"""So many columns of a table about an annotation config are names."""

PEOPLE: Mapping[str, Callable[[Person], str]] = {
    "annotation config": lambda person: person.annotation_config,
    "side": lambda person: person.side,
    "annotator": lambda person: person.name,
    "tasks": lambda person: str(person.tasks),
    "skipped": lambda person: str(person.skipped),
    "problems": lambda person: str(person.problems),
    "hours": lambda person: f"{person.time.hours:.1f}",
    "tasks an hour": lambda person: number(person.time.tasks_an_hour),
    "edits a region": lambda person: number(person.mending.edits_a_region, 2),
    "accepted untouched": lambda person: percent_of(person.mending.accepted),
    "pairs that agree": lambda person: percent_of(person.pairs.agreed),
    "CER of pairs": lambda person: percent(person.pairs.cer),
    "gold right": lambda person: percent_of(person.gold.agreed),
    "CER of gold": lambda person: percent(person.gold.cer),
}
"""Columns of the table of people, and a person's cell in each; the tables below are written alike."""
MODELS: Mapping[str, Callable[[Model], str]] = {
    "model": lambda model: model.name,
    "tasks": lambda model: str(model.mending.tasks),
    "accepted untouched": lambda model: percent_of(model.mending.accepted),
    "texts": lambda model: str(model.mending.texts),
    "moved": lambda model: str(model.mending.moved),
    "attributes": lambda model: str(model.mending.attributes),
    "deleted": lambda model: str(model.mending.deleted),
    "added": lambda model: str(model.mending.added),
    "key presses saved": lambda model: f"{model.mending.keys_saved:,} = {percent_of(model.mending.saved)}",
}
QUEUES: Mapping[str, Callable[[Queue], str]] = {
    "annotation config": lambda queue: queue.annotation_config,
    "side": lambda queue: queue.side,
    "project": lambda queue: str(queue.project_id),
    "tasks": lambda queue: str(queue.tasks),
    "open": lambda queue: str(queue.open),
    "answered a day": lambda queue: number(queue.a_day),
    "days left": lambda queue: number(queue.days_left),
}
MARKS: Mapping[str, Callable[[Marking], str]] = {
    "annotation config": lambda item: item.annotation_config,
    "model": lambda item: item.name,
    "lines known": lambda item: f"{item.judged:,}" if item.calibration else f"{item.judged} of {PAIRS_NEEDED} yet",
    "marked under": lambda item: _marked_under(item.calibration),
    "right from there": lambda item: percent(item.right.value),
    "marked": lambda item: percent_of(item.marked),
    "of these changed": lambda item: percent_of(item.rightly),
    "of the rest": lambda item: percent(item.missed.value),
}
ARMS = ("annotation config", "pre-label", "tasks", "seconds a region", "pairs that agree", "CER of pairs", "gold right",
        "CER of gold", "to be read as")


def tables(status: Status) -> list[Table]:
    """The status in words; percentages have their counts beside them."""
    return [
        _table("People", PEOPLE, status.people, NAMES,
               f"A task counts {LONGEST_TASK / 60:.0f} minutes at most, however long its tab was open "
               f"({status.total.capped} were longer). Edits and untouched regions are of tasks with a pre-label."),
        _table("Pre-labels by model", MODELS, status.models, 1,
               "Key presses on a Korean two-set keyboard, without the mouse. Second looks do not count."),
        Table("With and without a pre-label", ARMS, tuple(row for item in status.anchoring for row in _anchoring_rows(item)),
              NAMES,
              "A pair counts as shown where both people saw a pre-label. Differences are shown less not shown, ± the 95 % "
              "margin; one that its margin covers is none. If shown pairs agree more while gold is less often right, "
              "pre-labels lead people astray."),
        *_marks(status),
        _table("Open work", QUEUES, status.queues, NAMES, "Days left at the rate of the last week."),
    ]


def _marks(status: Status) -> list[Table]:
    """The table of marks, where a model is in use."""
    if not status.marking:
        return []
    note = ("A line is marked where the model's score is under the one from which on lines are right often enough (sure in "
            "config.yaml), by what people accepted of its newest lines. On the right is what became of the lines that were shown "
            "with marks: how many of the marked ones people changed, and how many of the others.")
    unsure = {item.annotation_config: item.calibration.marked_under for item in status.marking
              if item.calibration and not item.calibration.sure}
    if some := [name for name, under in unsure.items() if under]:
        note += (f" In {', '.join(some)} that would be more than {100 * MOST_MARKED:.0f} % of the lines: the worst "
                 f"{100 * MOST_MARKED:.0f} % are marked.")
    if none := [name for name, under in unsure.items() if not under]:
        note += f" In {', '.join(none)} nothing is marked: wrong lines have the same scores as right ones, all are to be checked."
    return [_table("What is marked", MARKS, status.marking, NAMES, note)]


def _marked_under(calibration: Calibration | None) -> str:
    if calibration is None:
        return "nothing yet"
    return f"{calibration.marked_under:.3f}" if calibration.marked_under else "nothing"


def _table(title: str, columns: Mapping[str, Callable[[T], str]], items: Iterable[T], names: int, note: str) -> Table:
    return Table(title, tuple(columns), tuple(tuple(cell(item) for cell in columns.values()) for item in items), names, note)


def markdown(shown: Iterable[Table]) -> str:
    """Tables as Markdown, for Prefect's page."""
    return "\n\n".join("\n".join([
        f"## {table.title}", "", _markdown_row(table.headings), _markdown_row("---" for _ in table.headings),
        *map(_markdown_row, table.rows), *(["", table.note] if table.note else [])]) for table in shown)


def number(value: float | None, decimals: int = 1) -> str:
    """A figure, or a dash."""
    return "–" if value is None else f"{value:,.{decimals}f}"


def percent(value: float | None) -> str:
    """A rate with one decimal, or a dash."""
    return "–" if value is None else f"{100 * value:.1f} %"


def percent_of(ratio: Ratio) -> str:
    """A ratio in per cent with the count that it is of."""
    return "–" if ratio.value is None else f"{100 * ratio.value:.0f} % of {ratio.of:,.0f}"


def points(gap: Gap | None) -> str:
    """A gap in percentage points with its margin, or a dash."""
    return "–" if gap is None else f"{_signed(gap.value)} ± {100 * gap.margin:.0f} points"


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

"""What runs tell: one record a verb, the same to the terminal, to Prefect's page and to a test."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from typing import Self

from saegim.tables import Table
from schemas.board import Board
from schemas.evaluation import Evaluation
from schemas.morning import Morning, MorningTrouble

SAID = "said"


def counted(said: str) -> int:
    """A count of a report, and what people read beside it; 0 at first."""
    count: int = field(default=0, metadata={SAID: said})
    return count


@dataclass(kw_only=True)
class Report:
    """What one run did.

    Attributes:
        verb: which flow.
        notes: sentences for the data manager.
        failed: errors of parts that stopped no other part; the run fails with the first once its report is shown.
        gave_way: whether a newer run did the work, and this one nothing.
    """

    verb: str
    notes: list[str] = field(default_factory=list)
    failed: list[Exception] = field(default_factory=list)
    gave_way: bool = False

    @property
    def counts(self) -> dict[str, int]:
        """What changed, by what people read beside it. All zero means that there was nothing new."""
        return {item.metadata[SAID]: getattr(self, item.name) for item in fields(self) if SAID in item.metadata}

    @property
    def nothing_new(self) -> bool:
        """Whether the run changed nothing."""
        return not any(self.counts.values())

    def add(self, part: Self) -> None:
        """Adds what a part of the run did: its counts, notes and failures."""
        for item in fields(self):
            if SAID in item.metadata:
                setattr(self, item.name, getattr(self, item.name) + getattr(part, item.name))
        self.notes += part.notes
        self.failed += part.failed


@dataclass(kw_only=True)
class IngestReport(Report):
    """How many submissions ended how.

    Attributes:
        labels: of public data sets, which waited for their pictures.
        markdown: the counts, the notes and the pictures that were not taken; empty where nothing was settled.
    """

    verb: str = "ingest"
    accepted: int = counted("accepted")
    duplicate: int = counted("duplicate")
    rejected: int = counted("rejected")
    held: int = counted("held")
    quarantined: int = counted("quarantined")
    withdrawn: int = counted("withdrawn")
    labels: int = counted("labels of public data sets")
    markdown: str = ""


@dataclass(kw_only=True)
class PrelabelReport(Report):
    """How many images a model has read, and what became of the others."""

    verb: str = "prelabel"
    read: int = counted("read")
    textless: int = counted("rejected: no text")
    quarantined: int = counted("quarantined")


@dataclass(kw_only=True)
class LabelReport(Report):
    """How many tasks were brought to Label Studio.

    Attributes:
        found: that an interrupted push had brought there unseen.
        doubles: that an answer which came too late had left there.
        again: that somebody had deleted there.
        taken_back: open ones whose campaign names another annotation config by now, or whose sender took the picture back.
        lines: about lines of dense pages, one or several a task.
        projects: numbers of the projects of side A, by name of the annotation config.
    """

    verb: str = "label"
    pushed: int = counted("pushed")
    found: int = counted("found")
    doubles: int = counted("doubles removed")
    again: int = counted("pushed again")
    taken_back: int = counted("taken back")
    lines: int = counted("tasks of lines pushed")
    second_looks: int = counted("second looks")
    projects: dict[str, int] = field(default_factory=dict)


@dataclass(kw_only=True)
class CollectReport(Report):
    """What people's answers came to.

    Attributes:
        by_one_person: images that one person has read on both sides.
        second_looks: tasks of second looks that were pushed.
    """

    verb: str = "collect"
    readings: int = counted("readings")
    accepted: int = counted("accepted")
    no_longer_accepted: int = counted("no longer accepted")
    agreed: int = counted("agreed")
    to_a_second_look: int = counted("to a second look")
    skipped: int = counted("skipped")
    with_a_problem: int = counted("with a problem")
    taken_back: int = counted("taken back")
    by_one_person: int = counted("read twice by one person")
    second_looks: int = counted("second looks")


@dataclass(kw_only=True)
class StatusReport(Report):
    """How many projects the status of labelling tells of.

    Attributes:
        markdown: the tables.
    """

    verb: str = "label-status"
    projects: int = counted("projects")
    markdown: str = ""


@dataclass(kw_only=True)
class ExportReport(Report):
    """What was published.

    Attributes:
        release: name of the newest release; None where there is none.
    """

    verb: str = "export"
    samples: int = counted("samples in a new release")
    release: str | None = None


@dataclass(kw_only=True)
class EvaluateReport(Report):
    """What a model was found to do on a release.

    Attributes:
        page: HTML; None where nothing was evaluated.
        page_key: a name for the file of the page.
        evaluation: the figures; None where nothing was evaluated.
        tables: the leading figures, for a terminal.
        markdown: the same in short, for Prefect's page.
        times: how long photographs took to the release, by stage, for Prefect's page.
    """

    verb: str = "evaluate"
    evaluated: int = counted("evaluated")
    page: str | None = None
    page_key: str | None = None
    evaluation: Evaluation | None = None
    tables: Sequence[Table] = ()
    markdown: str = ""
    times: str = ""


@dataclass(kw_only=True)
class ScoreReport(Report):
    """What changed of points, and what boards are new.

    Attributes:
        standings: a board of the points as they are now, by name of the campaign; what people see may be older.
    """

    verb: str = "score"
    flags: int = counted("new flags")
    rules: int = counted("new versions of rules")
    entries: int = counted("changes of points")
    boards: int = counted("new boards")
    standings: dict[str, Board] = field(default_factory=dict)


@dataclass(kw_only=True)
class WatchReport(Report):
    """What was swept, and what needs hands.

    Attributes:
        morning: as it was seen.
        troubles: of it; each is a count of one, so that the next watch knows what it need not tell again.
    """

    verb: str = "watch"
    claims: int = counted("claims of dead processes removed")
    ended: int = counted("runs found dead or ended")
    forgotten: int = counted("old runs forgotten")
    morning: Morning | None = None
    troubles: Sequence[MorningTrouble] = ()

    @property
    def counts(self) -> dict[str, int]:
        """What was swept, and each trouble."""
        return {**super().counts, **{self.said_of(trouble): 1 for trouble in self.troubles}}

    @staticmethod
    def said_of(trouble: MorningTrouble) -> str:
        """What people read of a trouble beside its count; the same as long as it is the same trouble."""
        return f"{trouble.kind}: {trouble.about}"


@dataclass(kw_only=True)
class FullCycleReport(Report):
    """What all verbs did."""

    verb: str = "full-cycle"
    of: Sequence[Report] = ()

    @property
    def counts(self) -> dict[str, int]:
        """Counts of all verbs, each under its verb."""
        return {f"{report.verb}: {said}": count for report in self.of for said, count in report.counts.items()}

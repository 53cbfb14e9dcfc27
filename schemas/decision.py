"""What managers decide of submissions, what follows from it, and what would follow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime

from schemas.recorded import ImageRow, SubmissionRow
from schemas.submission import Outcome, Reason, Said, Verdict

STANDS = (Outcome.ACCEPTED, Outcome.HELD)
"""Outcomes of a submission that stands on an image of its own."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What a manager said of a submission.

    Attributes:
        number: in the order in which they were said; 0 before it is in the list.
        kind: what.
        submission_id: of which submission; empty for an undo.
        other_id: of which other one too, for a merge.
        undoes: the decision that an undo takes back.
        decided_at: when; None before decisions were a list.
    """

    number: int
    kind: Said
    submission_id: str = ""
    other_id: str = ""
    undoes: int | None = None
    decided_at: datetime | None = None

    @property
    def names(self) -> set[str]:
        """Ids of the submissions that it names; none for an undo."""
        return {self.submission_id, self.other_id} - {""}


@dataclass(frozen=True, slots=True)
class IngestFinding:
    """What ingest found of a submission with an image.

    Attributes:
        submission_id: which.
        key: its object's.
        sent_at: when it was sent.
        image_id: its own image.
        verdict: how that is related to another image.
        other: that image; ``image_id`` itself for the same bytes or pixels.
        doubts: earlier images that it may repeat.
        uncompared: lookalikes that it was not compared with.
        decisions_before: how many decisions there were then.
    """

    submission_id: str
    key: str
    sent_at: datetime
    image_id: str
    verdict: Verdict = Verdict.DISTINCT
    other: str | None = None
    doubts: tuple[str, ...] = ()
    uncompared: int = 0
    decisions_before: int = 0

    @property
    def order(self) -> tuple[datetime, str]:
        """Of two that show the same, the smaller one is the original."""
        return self.sent_at, self.key


@dataclass(frozen=True, slots=True)
class Ending:
    """What becomes of one submission; the names are those of the table's columns."""

    outcome: Outcome
    image_id: str
    duplicate_of: str | None = None
    reason: Reason | None = None
    detail: str | None = None

    def differs(self, row: SubmissionRow) -> bool:
        """Whether the ledger says something else."""
        return any(getattr(row, item.name) != getattr(self, item.name) for item in fields(self))


@dataclass(frozen=True, slots=True)
class Membership:
    """Which cluster an image is in, and whether new members have to match it."""

    cluster_id: str
    represents: bool


@dataclass(frozen=True, slots=True)
class Endings:
    """What becomes of some submissions and their images.

    Attributes:
        submissions: what becomes of each, by id.
        clusters: where each image is, by id.
        crowded: images that wait for a manager because they have more lookalikes than were compared.
    """

    submissions: dict[str, Ending]
    clusters: dict[str, Membership]
    crowded: frozenset[str] = frozenset()

    @property
    def stood_on(self) -> set[str]:
        """Images that a submission stands on."""
        return {ending.image_id for ending in self.submissions.values() if ending.outcome in STANDS}

    def cluster_of(self, image_id: str) -> set[str]:
        """Images of one image's cluster that a submission stands on."""
        name = self.clusters[image_id].cluster_id
        return {image for image in self.stood_on if self.clusters[image].cluster_id == name}

    def standing_on(self, image_id: str) -> str | None:
        """Id of the submission that stands on an image."""
        return next((name for name, ending in self.submissions.items()
                     if ending.image_id == image_id and ending.outcome in STANDS), None)


@dataclass(frozen=True, slots=True)
class Related:
    """Submissions that have to do with each other, with what was found of them and said of them.

    Attributes:
        rows: the submissions, by id.
        findings: what ingest found of those with an image.
        said: decisions that name them, undone ones and undoing ones too.
        images: their images, by id.
    """

    rows: Mapping[str, SubmissionRow]
    findings: list[IngestFinding]
    said: list[Decision]
    images: Mapping[str, ImageRow]

    def changes(self, endings: Endings) -> dict[str, Ending]:
        """What becomes of the submissions of which the ledger says something else, by id, in order of key."""
        changed = {name: ending for name, ending in endings.submissions.items() if ending.differs(self.rows[name])}
        return dict(sorted(changed.items(), key=lambda item: self.rows[item[0]].key))

    def original_of(self, row: SubmissionRow) -> SubmissionRow:
        """The submission that stands for one: itself, or what it repeats."""
        return self.rows[row.duplicate_of] if row.duplicate_of else row


@dataclass(frozen=True, slots=True)
class Outlook:
    """A decision and what follows from it.

    Attributes:
        decision: as it would stand in the list; its number is the next one.
        takes_back: the decision that an undo takes back; None for others.
        names: ids of the submissions that it is about; for an undo, those of what it takes back in the end.
        about: the submissions that it has a bearing on, as they are.
        before: what becomes of them without it.
        after: what becomes of them with it.
    """

    decision: Decision
    takes_back: Decision | None
    names: frozenset[str]
    about: Related
    before: Endings
    after: Endings

    @property
    def changed(self) -> dict[str, Ending]:
        """Submissions that it changes, by id, in order of key."""
        return self.about.changes(self.after)

    @property
    def stops(self) -> list[str]:
        """Images that nobody stands on any more."""
        return sorted(self.before.stood_on - self.after.stood_on)

    @property
    def starts(self) -> list[str]:
        """Images that somebody stands on from then on."""
        return sorted(self.after.stood_on - self.before.stood_on)

    @property
    def regrouped(self) -> set[str]:
        """Images of clusters into which an image comes that was in another one; without those that nobody stands on."""
        known = self.after.clusters.keys() & self.before.clusters.keys() - set(self.stops) - set(self.starts)
        return {member for image in known
                if self.before.clusters[image].cluster_id != self.after.clusters[image].cluster_id
                for member in self.after.cluster_of(image)}

    @property
    def named(self) -> list[SubmissionRow]:
        """The submissions that it is about, the one sent first first."""
        rows = [self.about.rows[name] for name in self.names if name in self.about.rows]
        return sorted(rows, key=lambda row: (row.sent_at, row.key))


@dataclass(frozen=True, slots=True)
class GivenTask:
    """A task of Label Studio, by its project's number and its own."""

    project: int
    task: int


@dataclass(frozen=True, slots=True)
class Labelled:
    """What people made of an image.

    Attributes:
        configs: annotation configs with an accepted reading of it.
        tasks: where people see it.
    """

    configs: tuple[str, ...]
    tasks: tuple[GivenTask, ...]

"""Flags in front of a manager: which one is next, what it looks like, what they say of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from schemas.flags import Flag, FlagDecision, FlagKind
from schemas.pairs import Pair
from schemas.recorded import SubmissionRow


class Say(StrEnum):
    """What a manager says of a flag."""

    COUNTS = "counts"
    COUNTS_NOT = "counts_not"
    OPEN = "open"
    """Takes back what was said."""

    @property
    def decision(self) -> FlagDecision | None:
        """What the flag has then."""
        return {Say.COUNTS: FlagDecision.CLEARED, Say.COUNTS_NOT: FlagDecision.CONFIRMED}.get(self)


@dataclass(frozen=True, slots=True)
class FlagName:
    """Which flag: of a submission one of each kind. In addresses it is written ``id.kind``."""

    submission_id: str
    kind: FlagKind

    def __str__(self) -> str:
        return f"{self.submission_id}.{self.kind}"

    @classmethod
    def read(cls, text: str) -> FlagName | None:
        """What an address says; None where that is no flag's name."""
        submission_id, _, kind = text.partition(".")
        return cls(submission_id, FlagKind(kind)) if submission_id and kind in tuple(FlagKind) else None


def flag_name(flag: Flag) -> FlagName:
    """The name of a flag."""
    return FlagName(flag.submission_id, flag.kind)


def state_of(flag: Flag) -> str:
    """What a page says that its reader saw of a flag: another word of somebody is another state."""
    return f"{flag.decided_at:%Y%m%dT%H%M%S.%f}" if flag.decided_at else ""


@dataclass(frozen=True, slots=True)
class QueuedFlag:
    """A flag with its submission."""

    flag: Flag
    row: SubmissionRow

    @property
    def order(self) -> tuple[str, str, datetime, str, str]:
        """Photographs of one person come together: what is alike is seen best in a row."""
        return self.row.submitter or "", self.flag.kind, self.row.sent_at, self.row.key, self.row.submission_id


@dataclass(frozen=True, slots=True)
class FlagItem:
    """One flag as a manager looks at it.

    Attributes:
        queued: the flag and its submission.
        pair: its picture and the one that it is most like; None where its picture is not known, or was
            withdrawn: nobody sees it any more.
        nickname: of its owner; empty where they have none.
        alike: further open flags of the kind and the person, that can be decided in one go.
        pictures: where the pictures of these are, by submission id; those that are not known are left out.
    """

    queued: QueuedFlag
    pair: Pair | None
    nickname: str
    alike: tuple[QueuedFlag, ...]
    pictures: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class FlagQueue:
    """What a manager has before them.

    Attributes:
        item: the one to look at; None where nothing is left.
        ahead: the one after it, whose pictures are brought already; None where there is none.
        left: how many are undecided, in all.
        done: the one that was decided just before; None where there is none.
    """

    item: FlagItem | None
    ahead: FlagItem | None
    left: int
    done: QueuedFlag | None

"""What a run tells: the same to the terminal, to Prefect's page and to a test."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from prefect.artifacts import create_table_artifact
from prefect.context import FlowRunContext


@dataclass
class Report:
    """Result of one run.

    Attributes:
        verb: which flow.
        counts: what changed, by name. All zero means that there was nothing new.
        notes: sentences for the data manager.
        values: what later steps or the terminal need, such as the release's name.
    """

    verb: str
    counts: dict[str, int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    values: dict[str, Any] = field(default_factory=dict)

    @property
    def nothing_new(self) -> bool:
        """Whether the run changed nothing."""
        return not any(self.counts.values())

    def publish(self) -> Report:
        """Shows the report on Prefect's page as an artifact of the run."""
        if FlowRunContext.get() is not None:
            rows = [{"what": name, "how many": count} for name, count in self.counts.items()]
            create_table_artifact(rows, key=self.verb.replace("_", "-"), description="\n\n".join(self.notes))
        return self

"""The demo's people: who they are, and in which projects of Label Studio they work."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass

from adapters.label_studio.people import make_account
from apps.demo.annotator import SampleTruths, answer_open, mend
from schemas.label_tasks import Project
from schemas.labelling import Side
from workbench.bench import Workbench
from workbench.label.projects import projects_of


@dataclass(frozen=True, slots=True)
class StandIn:
    """Somebody who labels in the demo: one for each side, for one alone would be no pair and could not decide.

    Attributes:
        side: of all annotation configs.
    """

    side: Side

    @property
    def email(self) -> str:
        """The log-in."""
        return f"demo.{self.side}@saegim.local".replace("_", ".")

    def projects(self, bench: Workbench) -> list[Project]:
        """Those of the side, of whole images and of lines, as far as they are there."""
        main = bench.annotation_config
        configs = [main, *([bench.config_named(main.dense_config)] if main.dense_config else [])]
        return [project for config in configs for project in projects_of(bench.ledger, config) if project.side is self.side]

    def answer(self, bench: Workbench, known: SampleTruths, advance: Callable[[int], None]) -> int:
        """Answers what is open; returns how many tasks."""
        make_account(bench.label_studio, self.email, secrets.token_urlsafe(12), f"Demo {self.side}")
        return sum(answer_open(bench, project, known, advance, self.email) for project in self.projects(bench))

    def look_again(self, bench: Workbench, known: SampleTruths) -> list[str]:
        """Mends wrong answers about whole images; returns the names of their samples."""
        return [name for project in self.projects(bench) if project.annotation_config == bench.annotation_config.name
                for name in mend(bench, project, known, self.email)]

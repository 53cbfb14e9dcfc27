"""One night: a world with photographs on their way, what the schedules run in it, and what the morning page says of it."""

from __future__ import annotations

import os
import secrets
import subprocess
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from adapters.label_studio.tasks import OpenTask, annotate, open_tasks
from datastore.ledger import projects
from saegim.settings import home
from schemas.morning import MorningTrouble, TroubleKind
from tests.bad_night.page import Section
from tests.faults.invariants import Invariants, Violation
from tests.faults.pictures import picture
from tests.faults.world import CAMPAIGNS, recipes
from tests.services.conftest import SAEGIM, World
from tests.tiny_bundle import ctc, write_bundle
from workbench.bench import Workbench
from workbench.morning.look import look
from workbench.push_model import try_and_push

DAY = ("ingest", "prelabel", "label", "collect", "export", "watch")
"""What the schedules run, in the order of the data's way."""
NAMES = ("김하늘", "park", "lee")
LINE_SECONDS = 900
"""A repair that takes longer has failed."""


@dataclass
class Night:
    """Where scenes are played.

    Attributes:
        world: buckets and a ledger.
        folder: for recipes, a model and backups, and where the lines of the page are typed.
        usual: troubles that are there on a good day: on a stack for tests all schedules are off.
        told: values that a person has found by hand and puts into the lines, by name.
    """

    world: World
    folder: Path
    usual: frozenset[TroubleKind] = frozenset()
    told: dict[str, str] = field(default_factory=dict)
    invariants: Invariants | None = None

    def begin(self) -> None:
        """Recipes, a model that reads at once, and photographs that have gone the whole way."""
        recipes(self.folder)
        self.world.env |= {f"SAEGIM_{name.upper()}": str(self.folder / name)
                           for name in ("campaigns", "datasets", "annotation_configs")}
        self.world.env |= {"SAEGIM_SETTLE_SECONDS": "2", "SAEGIM_MODEL": "tiny@1"}
        (self.folder / ".saegim").symlink_to(home())
        try_and_push(self.bench, str(write_bundle(self.folder / "bundle", rec=ctc(weight=8.0))), lambda _said: None)
        self.invariants = Invariants(self.bench)
        self.send(4)
        self.day()

    @property
    def bench(self) -> Workbench:
        """The systems, as settings name them now."""
        return self.world.bench

    def send(self, count: int) -> None:
        """New photographs of two campaigns."""
        for number in range(count):
            key = f"{CAMPAIGNS[number % 2]}/{NAMES[number % 3]}/{secrets.token_hex(4)}.jpg"
            self.bench.objects.put(self.bench.settings.bucket_raw, key, picture(secrets.randbelow(1 << 30)), "image/jpeg")

    def run(self, *verbs: str) -> None:
        """What the schedules run."""
        for verb in verbs:
            self.world.flow(verb)

    def day(self) -> None:
        """All verbs come to their end, and people answer what there is."""
        for verb in DAY:
            if verb == "collect":
                self.answer()
            self.run(verb)

    def open_tasks(self) -> list[OpenTask]:
        """Tasks that nobody has answered."""
        bench = self.bench
        return [task for row in projects.project_rows(bench.ledger) if row.project_id
                for task in open_tasks(bench.label_studio, row.project_id)]

    def answer(self) -> int:
        """People answer all open tasks; says how many."""
        found = self.open_tasks()
        for task in found:
            annotate(self.bench.label_studio, task.task_id, task.prediction_result, 5.0, task.prediction_id)
        return len(found)

    def troubles(self) -> list[MorningTrouble]:
        """What the morning page is red with, beyond what is usual."""
        return [item for item in look(self.bench, datetime.now(UTC)).troubles if item.kind not in self.usual]

    def type(self, section: Section) -> str:
        """Does what the page says, line by line, in one shell; returns what was shown.

        Raises:
            AssertionError: a line fails.
        """
        done = self.shell(f"set -e\n{section.lines}")
        assert done.returncode == 0, f"{section.name}: {done.stdout}{done.stderr}"
        return done.stdout

    def shell(self, lines: str) -> subprocess.CompletedProcess[str]:
        """What a shell makes of lines in this world; its ``saegim up`` leaves the schedules off, for this night plays them."""
        quiet = f'saegim() {{ if [ "$*" = up ]; then set -- up --no-schedules; fi; "{SAEGIM}" "$@"; }}\n'
        env = {**os.environ, **self.world.env, **self.told, "COLUMNS": "200"}
        return subprocess.run(["bash", "-c", quiet + lines], cwd=self.folder, env=env, capture_output=True, text=True,
                              timeout=LINE_SECONDS, check=False)

    def violations(self) -> list[Violation]:
        """Of I1 to I7, when every verb has come to its end."""
        assert self.invariants
        self.invariants.bench = self.bench
        return self.invariants.at_rest()

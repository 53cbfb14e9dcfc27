"""A run of a verb under Prefect: its log is the run's, a batch is a task, its report is an artifact."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import ParamSpec, TypeVar, cast
from uuid import UUID

from prefect import get_run_logger, task
from prefect.artifacts import create_table_artifact
from prefect.cache_policies import NO_CACHE

from flows.batch_runs import top_up
from flows.newer_runs import newer_run
from workbench.report import Report
from workbench.run import tried_again

P = ParamSpec("P")
T = TypeVar("T")
R = TypeVar("R", bound=Report)


class PrefectRun:
    """The flow run that this code is in. One that ``helps`` is a batch run: it gives way to none of its kind, and starts none."""

    def __init__(self, helps: bool = False) -> None:
        self._helps = helps
        self._started: list[UUID] = []

    def say(self, message: str) -> None:
        """One line to the log of the flow run, or of the task run."""
        get_run_logger().info(message)

    def batch(self, work: Callable[P, T]) -> Callable[P, T]:
        """A task: each costs the server 34 ms, so one is a batch of work and never an image (design D3, D15)."""
        name = getattr(work, "__name__", "batch").replace("_", "-")
        return cast(Callable[P, T], task(name=name, cache_policy=NO_CACHE, persist_result=False)(tried_again(work)))

    def newer(self) -> str | None:
        """Name of a newer run of the same deployment; see ``newer_run``."""
        return None if self._helps else newer_run()

    def share(self, deployment: str, parameters: Mapping[str, str | list[str]], most: int | None) -> int:
        """Starts batch runs where fewer are at work or due than there may be; see ``top_up``."""
        return 0 if self._helps else top_up(deployment, parameters, most, self._started)


def publish(report: R) -> R:
    """Shows a report on Prefect's page as an artifact of the run; returns it. One with nothing to tell is not shown: most runs
    find nothing to do, and an artifact costs the server as much as a third of such a run.

    Raises:
        Exception: the first of what failed in it.
    """
    if not report.nothing_new or report.notes or report.failed:
        rows = [{"what": said, "how many": count} for said, count in report.counts.items()]
        create_table_artifact(rows, key=report.verb, description="\n\n".join(report.notes))
    if report.failed:
        raise report.failed[0]
    return report

"""An older run gives way to a newer one of its deployment: what keeps late runs from piling up, with no limit of Prefect's.

A slot of such a limit never comes back when a run and its server die together, and every later run is cancelled in silence
(measured on Prefect 3.8.8). What two runs at once would harm, leases of the ledger keep apart (design D3).
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar, cast

from prefect import get_run_logger
from prefect.client.schemas.objects import State
from prefect.states import Completed

from flows.newer_runs import newer_run
from workbench.report import Report
from workbench.run import gave_way

GAVE_WAY = "GaveWay"
"""Prefect's name of the state of such a run. It is no ``Completed``: who waits for a completed run goes on waiting."""
P = ParamSpec("P")
R = TypeVar("R", bound=Report)


def gives_way(verb: Callable[P, R]) -> Callable[P, R]:
    """A verb that ends at once where a newer run of its deployment does the same work, has done it, or is due."""

    @functools.wraps(verb)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        if newer := newer_run():
            get_run_logger().info(gave_way(newer))
            return cast(R, Report(verb=verb.__name__.replace("_", "-"), notes=[gave_way(newer)], gave_way=True))
        return verb(*args, **kwargs)

    return run


def gave_way_state(report: Report) -> State[Any]:
    """Prefect's state of a run that gave way; whoever called the verb gets its report as ever."""
    return Completed(name=GAVE_WAY, message="; ".join(report.notes), data=report)

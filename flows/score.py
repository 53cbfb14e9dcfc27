"""score: submissions and accepted readings → points and the leaderboard."""

from __future__ import annotations

from prefect import flow
from prefect.artifacts import create_table_artifact

from flows.endings import to_its_end
from flows.giving_way import gives_way
from flows.prefect_run import PrefectRun, publish
from workbench.bench import open_workbench
from workbench.report import ScoreReport
from workbench.score import count_points


@flow(name="score")
@to_its_end
@gives_way
def score(campaign: str | None = None) -> ScoreReport:
    """Counts the points of each campaign anew from what the ledger holds.

    Args:
        campaign: name of one campaign; all where it is left out.

    Raises:
        SettingError: there is no such campaign, or a campaign's file is wrong; all others were counted.
    """
    report = count_points(open_workbench(PrefectRun()), campaign)
    for name, standings in report.standings.items():
        create_table_artifact([{"rank": item.rank, "submitter": item.submitter, "points": item.points} for item in standings],
                              key="leaderboard", description=f"Leaderboard of {name}, provisional until the campaign ends.")
    return publish(report)

"""score: submissions, readings, flags and claims → points and the board."""

from __future__ import annotations

import re

from prefect import flow
from prefect.artifacts import create_table_artifact

from flows.endings import to_its_end
from flows.giving_way import gives_way
from flows.prefect_run import PrefectRun, publish
from schemas.board import Board
from schemas.ids import digest
from workbench.bench import open_workbench
from workbench.report import ScoreReport
from workbench.score import count_points

ROWS = 200
"""Lines of a board that the artifact shows."""
PLAIN = 40
"""Letters of a campaign's name in the key of its artifact, at most."""


@flow(name="score")
@to_its_end
@gives_way
def score(campaign: str | None = None, board: bool = False) -> ScoreReport:
    """Counts the points of each campaign from what the ledger holds, and makes a board where one is due.

    Args:
        campaign: name of one campaign; all where it is left out.
        board: a board is due in any case.

    Raises:
        SettingError: there is no such campaign, or a campaign's file is wrong; all others were counted.
    """
    report = count_points(open_workbench(PrefectRun()), campaign, board=board)
    for name, now in report.standings.items():
        create_table_artifact(rows_of(now)[:ROWS], key=artifact_key(name), description=f"Board of {name}, for managers: the "
                              f"points as they are now, the first {ROWS}. What people see may be older.")
    return publish(report)


def artifact_key(campaign: str) -> str:
    """The artifact of a campaign's board: each campaign has its own. Keys take small letters, digits and - alone."""
    plain = "-".join(re.findall("[a-z0-9]+", campaign.lower()))
    return "-".join(filter(None, ["board", plain[:PLAIN], digest("board", campaign, length=8)]))


def rows_of(board: Board) -> list[dict[str, str | int]]:
    """What the artifact shows of a board."""
    return [{"rank": item.rank or "out", "submitter": item.submitter, "points": item.points, "final": item.final,
             "photographs": item.photographs} for item in board.people]

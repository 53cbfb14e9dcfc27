"""score: submissions and accepted readings → points, leaderboard, draw."""

from __future__ import annotations

from prefect import flow
from prefect.artifacts import create_table_artifact
from prefect.context import FlowRunContext

from datastore.ledger import submissions
from datastore.ledger.points import replace_points, slices_by_image
from flows.endings import to_its_end
from flows.giving_way import gives_way
from schemas.submission import Outcome
from stages.score.points import ScoredSubmission, leaderboard, points
from workbench.bench import open_workbench
from workbench.campaigns import load_campaigns
from workbench.report import Report


@flow(name="score")
@to_its_end
@gives_way
def score(campaign: str | None = None) -> Report:
    """Counts the points of each campaign anew from what the ledger holds.

    Args:
        campaign: name of one campaign; all where it is left out.

    Raises:
        SettingError: there is no such campaign, or a campaign's file is wrong; all others were counted.
    """
    bench = open_workbench()
    report = Report("score", {"campaigns changed": 0})
    found = load_campaigns(bench.settings, campaign)
    for recipe in found.by_name.values():
        slices = slices_by_image(bench.ledger, recipe.name, recipe.annotation_config or bench.settings.annotation_config)
        lines = points(recipe, [
            ScoredSubmission(row.submission_id, row.submitter, row.sent_at, Outcome(row.outcome),
                             slices.get(row.image_id, frozenset()))
            for row in submissions.submission_rows(bench.ledger, recipe.name)
        ])
        standings = leaderboard(lines)
        changed = replace_points(bench.ledger, recipe.name, [
            {"campaign": recipe.name, "submission_id": line.submission_id, "rule": line.rule,
             "submitter": line.submitter, "points": line.points} for line in lines])
        report.counts["campaigns changed"] += changed
        report.values[recipe.name] = standings
        if FlowRunContext.get() is not None:
            create_table_artifact(
                [{"rank": item.rank, "submitter": item.submitter, "points": item.points} for item in standings],
                key="leaderboard", description=f"Leaderboard of {recipe.name}, provisional until the campaign ends.")
    report.publish()
    if found.wrong:
        raise next(iter(found.wrong.values()))
    return report

"""score: submissions and accepted readings → points and the leaderboard."""

from __future__ import annotations

from datastore.ledger import submissions
from datastore.ledger.points import replace_points, slices_by_image
from schemas.recipes.campaign import Campaign
from schemas.submission import Outcome
from stages.score.points import ScoredSubmission, leaderboard, points
from workbench.bench import Workbench
from workbench.campaigns import load_campaigns
from workbench.report import ScoreReport


def count_points(bench: Workbench, campaign: str | None = None) -> ScoreReport:
    """Counts the points of each campaign anew from what the ledger holds.

    Args:
        bench: the systems.
        campaign: name of one campaign; all where it is left out.

    Returns:
        The leaderboards; campaigns whose files are wrong are among what failed.

    Raises:
        SettingError: there is no such campaign.
    """
    found = load_campaigns(bench.settings, campaign)
    report = ScoreReport(failed=[*found.wrong.values()])
    for recipe in found.by_name.values():
        lines = points(recipe, _scored(bench, recipe))
        report.standings[recipe.name] = leaderboard(lines)
        report.campaigns_changed += replace_points(bench.ledger, recipe.name, [
            {"campaign": recipe.name, "submission_id": line.submission_id, "rule": line.rule,
             "submitter": line.submitter, "points": line.points} for line in lines])
    return report


def _scored(bench: Workbench, recipe: Campaign) -> list[ScoredSubmission]:
    slices = slices_by_image(bench.ledger, recipe.name, recipe.annotation_config or bench.settings.annotation_config)
    return [ScoredSubmission(row.submission_id, row.submitter or "", row.sent_at, Outcome(row.outcome),
                             slices.get(row.image_id or "", frozenset()))
            for row in submissions.submission_rows(bench.ledger, recipe.name)]

"""score: submissions and accepted readings → points and the leaderboard."""

from __future__ import annotations

import more_itertools

from datastore.ledger import submissions
from datastore.ledger.points import accepted_of_campaign, replace_points
from schemas.recipes.campaign import Campaign
from schemas.submission import Outcome
from stages.score.points import ScoredSubmission, leaderboard, points
from workbench.bench import Workbench
from workbench.campaigns import load_campaigns
from workbench.named_slices import READINGS_AT_ONCE, named_among
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


def _slices_by_image(bench: Workbench, recipe: Campaign) -> dict[str, frozenset[str]]:
    """Slices of the accepted readings of a campaign's images, by image id; of named ones, those that it gives a bonus for."""
    named = named_among(bench.settings, recipe.bonus)
    found: dict[str, frozenset[str]] = {}
    readings = accepted_of_campaign(bench.ledger, recipe.name, recipe.annotation_config or bench.settings.annotation_config)
    for chunk in more_itertools.chunked(readings, READINGS_AT_ONCE):
        for reading, names in zip(chunk, named.of_images(chunk, [recipe.name] * len(chunk)), strict=True):
            plain = (name for region in reading.regions for name in region.attributes.slices())
            found[reading.image_id] = found.get(reading.image_id, frozenset()).union(names, plain)
    return found


def _scored(bench: Workbench, recipe: Campaign) -> list[ScoredSubmission]:
    slices = _slices_by_image(bench, recipe)
    return [ScoredSubmission(row.submission_id, row.submitter or "", row.sent_at, Outcome(row.outcome),
                             slices.get(row.image_id or "", frozenset()))
            for row in submissions.submission_rows(bench.ledger, recipe.name)]

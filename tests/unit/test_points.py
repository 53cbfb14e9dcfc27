"""Points go to photographs that were accepted in time."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from schemas.submission import Outcome
from stages.score.campaign import parse_campaign
from stages.score.points import ScoredSubmission, leaderboard, points

CAMPAIGN = parse_campaign((Path(__file__).parents[2] / "recipes/campaigns/demo.yaml").read_text(encoding="utf-8"), "demo.yaml")


def test_points_go_to_accepted_photographs_in_time_only() -> None:
    day, late = CAMPAIGN.first_day, date(2100, 1, 1)
    lines = points(CAMPAIGN, [
        ScoredSubmission("1", "김하늘", day, Outcome.ACCEPTED, frozenset({"vertical", "horizontal"})),
        ScoredSubmission("2", "park", day, Outcome.DUPLICATE, frozenset({"vertical"})),
        ScoredSubmission("3", "park", late, Outcome.ACCEPTED, frozenset()),
        ScoredSubmission("4", "lee", day, Outcome.ACCEPTED, frozenset({"vertical"})),
        ScoredSubmission("5", "choi", day, Outcome.ACCEPTED, frozenset()),
    ])
    standings = leaderboard(lines)
    assert [(item.rank, item.submitter, item.points) for item in standings] == [
        (1, "lee", 15), (1, "김하늘", 15), (3, "choi", 10)]

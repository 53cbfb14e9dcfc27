"""What of a campaign nobody has decided yet: its points may still change."""

from __future__ import annotations

from datastore.ledger import campaign_counts, cursors, draws, flags
from datastore.ledger.campaign_counts import Between
from schemas.recipes.campaign import Campaign
from schemas.submission import Outcome
from stages.score.public_value import known_too_early
from workbench.bench import Workbench

NOT_LISTED = "no ingest has listed what was sent since the end: the next one does (saegim run ingest)"
KNOWN_TOO_EARLY = "what the draw waits for may have been known before the end"
NOTHING_TO_DRAW_WITH = "nobody committed to a secret before the end, so that no prize can be drawn"


def undecided(bench: Workbench, campaign: Campaign) -> list[str]:
    """What a manager has to decide, or to wait for, before the final list is right; in words, empty where nothing."""
    days = Between(campaign.begins_at, campaign.ends_at)
    counted = [
        (campaign_counts.count_waiting(bench.ledger, bench.settings.bucket_raw, campaign.name, days),
         "photographs wait for ingest"),
        (campaign_counts.count_outcomes(bench.ledger, campaign.name, days).get(Outcome.HELD, 0),
         "are held: they may repeat others (saegim ingest duplicates)"),
        (len(flags.flags_of(bench.ledger, campaign.name, open_only=True)),
         f"flags are open (saegim campaign flags {campaign.name})"),
        (campaign_counts.sum_of_points(bench.ledger, campaign.name).provisional, "points are provisional: nobody has read those "
                                                                                 "pictures yet"),
    ]
    with bench.ledger.read() as connection:
        row = draws.draw_row(connection, campaign.name)
    draws_nothing = bool(campaign.prizes.drawn) and row is None
    too_early = bool(campaign.prizes.drawn and row and known_too_early(campaign, row.awaited))
    return [*[NOT_LISTED] * (not is_listed(bench, campaign)), *(f"{count:,} {what}" for count, what in counted if count),
            *[NOTHING_TO_DRAW_WITH] * draws_nothing, *[KNOWN_TOO_EARLY] * too_early]


def is_listed(bench: Workbench, campaign: Campaign) -> bool:
    """Whether an ingest began after the end and has listed all that was sent: nothing in time can be missing then."""
    listed = cursors.listed_at(bench.ledger, campaign.name)
    return listed is not None and listed >= campaign.ends_at

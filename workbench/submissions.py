"""What became of what people sent, and photographs on hold: what a data manager and a submitter ask."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

from datastore.ledger import Ledger, duplicates, holds, outcomes, strays
from datastore.ledger.holds import OnHold
from datastore.ledger.outcomes import Told
from schemas.errors import NoSuchSubmission
from workbench.bench import Workbench
from workbench.campaigns import campaign_named, load_campaigns


@dataclass(frozen=True, slots=True)
class SubmissionPage:
    """Some submissions, the newest first.

    Attributes:
        waiting: for the next ingest; empty on later pages.
        more_waiting: how many wait beyond those.
        settled: whose outcome is known.
        more_settled: how many of those come behind this page.
        strays: a line for each campaign without a file that submissions wait for.
    """

    waiting: tuple[Told, ...]
    more_waiting: int
    settled: tuple[Told, ...]
    more_settled: int
    strays: tuple[str, ...]


def list_submissions(bench: Workbench, campaign: str, after: str, rows: int) -> SubmissionPage:
    """One page of what became of each submission.

    Args:
        bench: the systems.
        campaign: only this one's; empty for all.
        after: only those behind this submission: its key, its id or the beginning of its id; empty for the first page.
        rows: most submissions of each kind on the page.

    Raises:
        SettingError: nothing knows a campaign of this name.
        NoSuchSubmission: there is none of this name.
    """
    ledger = bench.ledger
    chosen = _chosen(bench, campaign)
    behind = duplicates.find(ledger, after) if after else None
    rest = outcomes.waiting(ledger, chosen) if behind is None else iter(())
    waiting = tuple(itertools.islice(rest, rows))
    more_waiting = sum(1 for _ in rest)
    settled = tuple(outcomes.outcomes(ledger, chosen, behind, rows))
    more_settled = outcomes.count_behind(ledger, chosen, settled[-1]) if settled else 0
    lines = load_campaigns(bench.settings).waiting(bench.settings.bucket_raw, strays.counts(ledger))
    return SubmissionPage(waiting, more_waiting, settled, more_settled, tuple(lines))


def every_submission(bench: Workbench, campaign: str, after: str) -> Iterator[Told]:
    """All submissions from a page on, those that wait first; arguments and errors as in ``list_submissions``."""
    chosen = _chosen(bench, campaign)
    behind = duplicates.find(bench.ledger, after) if after else None
    if behind is None:
        yield from outcomes.waiting(bench.ledger, chosen)
    yield from outcomes.outcomes(bench.ledger, chosen, behind)


def _chosen(bench: Workbench, campaign: str) -> str | None:
    return campaign_named(bench.settings, bench.ledger, campaign) if campaign else None


def hold(ledger: Ledger, name: str, because: str) -> None:
    """Stops every release that would hold a photograph.

    Args:
        ledger: the ledger.
        name: key of a submission, its id, or the beginning of its id.
        because: why: shown to whoever exports a release meanwhile.

    Raises:
        NoSuchSubmission: there is none of this name, or it has no image.
    """
    holds.hold(ledger, _image_of(ledger, name), because)


def lift_hold(ledger: Ledger, name: str) -> bool:
    """Takes a photograph off hold; says whether it was on hold. Names and errors as in ``hold``."""
    return holds.lift(ledger, _image_of(ledger, name))


def on_hold(ledger: Ledger) -> list[OnHold]:
    """All photographs on hold."""
    return list(holds.held(ledger))


def _image_of(ledger: Ledger, name: str) -> str:
    row = duplicates.find(ledger, name)
    if row.image_id is None:
        raise NoSuchSubmission(f"{name} was {row.outcome} and has no image: no release would hold it")
    return str(row.image_id)

"""What lies in the bucket of raw objects: new ones become arrivals, and those of campaigns without a file are held unread."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from more_itertools import chunked

from datastore.ledger import Ledger, arrivals, cursors, strays
from datastore.ledger.withdrawals import withdrawn_ids
from datastore.objects import ObjectStore
from schemas.sources import PUBLIC
from schemas.submission import Outcome, RawObject, Reason, Rejection, Submission, sender_of
from workbench.campaigns import Campaigns
from workbench.settings import Settings


@dataclass(frozen=True, slots=True)
class Listing:
    """How many raw objects were listed, and how many of them the ledger had not seen."""

    listed: int
    new: int


def list_raw_objects(ledger: Ledger, objects: ObjectStore, bucket: str, campaign: str | None) -> Listing:
    """Notes what was sent, to one campaign or to all; strays whose objects are gone are forgotten where all are listed.

    When it began is noted once it has seen everything: what was sent before that moment is known from then on.

    An object of a withdrawn submission is deleted: whoever withdrew it was killed before, or it was sent again as it was.
    """
    began = datetime.now(UTC)
    gone = set() if campaign else set(strays.strays(ledger))
    withdrawn = withdrawn_ids(ledger)
    listed = new = 0
    for prefix in prefixes(campaign):
        for page in objects.pages(bucket, prefix):
            listed += len(page)
            new += arrivals.register(ledger, page)
            gone.difference_update(raw.submission_id for raw in page)
            for raw in page:
                if raw.submission_id in withdrawn:
                    objects.delete(bucket, raw.key)
    strays.forget(ledger, sorted(gone))
    with ledger.write() as connection:
        cursors.set_cursor(connection, cursors.listing_of(campaign), began)
    return Listing(listed, new)


def prefixes(campaign: str | None) -> list[str]:
    """Where a campaign's objects lie, in both ways that its name may be written; everywhere for None."""
    if campaign is None:
        return [""]
    return sorted({f"{unicodedata.normalize(form, campaign)}/" for form in ("NFC", "NFD")})


def hold_strays(ledger: Ledger, settings: Settings, campaigns: Campaigns, todo: Sequence[RawObject]) -> list[RawObject]:
    """Holds arrivals whose campaign has no file: nothing of them is fetched before it has one. Returns the others."""
    held: list[Submission] = []
    others: list[RawObject] = []
    for raw in todo:
        sender = sender_of(raw.key)
        # The decoders reject a key that says no sender.
        if sender is None or sender.campaign in campaigns.by_name or sender.campaign == PUBLIC:
            others.append(raw)
        else:
            why = Rejection(Reason.UNKNOWN_CAMPAIGN, campaigns.why_not(sender.campaign))
            held.append(Submission(raw, sender, {}, Outcome.HELD, rejection=why))
    for batch in chunked(held, settings.batch_size):
        arrivals.store(ledger, batch, [])
    return others

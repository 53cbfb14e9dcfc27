"""A place in the bucket of submissions that the portal gave out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Upload:
    """A photograph that somebody sends, or sent, by the portal.

    Attributes:
        key: where it goes: ``campaign/submitter/…``, made by the portal.
        campaign: its name.
        submitter: name of the account.
        client_id: the page's own name of it: asked for twice, it is one place.
        file_name: as the sender's device calls it; data, never part of a key.
        media_type: as the browser says; the bucket takes no other one at this place.
        size: bytes, as the browser says; the bucket takes no more.
        categories: what its sender says that it shows; may be said after it was sent.
        from_demo: whether it came from the demo page.
        issued_at: in UTC.
        arrived_at: when the page said that the bucket has it; None before.
    """

    key: str
    campaign: str
    submitter: str
    client_id: str
    file_name: str
    media_type: str
    size: int
    categories: tuple[str, ...]
    from_demo: bool
    issued_at: datetime
    arrived_at: datetime | None = None

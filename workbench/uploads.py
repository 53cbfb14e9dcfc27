"""What people send by the portal: places in the bucket of submissions. Nothing that a browser says is more than a claim."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import PurePath
from urllib.parse import quote

from datastore.ledger import uploads
from schemas.accounts import Participant
from schemas.recipes.campaign import Campaign
from schemas.upload import GivenPlace, NoPlace, PostForm, Upload, Wanted
from workbench.bench import Workbench

ENDINGS = {
    "image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", "image/heic": "heic", "image/heif": "heif",
    "image/bmp": "bmp", "image/tiff": "tif",
}
"""What is taken (design D14), with the ending of its key. Ingest looks at the content; this spares people a vain upload."""
TYPES = {**{ending: media_type for media_type, ending in ENDINGS.items()}, "jpeg": "image/jpeg", "jfif": "image/jpeg",
         "tiff": "image/tiff", "dib": "image/bmp"}
"""Media types by the ending of a file's name: browsers on some systems know none for HEIC."""
LIFE = timedelta(minutes=10)
"""How long a place may be filled; a page asks again for what took longer."""
EMPTY_PLACES = 100
"""Most places that somebody has at once; a page asks for them as it sends, 3 at a time."""
PLACES_A_DAY = 2000
"""Most places that somebody gets within 24 hours: nobody fills the storage alone. The whole of the first event had 7,570."""
NAME = 100
"""Characters of a file's name that are kept: in an object's metadata each takes up to 12 bytes, and all of it has 2 KB."""


def issue(bench: Workbench, campaign: Campaign, sender: Participant, wanted: Sequence[Wanted], now: datetime,
          from_demo: bool = False) -> list[GivenPlace]:
    """Gives places to photographs, or says why not.

    Args:
        bench: the systems.
        campaign: that they are sent to.
        sender: who has joined it.
        wanted: the photographs; asked for twice by one ``client_id``, one has one place.
        now: in UTC.
        from_demo: whether they come from the demo page.

    Returns:
        An answer for each, in order.
    """
    refused = refused_all(campaign, sender, now)
    if refused:
        return [GivenPlace(item.client_id, refused=refused) for item in wanted]
    whys = {item.client_id: why for item in wanted if (why := _refused(bench, item))}
    given = _given(bench, campaign, sender, [item for item in wanted if item.client_id not in whys], now, from_demo)
    there = _there(bench, given, now)
    return [GivenPlace(item.client_id, refused=whys[item.client_id]) if item.client_id in whys
            else _place(bench, item.client_id, given[item.client_id], there) for item in wanted]


def confirm(bench: Workbench, campaign: str, submitter: str, client_ids: Sequence[str], now: datetime) -> list[str]:
    """Looks whether the bucket has photographs that a page says it has sent.

    Args:
        bench: the systems.
        campaign: its name.
        submitter: whose photographs.
        client_ids: the page's names of them.
        now: in UTC.

    Returns:
        The names of those that are there.
    """
    with bench.ledger.read() as connection:
        known = uploads.by_client(connection, campaign, submitter, client_ids)
    there = _there(bench, known, now)
    return [name for name in client_ids if name in there]


def say_categories(bench: Workbench, campaign: Campaign, sender: Participant, keys: Sequence[str], categories: Sequence[str],
                   now: datetime) -> int | NoPlace:
    """Notes what somebody says that photographs of theirs show; also of those that were sent before.

    Args:
        bench: the systems.
        campaign: that they were sent to; of the categories only those that it gives points for are noted.
        sender: whose they are; keys of others are passed over.
        keys: of their objects.
        categories: names of slices; all that was said before is replaced.
        now: in UTC.

    Returns:
        How many photographs it was noted of; or why nothing more can be said.
    """
    if refused := refused_categories(campaign, sender, now):
        return refused
    offered = offered_categories(campaign)
    return uploads.note_categories(bench.ledger, campaign.name, sender.submitter, keys,
                                  [name for name in offered if name in categories])


def say_of_sent(bench: Workbench, campaign: Campaign, sender: Participant, client_ids: Sequence[str],
                categories: Sequence[str], now: datetime) -> int | NoPlace:
    """``say_categories`` by the page's names of the photographs."""
    with bench.ledger.read() as connection:
        known = uploads.by_client(connection, campaign.name, sender.submitter, client_ids)
    return say_categories(bench, campaign, sender, [item.key for item in known.values()], categories, now)


def offered_categories(campaign: Campaign) -> list[str]:
    """What people can say of a photograph: the campaign's categories, then what it gives a bonus for."""
    return list(dict.fromkeys([*campaign.categories, *campaign.bonus]))


def refused_categories(campaign: Campaign, sender: Participant, now: datetime) -> NoPlace | None:
    """Why somebody can say nothing more of their photographs; None where they can.

    What is said counts before anybody has read a photograph: after the end it would move a rank that is nearly decided.
    """
    if sender.disqualified_at is not None:
        return NoPlace.DISQUALIFIED
    return NoPlace.NOT_OPEN if now >= campaign.ends_at else None


def refused_all(campaign: Campaign, sender: Participant, now: datetime) -> NoPlace | None:
    """Why somebody can send nothing at all to a campaign; None where they can."""
    if sender.disqualified_at is not None:
        return NoPlace.DISQUALIFIED
    if not campaign.counts(now):
        return NoPlace.NOT_OPEN
    if campaign.consent is None or sender.consent_version != campaign.consent.version:
        return NoPlace.CONSENT
    return None


def _refused(bench: Workbench, item: Wanted) -> NoPlace | None:
    if media_type_of(item) is None:
        return NoPlace.FORMAT
    if item.size < 1:
        return NoPlace.EMPTY
    return NoPlace.TOO_LARGE if item.size > bench.settings.max_bytes else None


def media_type_of(item: Wanted) -> str | None:
    """The type that a photograph is taken as: what the browser says, else what its name ends with; None where it is not taken."""
    said = item.media_type.partition(";")[0].strip().lower()
    if said in ENDINGS:
        return said
    return None if said not in ("", "application/octet-stream") else TYPES.get(PurePath(item.file_name).suffix[1:].lower())


def _given(bench: Workbench, campaign: Campaign, sender: Participant, wanted: Sequence[Wanted], now: datetime,
           from_demo: bool) -> dict[str, Upload | NoPlace]:
    """Places by the page's names, those of earlier requests among them; or why there is none."""
    if not wanted:
        return {}
    found: dict[str, Upload | NoPlace] = {}
    # One transaction: two pages of one person at once get no more places than one.
    with bench.ledger.write(alone="uploads") as connection:
        found.update(uploads.by_client(connection, campaign.name, sender.submitter, [item.client_id for item in wanted]))
        new = {item.client_id: item for item in wanted if item.client_id not in found}
        empty = EMPTY_PLACES - uploads.count_given(connection, campaign.name, sender.submitter, now - LIFE, only_empty=True)
        today = PLACES_A_DAY - uploads.count_given(connection, campaign.name, sender.submitter, now - timedelta(days=1))
        why = NoPlace.TOO_MANY_TODAY if today < empty else NoPlace.TOO_MANY_AT_ONCE
        if from_demo:
            since = campaign.midnight(campaign.day_of(now))
            left = campaign.demo_quota - uploads.count_from_demo(connection, campaign.name, since)
            why = NoPlace.DEMO_FULL if left < min(today, empty) else why
            empty = min(empty, left)
        room = max(0, min(today, empty))
        made = [_upload(campaign, sender, item, now, from_demo) for item in list(new.values())[:room]]
        uploads.add(connection, made)
    found.update({item.client_id: item for item in made})
    return {**found, **dict.fromkeys(list(new)[room:], why)}


def _upload(campaign: Campaign, sender: Participant, item: Wanted, now: datetime, from_demo: bool) -> Upload:
    media_type = media_type_of(item) or ""
    key = f"{campaign.name}/{sender.submitter}/{secrets.token_hex(16)}.{ENDINGS[media_type]}"
    return Upload(key, campaign.name, sender.submitter, item.client_id, item.file_name[:NAME], media_type, item.size, (),
                  from_demo, now)


def _there(bench: Workbench, places: dict[str, Upload | NoPlace] | dict[str, Upload], now: datetime) -> set[str]:
    """The page's names of those that the bucket has; what nobody noted yet is noted."""
    asked = [item for item in places.values() if isinstance(item, Upload)]
    unsure = [item for item in asked if item.arrived_at is None and item.issued_at != now]
    bucket = bench.settings.bucket_raw
    answers = bench.objects.in_order(lambda item: bench.objects.exists(bucket, item.key), unsure)
    arrived = [item for item, is_there in zip(unsure, answers, strict=True) if is_there]
    if arrived:
        uploads.mark_arrived(bench.ledger, [item.key for item in arrived], now)
    return {item.client_id for item in [*arrived, *asked] if item.arrived_at is not None or item in arrived}


def _place(bench: Workbench, client_id: str, given: Upload | NoPlace, there: set[str]) -> GivenPlace:
    if isinstance(given, NoPlace):
        return GivenPlace(client_id, refused=given)
    return GivenPlace(client_id, there=True) if client_id in there else GivenPlace(client_id, form=_form(bench, given))


def _form(bench: Workbench, item: Upload) -> PostForm:
    metadata = {"file-name": quote(item.file_name, errors="replace"), "sent-by": "portal-demo" if item.from_demo else "portal"}
    most = min(item.size, bench.settings.max_bytes)
    return bench.browser_objects.presigned_post(bench.settings.bucket_raw, item.key, item.media_type, most, metadata,
                                                int(LIFE.total_seconds()))

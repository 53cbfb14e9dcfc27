"""What looks unfair of a campaign's photographs, by figures alone. A manager decides; nothing is dropped here.

The limits are set so that somebody who sends a gallery twice by mistake, or a sign from three sides, is not flagged.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from schemas.campaign_photograph import CampaignPhotograph
from schemas.flags import FlagKind
from schemas.recipes.campaign import Campaign

OWN_DUPLICATES = 10
"""So many photographs that repeat own ones are flagged, and again with each doubling: 10, 20, 40 and so on."""
OWN_SHARE = 0.3
"""… where they are at least this share of what the person had sent by then."""
OF_ONE_THING = 5
"""Accepted photographs of one thing by one person that nothing is said of; each more is flagged."""
SCREEN_LIMIT = 3.4
"""Likeness to a photograph of a screen from which on it is flagged; docs/campaigns.md has what was measured."""
CAMERA_TIME = "%Y:%m:%d %H:%M:%S"
"""How EXIF writes moments; without a zone."""
CLOCK_DAYS = timedelta(days=1)
"""Cameras tell no zone, and travellers' clocks are up to a day off."""
CLOCKS_FROM = 2005
"""Earlier years are those of clocks that nobody set (1970, 1980, 2000): nothing is known by them."""


@dataclass(frozen=True, slots=True)
class LooksUnfair:
    """Something that looks unfair of a submission; ``detail`` says what was seen, in figures."""

    submission_id: str
    kind: FlagKind
    detail: str


def suspicions(campaign: Campaign, photographs: Sequence[CampaignPhotograph], stock: Mapping[str, str],
               likeness: Mapping[str, float], flagged: Collection[str] = ()) -> list[LooksUnfair]:
    """All that looks unfair of a campaign's photographs.

    Args:
        campaign: its file.
        photographs: all, in the order in which they were sent.
        stock: notes of known pictures by the sha256 of bytes or pixels.
        likeness: ``stages.score.screen.screen_likeness`` by image id, of those that were looked at.
        flagged: submissions that were flagged for farming before, decided or not.
    """
    standing = [item for item in photographs if item.stands]
    return [*_repeating(photographs, flagged), *_of_one_thing(standing), *_stock(standing, stock), *_screens(standing, likeness),
            *_dates(campaign, standing)]


def _repeating(photographs: Iterable[CampaignPhotograph], flagged: Collection[str]) -> Iterator[LooksUnfair]:
    """People who send their own photographs again and again: one flag a person at 10, at 20, at 40.

    A later decision of ingest may move which one is the tenth; a person is not flagged anew for that.
    """
    sent: defaultdict[str, int] = defaultdict(int)
    again: defaultdict[str, list[str]] = defaultdict(list)
    reached: defaultdict[str, list[LooksUnfair]] = defaultdict(list)
    for item in photographs:
        sent[item.submitter] += 1
        if item.repeats != item.submitter:
            continue
        own = again[item.submitter]
        own.append(item.submission_id)
        share = len(own) / sent[item.submitter]
        if len(own) == OWN_DUPLICATES * 2 ** len(reached[item.submitter]) and share >= OWN_SHARE:
            reached[item.submitter].append(LooksUnfair(
                item.submission_id, FlagKind.FARMING,
                f"{len(own)} of {sent[item.submitter]} photographs repeat own ones ({share:.0%})"))
    for submitter, found in reached.items():
        known = sum(name in flagged for name in again[submitter])
        yield from found[known:]


def _of_one_thing(standing: Iterable[CampaignPhotograph]) -> Iterator[LooksUnfair]:
    """Photographs of a thing that their sender has sent five other ones of."""
    groups: defaultdict[tuple[str, str], list[CampaignPhotograph]] = defaultdict(list)
    for item in standing:
        if item.cluster_id:
            groups[item.submitter, item.cluster_id].append(item)
    for group in groups.values():
        for place, item in enumerate(group[OF_ONE_THING:], OF_ONE_THING + 1):
            minutes = (item.sent_at - group[0].sent_at) / timedelta(minutes=1)
            yield LooksUnfair(item.submission_id, FlagKind.FARMING,
                            f"number {place} of one thing by the same person, {minutes:,.0f} minutes after the first")


def _stock(standing: Iterable[CampaignPhotograph], stock: Mapping[str, str]) -> Iterator[LooksUnfair]:
    for item in standing:
        name = next((name for name in (item.raw_sha256, item.image_id, item.pixels_id) if name and name in stock), None)
        if name:
            yield LooksUnfair(item.submission_id, FlagKind.STOCK, f"{stock[name] or 'a known picture'} ({name[:12]}…)")


def _screens(standing: Iterable[CampaignPhotograph], likeness: Mapping[str, float]) -> Iterator[LooksUnfair]:
    for item in standing:
        figure = likeness.get(item.image_id or "", 0.0)
        if figure >= SCREEN_LIMIT:
            yield LooksUnfair(item.submission_id, FlagKind.SCREEN,
                            f"a fine regular grid all over it: {figure:.1f}, flagged from {SCREEN_LIMIT} on")


def _dates(campaign: Campaign, standing: Iterable[CampaignPhotograph]) -> Iterator[LooksUnfair]:
    earliest = campaign.first_day - CLOCK_DAYS
    for item in standing:
        taken = camera_time(item.captured_at)
        # A camera that is ahead of the moment of sending has a wrong clock: nothing is known by it.
        if taken is None or taken.year < CLOCKS_FROM or taken.date() > campaign.day_of(item.sent_at) + CLOCK_DAYS:
            continue
        if taken.date() < earliest:
            yield LooksUnfair(item.submission_id, FlagKind.CAPTURE_DATE,
                            f"taken on {taken:%Y-%m-%d} by its camera; the first day is {campaign.first_day}")


def camera_time(text: str | None) -> datetime | None:
    """The moment that a camera wrote, in its own unknown zone; None where it wrote none, or something else."""
    if not text:
        return None
    try:
        return datetime.strptime(text.strip()[:19], CAMERA_TIME)
    except ValueError:
        return None

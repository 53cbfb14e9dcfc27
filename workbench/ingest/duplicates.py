"""Duplicates, doubtful pictures and clusters, read for a manager; the page and its pictures as files."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from datastore.ledger import Ledger, duplicates, pairs
from datastore.objects import ObjectStore
from pages.contact_sheet import Group, PagePicture, Section, contact_sheet, pair_sheet
from pages.duplicate_groups import Overlay, cluster_group, pair_group
from saegim.names import unknown
from schemas.decision import Outlook
from schemas.errors import SettingError
from schemas.pairs import Cluster, Listed, Pair, SentPicture
from schemas.submission import Outcome, Reason
from stages.ingest.side_by_side import enlarged, side_by_side
from workbench.bench import Workbench
from workbench.run import progress

SHORT = 12
"""Characters of an id in the name of a file."""
LISTS: dict[Section, Callable[..., Listed]] = {
    Section.HELD: pairs.waiting, Section.BY_HAND: pairs.by_hand, Section.EDITED: pairs.edited, Section.EXACT: pairs.exact}
"""Which question to the ledger finds the pairs of a section: it takes the ledger, the campaign and how many at most."""
REJECTIONS = sorted(set(Reason) - {Reason.UNKNOWN_CAMPAIGN})
"""Reasons of rejections: submissions to an unknown campaign are held."""


@dataclass(frozen=True, slots=True)
class FoundDuplicates:
    """What the ledger has of duplicates and clusters, the newest first.

    Attributes:
        listed: pairs by section.
        clusters: those that are shown.
        clusters_left_out: how many more there are.
    """

    listed: dict[Section, Listed]
    clusters: list[Cluster]
    clusters_left_out: int

    @property
    def pairs(self) -> list[tuple[Section, Pair]]:
        """All pairs with their sections."""
        return [(section, pair) for section, found in self.listed.items() for pair in found.pairs]

    @property
    def waiting(self) -> int:
        """How many submissions wait for a manager, of those that are shown."""
        return len({pair.later.submission_id for pair in self.listed[Section.HELD].pairs})

    @property
    def left_out(self) -> int:
        """How many pairs and clusters are not shown."""
        return sum(found.total - len(found.pairs) for found in self.listed.values()) + self.clusters_left_out

    @property
    def clusters_there_are(self) -> int:
        """How many clusters there are, shown or not."""
        return len(self.clusters) + self.clusters_left_out


def find_duplicates(ledger: Ledger, campaign: str | None, limit: int) -> FoundDuplicates:
    """Pairs and clusters, at most so many of a kind, of one campaign or of all."""
    clusters = pairs.clusters(ledger, campaign)
    return FoundDuplicates({section: find(ledger, campaign, limit) for section, find in LISTS.items()}, clusters[:limit],
                           len(clusters[limit:]))


def write_page(bench: Workbench, path: Path, campaign: str | None, limit: int) -> FoundDuplicates:
    """Writes the page of duplicates and, in a folder beside it, its pictures.

    Args:
        bench: the systems.
        path: of the page.
        campaign: only this campaign's; all where it is None.
        limit: at most so many pairs of a kind, and so many clusters.

    Returns:
        What is on the page.
    """
    found = find_duplicates(bench.ledger, campaign, limit)
    files = PictureFiles(bench.objects, bench.settings.bucket_images, path)
    sent = [picture for _, pair in found.pairs for picture in (pair.later, pair.earlier) if picture]
    sent += [member for cluster in found.clusters for member in cluster.members]
    distinct = list({picture.submission_id: picture for picture in sent}.values())
    with progress(bench.run, "pictures", len(distinct)) as advance:
        pictures = files.write_pictures(distinct, advance)
    with progress(bench.run, "pairs", len(found.pairs)) as advance:
        groups = files.pair_groups(found.pairs, pictures, advance)
    groups += [cluster_group(cluster, pictures) for cluster in found.clusters]
    path.write_text(contact_sheet(groups, found.left_out), encoding="utf-8")
    files.forget_others()
    return found


def write_decision_page(bench: Workbench, path: Path, seen: Outlook) -> bool:
    """Writes a page of the two pictures that a decision is about; False where there are none to show."""
    if not seen.named:
        return False
    first = seen.named[0]
    last = seen.named[-1]
    # For a split, what is shown beside the picture is what it repeats.
    beside = first.submission_id if first is not last else last.duplicate_of
    pair = pairs.pair_of(bench.ledger, last.submission_id, beside)
    if pair is None:
        return False
    files = PictureFiles(bench.objects, bench.settings.bucket_images, path)
    pictures = files.write_pictures([picture for picture in (pair.later, pair.earlier) if picture])
    overlay = files.overlay(pair, pictures)
    path.write_text(pair_sheet(pair_group(Section.EDITED, pair, pictures, overlay)), encoding="utf-8")
    files.forget_others()
    return True


def retry(ledger: Ledger, reason: str) -> int:
    """Lets the next ingest try quarantined files again, or rejected ones of a reason; returns how many.

    Args:
        ledger: where they are.
        reason: of a rejection; empty for quarantined files.

    Raises:
        SettingError: there is no such reason.
    """
    if not reason:
        return duplicates.retry(ledger, Outcome.QUARANTINED)
    if reason not in REJECTIONS:
        raise SettingError(unknown("reason to reject", reason, REJECTIONS))
    return duplicates.retry(ledger, Outcome.REJECTED, Reason(reason))


class PictureFiles:
    """Pictures of a page as files of a folder beside it; each is read and encoded once.

    Args:
        objects: where canonical pictures are.
        bucket: of them.
        page: path of the page.
    """

    def __init__(self, objects: ObjectStore, bucket: str, page: Path) -> None:
        self._objects = objects
        self._bucket = bucket
        self._folder = page.parent / f"{page.stem}-pictures"
        self._folder.mkdir(parents=True, exist_ok=True)
        self._written: set[str] = set()

    def write_pictures(self, sent: Sequence[SentPicture],
                       advance: Callable[[int], None] = lambda _: None) -> dict[str, PagePicture]:
        """Writes pictures, each as large as a person wants to see it.

        Returns:
            Where each is, by submission id; those that are not in the object store any more are left out.
        """
        pictures: dict[str, PagePicture] = {}
        for one, picture in zip(sent, self._objects.in_order(self._picture, sent), strict=True):
            if picture:
                pictures[one.submission_id] = picture
            advance(1)
        return pictures

    def pair_groups(self, listed: Sequence[tuple[Section, Pair]], pictures: dict[str, PagePicture],
                    advance: Callable[[int], None]) -> list[Group]:
        """Pairs as the page shows them."""
        groups = []
        lay = functools.partial(self._overlay_of, pictures)
        for (section, pair), overlay in zip(listed, self._objects.in_order(lay, listed), strict=True):
            groups.append(pair_group(section, pair, pictures, overlay))
            advance(1)
        return groups

    def overlay(self, pair: Pair, pictures: dict[str, PagePicture]) -> Overlay:
        """One picture of a pair over the other; an empty one where a picture is not there."""
        earlier = pair.earlier
        if earlier is None or not {earlier.submission_id, pair.later.submission_id} <= pictures.keys():
            return Overlay()
        before, after = self._objects.get_many(self._bucket, [earlier.image_key, pair.later.image_key])
        seen = side_by_side(before, after)
        if seen.laid is None:
            return Overlay(None, seen.differences)
        name = f"{pair.later.submission_id[:SHORT]}-{earlier.submission_id[:SHORT]}"
        return Overlay(self._file(name, seen.laid.data), seen.differences)

    def forget_others(self) -> None:
        """Removes pictures of pages before."""
        for path in self._folder.glob("*.jpg"):
            if path.name not in self._written:
                path.unlink()

    def _overlay_of(self, pictures: dict[str, PagePicture], item: tuple[Section, Pair]) -> Overlay:
        section, pair = item
        return Overlay() if section is Section.EXACT else self.overlay(pair, pictures)

    def _picture(self, sent: SentPicture) -> PagePicture | None:
        data = self._objects.get_or_none(self._bucket, sent.image_key)
        if data is None:
            return None
        shown = enlarged(data)
        return PagePicture(sent.key, "", self._file(sent.submission_id[:SHORT], shown.data), shown.width, shown.height)

    def _file(self, name: str, jpeg: bytes) -> str:
        path = self._folder / f"{name}.jpg"
        path.write_bytes(jpeg)
        self._written.add(path.name)
        return f"{self._folder.name}/{path.name}"

"""Decisions on duplicates: looking ahead, taking them, and listing what was ever decided."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from PIL import Image

from datastore.ledger import Connection, Ledger, decisions, duplicates, outlook, submissions
from datastore.ledger.standing import in_force, undone
from datastore.ledger.word_index import WordIndex
from datastore.objects import ObjectStore
from datastore.releases import newest, places
from pages.decision import ReleasedImages, Stakes, said, what_follows
from schemas.decision import Decision, Outlook
from schemas.errors import NotToBeDecided
from schemas.ids import image_number
from schemas.submission import Said
from stages.ingest.decide import check, check_undo
from stages.ingest.words import words_of_file
from workbench.bench import Workbench
from workbench.settings import Settings


def foresee_split(ledger: Ledger, name: str) -> Outlook:
    """What would follow if a submission (key, id or beginning of its id) were a picture of its own.

    Raises:
        NoSuchSubmission: there is none of that name, or several.
        NotToBeDecided: it makes no sense; the message says why, and the way.
    """
    row = duplicates.find(ledger, name)
    return look_ahead(ledger, Decision(0, Said.SPLIT, row.submission_id, decided_at=datetime.now(UTC)))


def foresee_merge(ledger: Ledger, name: str, into: str, same_photograph: bool) -> Outlook:
    """What would follow if two submissions showed the same thing, or were the same photograph; errors as ``foresee_split``."""
    row = duplicates.find(ledger, name)
    other = duplicates.find(ledger, into)
    kind = Said.DUPLICATE if same_photograph else Said.CLUSTER
    return look_ahead(ledger, Decision(0, kind, row.submission_id, other.submission_id, decided_at=datetime.now(UTC)))


def foresee_undo(ledger: Ledger, number: int | None) -> Outlook:
    """What would follow if a decision were taken back; the last one in force for None.

    Raises:
        NotToBeDecided: there is nothing to take back.
    """
    undoes = number or last_in_force(ledger)
    return look_ahead(ledger, Decision(0, Said.UNDO, undoes=undoes, decided_at=datetime.now(UTC)))


def look_ahead(ledger: Ledger, decision: Decision) -> Outlook:
    """What would follow from a decision.

    Raises:
        NotToBeDecided: it makes no sense; the message says why, and the way.
    """
    with ledger.read() as connection:
        return _checked(connection, decision)


def tell(bench: Workbench, seen: Outlook) -> list[str]:
    """What follows from a decision, one sentence a thing; empty where nothing changes now."""
    with bench.ledger.read() as connection:
        points = outlook.points_of(connection, list(seen.changed))
        labelled = outlook.labelled(connection, seen.stops)
    stakes = Stakes(points, labelled, list(released_images(bench.objects, bench.settings, seen)))
    return what_follows(seen, stakes, bench.settings.label_studio_url)


def decide(bench: Workbench, seen: Outlook) -> None:
    """Adds a decision to the list and writes what follows, all or nothing.

    Args:
        bench: the systems.
        seen: what was shown to whoever decides.

    Raises:
        NotToBeDecided: something else would follow by now.
    """
    with bench.ledger.write(alone="images") as connection:
        now = _checked(connection, seen.decision)
        if (now.decision.number, now.changed, now.after.clusters) != (seen.decision.number, seen.changed, seen.after.clusters):
            raise NotToBeDecided("Meanwhile somebody else decided or an ingest ran, and something else would follow. Look again: "
                                 "run the same once more")
        bring_images(connection, bench.objects, bench.settings.bucket_images, now)
        decisions.append(connection, now.decision)
        decisions.write(connection, now.about, now.after)


@dataclass(frozen=True, slots=True)
class ListedDecision:
    """A decision as people read it.

    Attributes:
        number: in the order in which they were said.
        decided_at: when; None before decisions were a list.
        words: what it says.
        taken_back_by: number of the decision that undoes it; None where it is in force.
    """

    number: int
    decided_at: datetime | None
    words: str
    taken_back_by: int | None


def list_decisions(ledger: Ledger) -> list[ListedDecision]:
    """Everything that was ever said of submissions, in order."""
    listed = decisions.decision_list(ledger)
    gone = undone(listed)
    keys = decisions.keys_by_id(ledger, {name for item in listed for name in item.names})
    return [ListedDecision(item.number, item.decided_at, said(item, keys), gone.get(item.number)) for item in listed]


def last_in_force(ledger: Ledger) -> int | None:
    """Number of the decision that was taken last, of those in force; None where there is none."""
    return max((item.number for item in in_force(decisions.decision_list(ledger))), default=None)


def _checked(connection: Connection, decision: Decision) -> Outlook:
    if decision.kind is Said.UNDO:
        listed = decisions.all_decisions(connection)
        check_undo(decision, {item.number: item for item in listed}, undone(listed))
    seen = outlook.foresee(connection, decision)
    check(seen)
    return seen


def released_images(objects: ObjectStore, settings: Settings, seen: Outlook) -> Iterator[ReleasedImages]:
    """What the newest release of each dataset holds of images that nobody stands on any more, or that come into one cluster."""
    wanted = {*seen.stops, *seen.regrouped}
    if not wanted:
        return
    for path in sorted(settings.datasets.glob("*.yaml")):
        if release := newest(objects, settings.bucket_datasets, path.stem):
            held = places(objects, settings.bucket_datasets, release)
            yield ReleasedImages(str(release.name), {image: held[image].split for image in wanted
                                                     if image in held and held[image].held})


def bring_images(connection: Connection, objects: ObjectStore, bucket: str, seen: Outlook) -> None:
    """Brings pictures that come to stand into the ledger's images and into the word index, from their files."""
    index = WordIndex()
    for image in seen.starts:
        known = seen.about.images.get(image)
        data = objects.get(bucket, known.key if known else decisions.picture_key(connection, image))
        if known is None:
            with Image.open(io.BytesIO(data)) as picture:
                media_type = f"image/{(picture.format or '').lower()}"
                submissions.add_image(connection, image, media_type, picture.width, picture.height, len(data))
        found = words_of_file(data)
        index.read(connection, [found])
        index.add(image_number(image), found)
    index.flush(connection)

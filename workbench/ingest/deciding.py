"""Decisions on duplicates: what will follow, in words, and taking them."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import cv2
import numpy as np
from PIL import Image

from datastore.ledger import Connection, Row, decisions, outlook, submissions
from datastore.ledger.outlook import Outlook
from datastore.ledger.standing import Decision, Place, in_force
from datastore.ledger.word_index import Gate, numbered
from datastore.releases import newest, places
from schemas.errors import NotToBeDecided
from schemas.submission import Outcome, Said, image_key
from stages.ingest.words import small, words
from workbench.bench import Workbench

NAMED = 6
"""Submissions of a cluster that are named in a sentence."""


def look_ahead(bench: Workbench, decision: Decision) -> Outlook:
    """What would follow from a decision.

    Raises:
        NotToBeDecided: it makes no sense; the message says why, and the way.
    """
    with bench.ledger.read() as connection:
        return _checked(connection, decision)


def last_in_force(bench: Workbench) -> int | None:
    """Number of the decision that was taken last, of those in force; None where there is none."""
    return max((item.number for item in in_force(decisions.decision_list(bench.ledger))), default=None)


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
        _bring_images(bench, connection, now)
        decisions.append(connection, now.decision)
        decisions.write(connection, now.about, now.after)


def sentences(bench: Workbench, seen: Outlook) -> list[str]:
    """What follows from a decision, one sentence a thing."""
    with bench.ledger.read() as connection:
        had = outlook.points_of(connection, list(seen.changed))
        made = outlook.labelled(connection, seen.stops)
    rows = seen.about.rows
    lines = [_becomes(seen, rows[name], place, had.get(name, 0)) for name, place in seen.changed.items()]
    lines += _clusters(seen)
    for image in seen.stops:
        key = _key_of(seen, image)
        if found := made.get(image):
            if found.configs:
                lines.append(f"The accepted reading of {key}'s picture ({', '.join(found.configs)}) is kept, and no later "
                             "release has it.")
            lines += [f"Its task stays in Label Studio ({bench.settings.label_studio_url}/projects/{project}/data?task={task}): "
                      "whatever is answered there is kept, and no release has it. Delete the task to spare the work."
                      for project, task in found.tasks]
    return lines + list(_released(bench, seen))


def description(row: Row[Any], picture: Row[Any] | None) -> str:
    """One submission in a line: its key, what the picture measures, whose it is, and how it stands."""
    size = f"{picture.width} × {picture.height} pixels, " if picture else ""
    return (f"{row.key}  ({row.submission_id[:12]}): {size}sent {row.sent_at:%Y-%m-%d %H:%M} UTC by {row.submitter or '?'} to "
            f"{row.campaign or '?'}, {row.outcome}")


def in_words(seen: Outlook) -> str:
    """What a decision says."""
    return said(seen.decision, {name: row.key for name, row in seen.about.rows.items()})


def said(decision: Decision, keys: dict[str, str]) -> str:
    """What a decision says, with the keys of submissions by their ids; an id stands for a submission that is not there now."""
    one, other = (keys.get(name, name[:12]) for name in (decision.submission_id, decision.other_id))
    return {Said.SPLIT: f"{one} is a picture of its own", Said.DUPLICATE: f"{one} and {other} are the same photograph",
            Said.CLUSTER: f"{one} shows the same thing as {other}",
            Said.UNDO: f"takes decision {decision.undoes} back"}[decision.kind]


def _checked(connection: Connection, decision: Decision) -> Outlook:
    if decision.kind is Said.UNDO:
        outlook.check_undo(connection, decision)
    seen = outlook.foresee(connection, decision)
    gone = {decision.submission_id, decision.other_id} - {""} - seen.about.rows.keys()
    if gone:
        raise NotToBeDecided("A submission waits for the next ingest now: saegim run ingest, then say it again")
    if decision.kind is Said.SPLIT:
        outlook.check_split(seen)
    elif decision.kind is not Said.UNDO:
        outlook.check_merge(seen)
    return seen


def _becomes(seen: Outlook, row: Row[Any], place: Place, had: int) -> str:
    original = seen.about.rows[place.duplicate_of].key if place.duplicate_of else ""
    lost = f" Its {had} points go with the next score." if had and place.outcome is not Outcome.ACCEPTED else ""
    if place.outcome is Outcome.DUPLICATE and row.outcome == Outcome.DUPLICATE:
        return f"{row.key} becomes a duplicate of {original}, no longer of {seen.about.rows[row.duplicate_of].key}."
    if place.outcome is Outcome.DUPLICATE:
        return f"{row.key} becomes a duplicate of {original}: it is not labelled and earns no points.{lost}"
    if place.outcome is Outcome.ACCEPTED and row.outcome == Outcome.ACCEPTED:
        return f"{row.key} stands on another picture: {place.image_id[:12]}, no longer {row.image_id[:12]}."
    if place.outcome is Outcome.ACCEPTED:
        return f"{row.key} is accepted: the next prelabel reads it, and it counts for its sender."
    if place.outcome is Outcome.HELD:
        return f"{row.key} waits for a decision ({place.detail}): nobody labels it meanwhile.{lost}"
    return f"{row.key} becomes {place.outcome}: {(place.detail or '').strip().splitlines()[-1]}.{lost}"


def _clusters(seen: Outlook) -> Iterator[str]:
    """Clusters that grow, and images that leave one."""
    told: set[frozenset[str]] = set()
    for image in sorted({place.image_id for place in seen.after.places.values() if place.outcome in outlook.TAKEN}):
        now = seen.cluster_of(seen.after, image)
        before = seen.cluster_of(seen.before, image) if image in seen.before.clusters else {image}
        if frozenset(now) in told or not now - before:
            if before - now - set(seen.stops) and len(now) == 1:
                yield f"{_key_of(seen, image)} is in no cluster any more."
            continue
        told.add(frozenset(now))
        if len(now) > 1:
            names = sorted(_key_of(seen, member) for member in now)
            more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
            yield f"One cluster, always in one split: {', '.join(names[:NAMED])}{more}."


def _key_of(seen: Outlook, image: str) -> str:
    for standing in (seen.after, seen.before):
        for name, place in standing.places.items():
            if place.image_id == image and place.outcome in outlook.TAKEN:
                return str(seen.about.rows[name].key)
    return image[:12]


def _released(bench: Workbench, seen: Outlook) -> Iterator[str]:
    """What the newest release of each dataset holds of images that nobody stands on any more, or that come into one cluster."""
    grown = {image for image in seen.after.clusters if image in seen.before.clusters
             and seen.before.clusters[image].cluster_id != seen.after.clusters[image].cluster_id}
    wanted = {*seen.stops, *(member for image in grown - set(seen.stops) if image not in seen.starts
                             for member in seen.cluster_of(seen.after, image))}
    if not wanted:
        return
    for path in sorted(bench.settings.datasets.glob("*.yaml")):
        release = newest(bench.objects, bench.settings.bucket_datasets, path.stem)
        held = places(bench.objects, bench.settings.bucket_datasets, release) if release else {}
        found = {image: held[image].split for image in wanted if image in held and held[image].held}
        for image in sorted(found.keys() & set(seen.stops)):
            yield (f"{release and release.name} holds {_key_of(seen, image)} in {found[image]}: it stays there, the next one "
                   "leaves it out.")
        for group in {frozenset(seen.cluster_of(seen.after, image)) for image in found.keys() - set(seen.stops)}:
            splits = sorted({found[image] for image in group if image in found})
            if len(splits) > 1:
                yield (f"{release and release.name} has pictures of this cluster in {' and '.join(splits)}: no later release is "
                       "published until one of them is left out or the decision is taken back.")


def _bring_images(bench: Workbench, connection: Connection, seen: Outlook) -> None:
    """Brings pictures that come to stand into the ledger's images and into the gate's index, from their files."""
    gate = Gate()
    for image in seen.starts:
        known = seen.about.images.get(image)
        key = image_key(image, known.media_type) if known else decisions.picture_key(connection, image)
        data = bench.objects.get(bench.settings.bucket_images, key)
        if known is None:
            submissions.add_image(connection, image, *_measured(data), len(data))
        found = words(small(np.asarray(cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_GRAYSCALE), np.uint8)))
        gate.read(connection, [found])
        gate.add(numbered(image), found)
    gate.flush(connection)


def _measured(data: bytes) -> tuple[str, int, int]:
    """Media type, width and height of a canonical picture."""
    with Image.open(io.BytesIO(data)) as picture:
        return f"image/{(picture.format or '').lower()}", picture.width, picture.height


def named_rows(bench: Workbench, seen: Outlook) -> Sequence[Row[Any]]:
    """The submissions that a decision names, the one sent first first; for an undo, those of what it takes back."""
    with bench.ledger.read() as connection:
        names: Iterable[str] = outlook.named(connection, seen.decision)
    rows = [seen.about.rows[name] for name in names if name in seen.about.rows]
    return sorted(rows, key=lambda row: (row.sent_at, row.key))

"""trace: a name → the life of what it names, read from the ledger, the object storage, releases and evaluations."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from datastore.ledger import Ledger, life
from datastore.ledger.flags import flags_of_submissions
from datastore.ledger.readings import readings_of_image
from schemas.ids import pseudonym
from schemas.recorded import SubmissionRow
from schemas.submission import Outcome, image_key
from schemas.trace import Life, Trace, TraceKind, TraceName
from stages.trace.life_events import events_of, without_asked
from stages.trace.life_regions import regions_of
from workbench.bench import Workbench
from workbench.settings import Settings
from workbench.trace.figures import measured_of
from workbench.trace.find import find_thing
from workbench.trace.shipped import releases_of

VERBS = ("ingest", "ingest-batch", "prelabel", "prelabel-batch", "label", "collect", "export", "evaluate")
"""Whose runs may have done something to an image."""
SHOWN = (Outcome.ACCEPTED, Outcome.DUPLICATE, Outcome.HELD)
"""Submissions whose picture may be shown to managers."""
BEFORE = timedelta(days=1)
"""The storage's clock may be behind the ledger's."""


def trace(bench: Workbench, text: str, *, people: bool = False) -> Trace:
    """The life of what somebody names.

    Args:
        bench: the systems.
        text: an id or its beginning, a key, or a number; see ``find_thing``.
        people: whether names of people are told, in place of their pseudonyms.

    Raises:
        NoSuchThing: nothing is named so, or several things are.
    """
    name = find_thing(bench.ledger, text)
    known = gather(bench, name)
    stands_for = _stands_for(bench.settings, people)
    shown = known.image and (any(row.outcome in SHOWN for row in known.submissions) or not known.submissions)
    return Trace(name, tuple(without_asked(events_of(known, name, stands_for))), tuple(regions_of(known, name, stands_for)),
                 known.image, known.image.key if known.image and shown else "")


def gather(bench: Workbench, name: TraceName) -> Life:
    """All that the systems know of what a name names."""
    of_ledger = _of_ledger(bench.ledger, name)
    image = of_ledger.image
    if image is None:
        return of_ledger
    bucket = bench.settings.bucket_images
    decoded_at = bench.objects.written_at(bucket, image_key(image.image_id, image.media_type))
    releases = releases_of(bench, image.image_id)
    measured = measured_of(bench, image.image_id, {item.name for item in releases if item.split})
    first = min([row.sent_at for row in of_ledger.submissions] + ([decoded_at] if decoded_at else []), default=None)
    runs = []
    if first:
        with bench.ledger.read() as connection:
            runs = life.runs_between(connection, VERBS, first - BEFORE, datetime.now(UTC))
    return replace(of_ledger, decoded_at=decoded_at, releases=tuple(releases), measured=tuple(measured), runs=tuple(runs))


def _of_ledger(ledger: Ledger, name: TraceName) -> Life:
    with ledger.read() as connection:
        image_id = name.image_id
        rows = _submissions(life.submissions_of(connection, image_id) if image_id else [], name)
        if name.submission_id and name.submission_id not in {row.submission_id for row in rows}:
            rows += life.submissions_named(connection, [name.submission_id])
        ids = [row.submission_id for row in rows]
        waits = life.arrivals_of(connection, [*ids, name.submission_id])
        keys = [row.key for row in rows] + [item.key for item in waits]
        uploads = life.places_of(connection, keys or [name.name])
        found = Life(
            tuple(rows), uploads, tuple(waits), life.comparisons_of(connection, ids),
            tuple(life.decisions_about(connection, ids)), points=tuple(life.points_for(connection, ids)))
        if image_id:
            found = replace(
                found, image=life.image_of(connection, image_id), tasks=tuple(life.tasks_of(connection, image_id)),
                annotations=tuple(life.annotations_of(connection, image_id)), pairs=tuple(life.pairs_of(connection, image_id)),
                second_looks=life.second_looks_of(connection, image_id), accepted=life.accepted_of(connection, image_id),
                hold=life.hold_of(connection, image_id))
    flags = flags_of_submissions(ledger, ids)
    readings = sorted(readings_of_image(ledger, image_id), key=lambda item: (item.by_person, item.revision)) if image_id else []
    return replace(found, readings=tuple(readings), flags=tuple(flag for name in ids for flag in flags.get(name, [])))


def _submissions(rows: list[SubmissionRow], name: TraceName) -> list[SubmissionRow]:
    """Of a submission that was asked for, only itself and the one that it repeats: others' copies are not its life."""
    if name.kind is not TraceKind.SUBMISSION:
        return rows
    own = {row.submission_id: row for row in rows}.get(name.submission_id)
    return [row for row in rows if own and row.submission_id in (own.submission_id, own.duplicate_of)]


def _stands_for(settings: Settings, people: bool) -> Callable[[str], str]:
    if people:
        return str
    return functools.partial(pseudonym, settings.pseudonym_secret.get_secret_value())

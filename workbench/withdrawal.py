"""Photographs that people take back: nobody uses them from then on, and the file that was sent is deleted."""

from __future__ import annotations

from datastore.ledger import audit, duplicates
from datastore.ledger.engine import be_alone
from datastore.ledger.withdrawals import withdraw_key
from schemas.accounts import Act, Role
from schemas.errors import NoSuchSubmission
from schemas.submission import sender_of
from schemas.text import normalise
from workbench.accounts import Actor
from workbench.bench import Workbench


def withdraw_own(bench: Workbench, campaign: str, submitter: str, key: str) -> bool:
    """Withdraws what its own sender takes back.

    Args:
        bench: the systems.
        campaign: that it was sent to.
        submitter: who takes it back.
        key: of its object.

    Returns:
        Whether it was not withdrawn before.

    Raises:
        NoSuchSubmission: nothing was sent under this key, or by somebody else.
    """
    sender = sender_of(key)
    if sender is None or (sender.campaign, sender.submitter) != (normalise(campaign), normalise(submitter)):
        raise NoSuchSubmission(f"{submitter} sent nothing under the key {key!r} to {campaign}")
    return _withdraw(bench, bench.settings.bucket_raw, key, Actor(submitter, Role.SUBMITTER), "its sender took it back")


def withdraw_named(bench: Workbench, name: str, by: Actor, because: str) -> bool:
    """Withdraws what a manager is asked to; named by its key, its id or the beginning of its id. Answers like ``withdraw_own``.

    Raises:
        NoSuchSubmission: there is none of this name, or several.
    """
    try:
        row = duplicates.find(bench.ledger, name)
    except NoSuchSubmission as error:
        if sender_of(name) is None:
            raise
        try:
            return _withdraw(bench, bench.settings.bucket_raw, name, by, because)  # no ingest has seen it yet
        except NoSuchSubmission:
            raise error from None
    return _withdraw(bench, row.bucket, row.key, by, because)


def _withdraw(bench: Workbench, bucket: str, key: str, by: Actor, because: str) -> bool:
    """Rows first, then the object: killed between the two, the next ingest deletes it (``workbench/ingest/listing.py``)."""
    lying = [raw for page in bench.objects.pages(bucket, key) for raw in page if raw.key == key]
    sender = sender_of(key)
    with bench.ledger.write(alone="images") as connection:
        changed = withdraw_key(connection, bucket, key, lying, because)
        if changed is None:
            raise NoSuchSubmission(f"Nothing was sent under the key {key!r}")
        if changed:
            be_alone(connection, audit.ALONE)
            audit.write_deed(connection, by.name, by.role, Act.WITHDREW, sender.campaign if sender else None, key, because)
    bench.objects.delete(bucket, key)
    return bool(changed)

"""Flags in front of a manager: the next one with its pictures, and what they say of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from datastore.ledger import Ledger, audit, flag_queue, flags, pairs, participants, pictures
from schemas.accounts import Account, Act
from schemas.errors import DecidedMeanwhile, NotToBeDecided
from schemas.flag_review import FlagItem, FlagName, FlagQueue, QueuedFlag, Say, flag_name, state_of
from schemas.submission import Outcome
from workbench.bench import Workbench

MOST_ALIKE = 100
"""Flags of one person that are decided in one go, at most."""
REASON_LENGTH = 500
"""Most characters of a reason: two sentences in two languages."""


def flags_to_decide(ledger: Ledger, campaign: str, at: FlagName | None = None, after: FlagName | None = None,
                    done: FlagName | None = None) -> FlagQueue:
    """The flag that a manager looks at now, and the one after it.

    Args:
        ledger: where.
        campaign: its name.
        at: this one, decided or not.
        after: the first undecided one behind this one, whatever became of it; behind the last one it begins anew.
        done: the one that was decided just before.

    Raises:
        NotToBeDecided: there is no flag ``at``.
    """
    queue = flag_queue.open_flags(ledger, campaign)
    shown = flag_queue.flag_named(ledger, campaign, at) if at else None
    if at and shown is None:
        raise NotToBeDecided(f"There is no flag {at} in campaign {campaign}")
    behind = shown or (flag_queue.flag_named(ledger, campaign, after) if after else None)
    rest = [item for item in queue if item.order > behind.order] if behind else queue
    rest += [item for item in queue if behind and item.order < behind.order]
    if shown is None and not rest and behind and behind.flag.decision is None:
        rest = [behind]  # it was left for later and is the only one
    looked_at = ([shown] if shown else []) + rest
    items = _items(ledger, campaign, looked_at[:2], queue)
    return FlagQueue(items[0] if items else None, items[1] if len(items) > 1 else None, len(queue),
                     flag_queue.flag_named(ledger, campaign, done) if done else None)


def say_of_flags(bench: Workbench, campaign: str, names: Sequence[FlagName], say: Say, because: str, by: Account,
                 seen: str) -> int:
    """Writes what a manager says of flags, and that they said it; said twice it changes nothing.

    Args:
        bench: the systems.
        campaign: its name.
        names: the flag that they looked at first; the others are written as far as nobody has decided them.
        say: what.
        because: why; the owners read it where the photographs do not count.
        by: who.
        seen: ``state_of`` the first one when they looked at it.

    Returns:
        How many flags changed.

    Raises:
        NotToBeDecided: there is no such flag, or no reason is given where one is needed.
        DecidedMeanwhile: somebody has said something of it since.
    """
    reason = because.strip()
    if say is Say.COUNTS_NOT and not reason:
        raise NotToBeDecided("A photograph does not count for a reason: its owner reads it")
    if len(reason) > REASON_LENGTH:
        raise NotToBeDecided(f"A reason has at most {REASON_LENGTH} characters, this one has {len(reason)}")
    now = datetime.now(UTC)
    with bench.ledger.write(alone=audit.ALONE) as connection:
        found = flag_queue.flags_named(connection, campaign, names)
        if names[0] not in found:
            raise NotToBeDecided(f"There is no flag {names[0]} in campaign {campaign}")
        first = found[names[0]].flag
        if state_of(first) != seen and not _says(found[names[0]], say, reason, by):
            raise DecidedMeanwhile(f"{first.decided_by or 'Somebody'} has decided this one since you looked at it")
        changed = [name for name, item in found.items()
                   if not _says(item, say, reason, by) and (name == names[0] or item.flag.decision is None)]
        for name in changed:
            said = (say.decision, reason, by.name, now) if say.decision else (None, None, None, None)
            flags.set_flag(connection, name, *said)
            audit.write_deed(connection, by.name, by.role, Act.FLAG_DECIDED, campaign, found[name].row.key,
                             f"{name.kind}: {say.decision or 'taken back'}{f'. {reason}' if reason else ''}")
    return len(changed)


def _says(item: QueuedFlag, say: Say, reason: str, by: Account) -> bool:
    """Whether a flag says just this already."""
    flag = item.flag
    return flag.decision == say.decision and (say is Say.OPEN or (flag.because, flag.decided_by) == (reason, by.name))


def _items(ledger: Ledger, campaign: str, queued: Sequence[QueuedFlag], queue: Sequence[QueuedFlag]) -> list[FlagItem]:
    beside = pairs.beside(ledger, [item.row.submission_id for item in queued])
    known = participants.participants_named(ledger, campaign, [item.row.submitter or "" for item in queued])
    items = []
    for item in queued:
        owner = known.get(item.row.submitter or "")
        alike = tuple(other for other in queue if (other.row.submitter, other.flag.kind) == (item.row.submitter, item.flag.kind)
                      and flag_name(other.flag) != flag_name(item.flag))
        shown = None if item.row.outcome is Outcome.WITHDRAWN else beside.get(item.row.submission_id)
        items.append(FlagItem(item, shown, (owner.nickname if owner else None) or "", alike,
                              _keys(ledger, alike[:MOST_ALIKE])))
    return items


def _keys(ledger: Ledger, queued: Sequence[QueuedFlag]) -> dict[str, str]:
    found = pictures.pictures_of(ledger, [item.row.submission_id for item in queued])
    return {name: picture.key for name, picture in found.items() if picture.key}

"""Duplicates and clusters of a campaign as contact sheets, a page at a time."""

from __future__ import annotations

from collections.abc import Sequence

from datastore.ledger import Ledger, pairs
from schemas.pair_review import DuplicateSheet, RepeatedPicture, SheetKind
from schemas.pairs import Pair, SentPicture
from workbench.pair_review import rows_of, states_of

NEWEST = 1000
"""So many pairs of a kind are looked through."""
A_PAGE = 12
"""Groups on one page."""


def duplicate_sheet(ledger: Ledger, campaign: str, kind: SheetKind, page: int) -> DuplicateSheet:
    """One page of what repeats or resembles something in a campaign, the newest first.

    Args:
        ledger: where.
        campaign: its name.
        kind: what is wanted.
        page: from 1 on; a page that is not there is the last one.
    """
    left_out = 0
    groups: list[RepeatedPicture] = []
    by_hand: Sequence[Pair] = ()
    if kind is SheetKind.CLUSTERS:
        groups = [RepeatedPicture(next((one for one in item.members if one.submission_id == item.founder), None),
                                  tuple(one for one in item.members if one.submission_id != item.founder))
                  for item in pairs.clusters(ledger, campaign)]
    else:
        find = {SheetKind.EDITED: pairs.edited, SheetKind.EXACT: pairs.exact, SheetKind.BY_HAND: pairs.by_hand}[kind]
        listed = find(ledger, campaign, NEWEST)
        left_out = listed.total - len(listed.pairs)
        if kind is SheetKind.BY_HAND:
            by_hand = listed.pairs
        else:
            groups = _by_original(listed.pairs)
    pages = max(1, -(-(len(groups) or len(by_hand)) // A_PAGE))
    shown = max(1, min(page, pages))
    some = slice((shown - 1) * A_PAGE, shown * A_PAGE)
    names = [one.submission_id for group in groups[some] for one in (group.original, *group.others) if one]
    return DuplicateSheet(kind, tuple(groups[some]), tuple(by_hand[some]), states_of(ledger, rows_of(ledger, names).values()),
                          shown, pages, left_out)


def _by_original(found: Sequence[Pair]) -> list[RepeatedPicture]:
    groups: dict[str, tuple[SentPicture | None, list[SentPicture]]] = {}
    for pair in found:
        name = pair.earlier.submission_id if pair.earlier else pair.later.submission_id
        groups.setdefault(name, (pair.earlier, []))[1].append(pair.later)
    return [RepeatedPicture(original, tuple(others)) for original, others in groups.values()]

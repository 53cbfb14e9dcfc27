"""The board: ranks, and what is missing to better ones."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime

from schemas.board import Standing
from schemas.points import PersonSum

NEVER = datetime.min.replace(tzinfo=UTC)
"""Stands for the moment of who has no photograph with points."""

Strength = tuple[int, int, datetime]


def rank_people(sums: Iterable[PersonSum], disqualified: Collection[str], prizes: int) -> tuple[Standing, ...]:
    """Ranks people.

    More points are better. Of equal points, those with more final ones; of these, who sent the last of their photographs that
    have points earlier: when score ran is no matter. Who is equal in all of it shares a rank, and the next ranks are skipped.

    Args:
        sums: points of each submitter; those without a point are left out.
        disqualified: submitters who are listed at the end, without a rank.
        prizes: ranks that win.

    Returns:
        Lines in order of rank, those that share one by name.
    """
    known = list(sums)
    ordered = sorted((item for item in known if item.points > 0 and item.submitter not in disqualified),
                     key=lambda item: (_strength(item), item.submitter))
    ranks = _ranks([_strength(item) for item in ordered])
    last = ordered[:prizes][-1].points if prizes and ordered else 0
    better: dict[int, int] = {}
    lines = []
    for place, (item, rank) in enumerate(zip(ordered, ranks, strict=True)):
        if rank not in better:
            better[rank] = ordered[place - 1].points - item.points + 1 if place else 0
        to_prize = last - item.points + 1 if prizes and rank > prizes else 0
        lines.append(Standing(rank, item.submitter, item.points, item.final, item.photographs, better[rank], to_prize))
    out = sorted((item for item in known if item.submitter in disqualified), key=lambda item: item.submitter)
    return (*lines, *(Standing(0, item.submitter, item.points, item.final, item.photographs, 0, 0, True) for item in out))


def last_sure_rank(people: Iterable[Standing], prizes: int) -> int:
    """The last rank whose people all win: where more share one than there are prizes, their codes decide in the end.

    Args:
        people: of a board.
        prizes: how many win by rank.

    Returns:
        The rank; 0 where there is none.
    """
    ranks = sorted(item.rank for item in people if item.rank)
    if len(ranks) <= prizes:
        return ranks[-1] if ranks else 0
    return max((rank for rank in ranks[:prizes] if rank < ranks[prizes]), default=0)


def _strength(item: PersonSum) -> Strength:
    """The less, the better."""
    return -item.points, -item.final, item.reached_at or NEVER


def _ranks(ordered: Sequence[Strength]) -> list[int]:
    ranks: list[int] = []
    for place, strength in enumerate(ordered):
        ranks.append(ranks[-1] if place and strength == ordered[place - 1] else place + 1)
    return ranks

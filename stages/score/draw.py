"""The draw: winners of prizes at random that anybody can recompute, and the list that they are drawn from.

A commitment to a secret before the end, the digest of a frozen list, and a public value that nobody knew when the list was
frozen: who knows two of them can not choose the third. ``apps/portal/static/recompute_draw.py`` says the same in ten lines.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import hmac
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import count

from schemas.board import Standing
from schemas.draw import Eligibility, FinalList, ListLine
from schemas.text import normalise

SUBSTITUTES = 10
"""So many more are drawn than there are prizes: they move up where a winner turns out to be disqualified."""
CODE_BYTES = 10
"""80 bits of a person's code: among 10,000 people two have the same one with a chance of 4e-17."""
GROUP = 4
"""Characters of a code between two hyphens."""
NUMBERS = 2**256
"""How many different numbers a digest of SHA-256 is."""
TIES = "# win by rank: the first lines; those of one rank stand by their codes, 2 to 7 before A to Z"
"""Line of a list that says who wins where more people share a rank than there are prizes."""
COLUMNS = "# rank\tcode\tpoints\tdraw"
"""Line of a list above the people."""


def commitment_to(secret: str) -> str:
    """What is shown of a secret before the draw: SHA-256 of its characters, hexadecimal."""
    return hashlib.sha256(secret.encode()).hexdigest()


def code_of(code_key: str, submitter: str) -> str:
    """What a person is called in the published list, such as ``K7QM-2XPD-9RTA-5WEJ``.

    Args:
        code_key: of the campaign's draw, never shown: without it nobody finds the code of somebody whose name they know.
        submitter: whose.
    """
    made = hmac.digest(code_key.encode(), normalise(submitter).encode(), "sha256")[:CODE_BYTES]
    letters = base64.b32encode(made).decode()
    return "-".join(letters[start:start + GROUP] for start in range(0, len(letters), GROUP))


def final_list(campaign: str, top: int, drawn: int, people: Iterable[Standing], others: Iterable[str],
               code_key: str) -> FinalList:
    """The list that a draw is made of.

    The first ``top`` lines with a rank win by it. Those who share a rank stand by their codes, digits before letters: codes come
    from a key that was made with the commitment, so that nobody chooses whom a shared rank leaves out.

    Args:
        campaign: its name.
        top: how many win by rank, at most.
        drawn: how many of the others are drawn.
        people: the final board.
        others: who takes part and is not on it.
        code_key: of the campaign's draw.
    """
    lines = [ListLine(item.rank, code_of(code_key, item.submitter), item.points, _eligibility(item)) for item in people]
    lines += [ListLine(0, code_of(code_key, name), 0, Eligibility.NO_POINTS) for name in others]
    lines.sort(key=lambda line: (line.rank == 0, line.rank, line.code))
    winning = {line.code for line in [one for one in lines if one.eligibility is Eligibility.ELIGIBLE][:top]}
    return FinalList(campaign, top, drawn, tuple(
        replace(line, eligibility=Eligibility.BY_RANK) if line.code in winning else line for line in lines))


def _eligibility(item: Standing) -> Eligibility:
    """Of somebody who does not win by rank."""
    if item.disqualified:
        return Eligibility.DISQUALIFIED
    return Eligibility.ELIGIBLE if item.points > 0 else Eligibility.NO_POINTS


def write_list(found: FinalList) -> str:
    """The text of a list as it is published: UTF-8, NFC, lines that end in LF, columns that a tab parts."""
    head = [f"# campaign {found.campaign}", f"# prizes by rank {found.top}", f"# prizes drawn {found.drawn}", TIES, COLUMNS]
    lines = [f"{line.rank or '-'}\t{line.code}\t{line.points}\t{line.eligibility}" for line in found.lines]
    return "".join(f"{unicodedata.normalize('NFC', line)}\n" for line in [*head, *lines])


# A list is frozen, one of 10,000 people takes 20 ms to read, and everybody opens the page when it is drawn.
@functools.lru_cache(maxsize=4)
def read_list(text: str) -> FinalList:
    """The list that a published text is.

    Raises:
        ValueError: it is none, with the number of the line that is wrong.
    """
    lines = text.split("\n")
    values = []
    for number, title in enumerate(("# campaign ", "# prizes by rank ", "# prizes drawn ")):
        if number >= len(lines) or not lines[number].startswith(title):
            raise ValueError(f"line {number + 1}: expected {title!r} and a value")
        values.append(lines[number].removeprefix(title))
    if lines[-1]:
        raise ValueError(f"line {len(lines)}: expected a line break at its end")
    people = [_list_line(number, line) for number, line in enumerate(lines[:-1], 1) if line[:1] != "#"]
    return FinalList(values[0], int(values[1]), int(values[2]), tuple(people))


def _list_line(number: int, line: str) -> ListLine:
    try:
        rank, code, points, eligibility = line.split("\t")
        return ListLine(0 if rank == "-" else int(rank), code, int(points), Eligibility(eligibility))
    except ValueError:
        raise ValueError(f"line {number}: expected rank, code, points and one of "
                         f"{', '.join(Eligibility)}, with a tab between each two") from None


def list_hash_of(text: str) -> str:
    """SHA-256 of a published list, hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def draw_order(secret: str, list_hash: str, public_value: str, eligible: Sequence[str], wanted: int) -> tuple[str, ...]:
    """Who is drawn, in order: SHA-256(secret, list hash, public value, counter), a line each, is the source of numbers.

    Args:
        secret: what the organiser committed to.
        list_hash: of the frozen list.
        public_value: what nobody knew when it was frozen.
        eligible: who takes part, in the list's order.
        wanted: how many to draw.

    Returns:
        At most as many as wanted, none twice; the same for the same arguments.
    """
    seed = f"{secret}\n{list_hash}\n{public_value}\n"
    numbers = (int.from_bytes(hashlib.sha256(f"{seed}{counter}".encode()).digest(), "big") for counter in count())
    left = list(eligible)
    return tuple(left.pop(number_below(len(left), numbers)) for _ in range(min(wanted, len(left))))


def number_below(limit: int, numbers: Iterator[int]) -> int:
    """A number from 0 on below a limit, each as likely as the others.

    The remainder alone would favour the small ones a little: numbers of the last, incomplete round are passed over.

    Args:
        limit: 1 or more.
        numbers: each below 2 ** 256, as likely as the others.
    """
    whole_rounds = NUMBERS - NUMBERS % limit
    return next(number for number in numbers if number < whole_rounds) % limit

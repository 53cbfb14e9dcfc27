"""Several systems asked at once, none for longer than people wait for a page."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from saegim.patience import no_longer_than

SECONDS = 8.0
"""How long a system may take to answer; then it counts as silent. Starting its client takes some of them on a busy machine."""
TRIES = 0.4
"""Part of that time for which one that asks to slow down, or is away, is tried again: then it is told which of the two it is."""
SLOW = "no answer within {seconds:.0f} s"


def ask_all(questions: Mapping[str, Callable[[], Any]], seconds: float = SECONDS) -> dict[str, Any]:
    """Asks all at once.

    Args:
        questions: by name; each in a thread of its own, which is left alone where it takes too long.
        seconds: that all of them have together.

    Returns:
        The answer of each, or the exception that it ended with: TimeoutError where it took too long.
    """
    answers: dict[str, Any] = {}

    def ask(name: str, question: Callable[[], Any]) -> None:
        try:
            with no_longer_than(seconds * TRIES):
                answers[name] = question()
        except Exception as error:  # whatever is wrong with a system, the page tells it
            answers[name] = error

    threads = [threading.Thread(target=ask, args=item, daemon=True, name=f"morning {item[0]}") for item in questions.items()]
    for thread in threads:
        thread.start()
    until = time.monotonic() + seconds
    for thread in threads:
        thread.join(max(0.0, until - time.monotonic()))
    found = dict(answers)
    return {name: found.get(name, TimeoutError(SLOW.format(seconds=seconds))) for name in questions}

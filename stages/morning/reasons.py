"""What an error says in its words: that somebody was not let in, or that a service was too busy."""

from __future__ import annotations

import re

REFUSED = re.compile(r"refuses the key|refuses SAEGIM_|does not take|lets nobody in|InvalidAccessKeyId|SignatureDoesNotMatch")
"""In errors of ours about tokens, keys and passwords, and in S3's own."""
BUSY = re.compile(r"has too much to do|SlowDown|\b(429|503)\b")
"""In errors of ours about services that ask to come back later, and in theirs."""


def is_refusal(said: str) -> bool:
    """Whether an error says that a token, key or password was not taken."""
    return bool(REFUSED.search(said))


def is_throttling(said: str) -> bool:
    """Whether an error says that a service has too much to do."""
    return bool(BUSY.search(said))

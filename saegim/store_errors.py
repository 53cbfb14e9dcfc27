"""What an object store's errors say: obstore tells it in one long text, for people and for programs."""

from __future__ import annotations

import re

BUSY = (429, 502, 503, 504)
"""Answers of a store that has too much to do, or of what stands before one that starts anew."""
LONGEST = 300
"""Letters of a message: what an error's body holds is the store's to decide."""

_STATUS = re.compile(r"non-2xx status code: (\d{3})")
_CODE = re.compile(r"<Code>([^<]*)</Code>")
_MESSAGE = re.compile(r"<Message>([^<]*)</Message>")
_NETWORK = (
    ("dns error", "no such host name, or no name server"),
    ("ConnectionRefused", "connection refused"),
    ("ConnectionReset", "connection reset"),
    ("NetworkUnreachable", "network unreachable"),
    ("HostUnreachable", "host unreachable"),
    ("UnknownIssuer", "its TLS certificate is of an issuer that this machine does not know"),
    ("NotValidForName", "its TLS certificate is for another name"),
    ("Expired", "its TLS certificate has expired"),
    ("InvalidContentType", "it does not speak TLS: is it http:// ?"),
    ("InvalidCertificate", "its TLS certificate is not valid"),
    ("TimedOut", "no answer in time"),
)
"""What the network said, by a word of Rust's."""


def status_of(error: BaseException) -> int:
    """The HTTP status that a store answered; 0 where it did not answer."""
    found = _STATUS.search(str(error))
    return int(found.group(1)) if found else 0


def did_not_answer(error: BaseException) -> bool:
    """Whether it is the network's error, or a store's that is not running; other ones are about what was asked for."""
    return not status_of(error) and any(word in str(error) for word in ("HTTP error", "onnection"))


def said_by(error: BaseException) -> str:
    """One line of what a store or the network said."""
    text = str(error)
    first = (text.strip().splitlines() or [type(error).__name__])[0][:LONGEST]
    if status := status_of(error):
        words = [found.group(1).strip() for found in (_CODE.search(text), _MESSAGE.search(text)) if found]
        return f"{status} {': '.join(words)}"[:LONGEST] if words else first
    return next((meaning for word, meaning in _NETWORK if word in text), first)

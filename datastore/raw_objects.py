"""What people sent, as the object store has it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from schemas.errors import SaegimError
from schemas.submission import RawObject


@dataclass(frozen=True, slots=True)
class RawBytes:
    """What was found at a raw object's key.

    Attributes:
        raw: the object, as it was listed.
        data: its bytes; None where it has gone or changed since (the next listing has its successor), or cannot be read.
        claims: its user metadata.
        error: why it cannot be read.
    """

    raw: RawObject
    data: bytes | None = None
    claims: dict[str, str] = field(default_factory=dict)
    error: SaegimError | None = None


def version_of(e_tag: str | None, modified: datetime) -> str:
    """What tells an object from its successor under the same key: its ETag, or its time where the store gives none.

    Not its version id: a bucket that keeps versions names it in GET's answer and not in a listing.
    """
    return (e_tag or "").strip('"') or modified.strftime("%Y%m%dT%H%M%SZ")


def is_folder_marker(key: str, size: int) -> bool:
    """Whether an object stands for a folder: consoles write an empty one that ends with a slash, Hadoop and EMR with a word."""
    return size == 0 and key.endswith(("/", "_$folder$"))

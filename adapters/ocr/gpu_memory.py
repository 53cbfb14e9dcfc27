"""How much of a GPU's memory is taken, and how much sessions may take."""

from __future__ import annotations

import os
import sys

from adapters.ocr.nvidia_smi import ask_card
from schemas.errors import SettingError

SETTING = "SAEGIM_GPU_MEMORY"
"""Environment variable with GiB that the sessions of a process may take: the engine's processes read it."""
SHARE = 0.85
"""… and where it is not set, this share of the card: CUDA itself and what a run needs for a moment take the rest."""
GIB = 1 << 30


def most_bytes() -> int:
    """Bytes that sessions may take; no limit is known where neither the setting nor nvidia-smi tells one.

    Raises:
        SettingError: SAEGIM_GPU_MEMORY is no number of GiB.
    """
    if text := os.environ.get(SETTING):
        try:
            gib = float(text)
        except ValueError:
            gib = 0
        if gib <= 0:
            raise SettingError(f"{SETTING} is {text!r}: expected a number of GiB, such as 20")
        return int(gib * GIB)
    total = _bytes("memory.total")
    return int(SHARE * total) if total else sys.maxsize


def used_bytes() -> int:
    """Bytes of the card that are in use, by anybody; 0 where nvidia-smi does not tell."""
    return _bytes("memory.used")


def _bytes(field: str) -> int:
    told = ask_card(field)
    return int(told[0]) << 20 if told and told[0].isdigit() else 0

"""How much of a GPU's memory is taken, and how much sessions may take."""

from __future__ import annotations

import os

from adapters.ocr.nvidia_smi import FIRST_SECONDS, SECONDS, ask_card
from schemas.errors import SettingError

SETTING = "SAEGIM_GPU_MEMORY"
"""Environment variable with GiB that the sessions of a process may take: the engine's processes read it."""
SHARE = 0.85
"""… and where it is not set, this share of the card: CUDA itself and what a run needs for a moment take the rest."""
GIB = 1 << 30


def most_bytes() -> int:
    """Bytes that sessions may take.

    Raises:
        SettingError: SAEGIM_GPU_MEMORY is no number of GiB, or is not set where nvidia-smi does not tell how large the card is.
    """
    if text := os.environ.get(SETTING):
        try:
            gib = float(text)
        except ValueError:
            gib = 0
        if gib <= 0:
            raise SettingError(f"{SETTING} is {text!r}: expected a number of GiB, such as 20")
        return int(gib * GIB)
    total = _bytes("memory.total", FIRST_SECONDS)
    if not total:
        raise SettingError(f"nvidia-smi does not tell how much memory the card has: set {SETTING} to the GiB of it that the "
                           "models may take, such as 20")
    return int(SHARE * total)


def used_bytes() -> int:
    """Bytes of the card that are in use, by anybody; 0 where nvidia-smi does not tell."""
    return _bytes("memory.used")


def _bytes(field: str, seconds: float = SECONDS) -> int:
    told = ask_card(field, seconds=seconds)
    return int(told[0]) << 20 if told and told[0].isdigit() else 0

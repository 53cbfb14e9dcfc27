"""What NVIDIA's tool says of the card that this process computes on."""

from __future__ import annotations

import os
import shutil
import subprocess

PROGRAM = shutil.which("nvidia-smi")
SECONDS = 5
"""That an answer may take."""
FIRST_SECONDS = 60
"""… the first one, where no program holds the driver: it looks for all cards."""


def ask_card(*fields: str, seconds: float = SECONDS) -> list[str]:
    """Values of some fields of ``nvidia-smi --help-query-gpu``, without units; none where there is no card or no answer.

    The card is the first one of CUDA_VISIBLE_DEVICES, and else the machine's first.
    """
    if PROGRAM is None:
        return []
    card = os.environ.get("CUDA_VISIBLE_DEVICES", "").split(",")[0] or "0"
    try:
        done = subprocess.run([PROGRAM, f"--query-gpu={','.join(fields)}", "--format=csv,noheader,nounits", f"--id={card}"],
                              capture_output=True, text=True, timeout=seconds, check=True)
    except (OSError, subprocess.SubprocessError):
        return []
    found = done.stdout.strip().split(", ")
    return found if len(found) == len(fields) else []

"""What an inference session is here: equal rows in, one output a row; and how threads compute."""

from __future__ import annotations

import ctypes
import functools
import platform
from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Tensor = NDArray[np.float32]
Row = NDArray[Any]
"""What a model takes at a time: float32 [3, H, W], or pixels, uint8 [H, W, RGB]."""
for _kind in (np.float32, np.float64):
    np.finfo(_kind)  # numpy looks for the least denormal once, and warns in a thread that knows none
_FTZ_AND_DAZ = 0x8040
_FPCR_FZ = 1 << 24


class GpuMemoryFull(Exception):
    """Not even one row fits into the GPU's memory now: the images that it is of may be tried later, and others go on."""


class Session(Protocol):
    """A model on one provider.

    Attributes:
        batch: rows of one run at most.
        precision: what it computes in.
        shape: of the input, as the file states it; a name or -1 where it is free.
    """

    batch: int
    precision: str
    shape: list[Any]

    def run(self, rows: Sequence[Row]) -> list[Tensor]:
        """Runs at most ``batch`` rows of one shape; returns one output a row."""


def best_class(probabilities: Tensor) -> Tensor:
    """[T, classes] → [T, 2]: each step's best class and its probability. An output that is reduced already passes."""
    if probabilities.shape[1] == 2:
        return probabilities
    classes = probabilities.argmax(axis=1)
    return np.stack([classes.astype(np.float32), probabilities[np.arange(len(classes)), classes]], axis=1)


@functools.cache
def _libm() -> ctypes.CDLL | None:
    try:
        return ctypes.CDLL("libm.so.6")
    except OSError:
        return None


def flush_denormals() -> bool:
    """Makes this thread take denormal floats for zero. Says whether it could.

    The detector of PP-OCRv6 multiplies denormals (GELU's tail) in two of its convolutions, which a CPU does a hundred times
    slower: 780 ms an image became 250 with not a bit changed in its output (benchmarks/ocr.py). onnxruntime's own option sets
    only the thread that makes a process's first session, and its threads; ours run the sessions.
    """
    libm = _libm()
    environment = (ctypes.c_uint32 * 16)()
    if libm is None or libm.fegetenv(environment):
        return False
    if platform.machine() in ("x86_64", "AMD64"):
        environment[7] |= _FTZ_AND_DAZ  # MXCSR follows the 28 bytes of the x87's environment
    elif platform.machine() == "aarch64":
        environment[0] |= _FPCR_FZ
    else:
        return False
    return int(libm.fesetenv(environment)) == 0

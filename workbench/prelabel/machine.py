"""How busy this machine is: what a worker's progress shows beside its rate."""

from __future__ import annotations

import psutil

from adapters.ocr.nvidia_smi import ask_card

psutil.cpu_percent()  # the first call only starts its clock


def machine_use() -> str:
    """Use of all cores since the last call, and of the GPU that it reads on, such as ``CPU 97 %, GPU 83 % at 420 W``.

    A GPU counts as busy while anything runs on it, slow kernels too; the watts tell whether it works (docs/gpu.md).
    """
    cpu = f"CPU {psutil.cpu_percent():.0f} %"
    told = ask_card("utilization.gpu", "power.draw")
    if not told:
        return cpu
    busy, watts = told
    try:
        return f"{cpu}, GPU {busy} % at {float(watts):.0f} W"
    except ValueError:  # some cards do not tell their power
        return f"{cpu}, GPU {busy} %"

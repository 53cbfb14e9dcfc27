"""How busy this machine is: what a worker's progress shows beside its rate."""

from __future__ import annotations

import shutil
import subprocess

import psutil

_NVIDIA_SMI = shutil.which("nvidia-smi")
psutil.cpu_percent()  # the first call only starts its clock


def machine_use() -> str:
    """Use of all cores since the last call, and of the first GPU where there is one, such as ``CPU 97 %, GPU 83 % at 420 W``.

    A GPU counts as busy while anything runs on it, slow kernels too; the watts tell whether it works (docs/gpu.md).
    """
    cpu = f"CPU {psutil.cpu_percent():.0f} %"
    if _NVIDIA_SMI is None:
        return cpu
    try:
        done = subprocess.run([_NVIDIA_SMI, "--query-gpu=utilization.gpu,power.draw", "--format=csv,noheader,nounits", "--id=0"],
                              capture_output=True, text=True, timeout=5, check=True)
    except (OSError, subprocess.SubprocessError):
        return cpu
    busy, _, watts = done.stdout.strip().partition(", ")
    try:
        return f"{cpu}, GPU {busy} % at {float(watts):.0f} W"
    except ValueError:  # some cards do not tell their power
        return f"{cpu}, GPU {busy} %"

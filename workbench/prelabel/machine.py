"""How busy this machine is: what a worker's progress shows beside its rate."""

from __future__ import annotations

import os
import shutil
import subprocess

import psutil

_NVIDIA_SMI = shutil.which("nvidia-smi")
_CARD = os.environ.get("CUDA_VISIBLE_DEVICES", "").split(",")[0] or "0"
psutil.cpu_percent()  # the first call only starts its clock


def machine_use() -> str:
    """Use of all cores since the last call, and of the GPU that it reads on, such as ``CPU 97 %, GPU 83 % at 420 W``.

    A GPU counts as busy while anything runs on it, slow kernels too; the watts tell whether it works (docs/gpu.md).
    """
    cpu = f"CPU {psutil.cpu_percent():.0f} %"
    if _NVIDIA_SMI is None:
        return cpu
    try:
        done = subprocess.run([_NVIDIA_SMI, "--query-gpu=utilization.gpu,power.draw", "--format=csv,noheader,nounits",
                               f"--id={_CARD}"], capture_output=True, text=True, timeout=5, check=True)
    except (OSError, subprocess.SubprocessError):
        return cpu
    busy, _, watts = done.stdout.strip().partition(", ")
    try:
        return f"{cpu}, GPU {busy} % at {float(watts):.0f} W"
    except ValueError:  # some cards do not tell their power
        return f"{cpu}, GPU {busy} %"

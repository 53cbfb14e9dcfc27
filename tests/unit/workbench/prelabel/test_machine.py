"""What a worker's progress says of its machine; nvidia-smi is a script here that answers as the real one does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from adapters.ocr import nvidia_smi
from workbench.prelabel import machine


@pytest.mark.parametrize(("answer", "told"), [("83, 419.62", ", GPU 83 % at 420 W"), ("7, [N/A]", ", GPU 7 %")])
def test_watts_stand_beside_how_busy_the_gpu_is(answer: str, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = tmp_path / "nvidia-smi"
    script.write_text(f'#!/bin/sh\ncase "$*" in *utilization.gpu,power.draw*) echo "{answer}";; *) exit 2;; esac\n')
    script.chmod(0o755)
    monkeypatch.setattr(nvidia_smi, "PROGRAM", str(script))
    assert re.fullmatch(r"CPU \d+ %" + re.escape(told), machine.machine_use())


def test_a_gpu_that_does_not_answer_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nvidia_smi, "PROGRAM", str(tmp_path / "gone"))
    assert re.fullmatch(r"CPU \d+ %", machine.machine_use())

"""The table of a card: what it counts, and that it runs to its end: on the CPU, with a script that answers for the card."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont

from benchmarks.gpu import differences, pictures_of, spread
from schemas.reading import Attributes, Reading, Region, Unit
from tests.places import ROOT

NVIDIA_SMI = """#!/bin/sh
case "$*" in
    *-lms*) while echo "83, 419.62, 2048"; do sleep 0.1; done;;
    *name,*) echo "A card, 580.1, 8192 MiB, 70 W, 2048 MiB";;
    *memory.total*) echo 8192;;
    *) echo 2048;;
esac
"""
"""It answers as the real one does where a card has nothing to do but is busy."""
SQUARE = ((0.0, 0.0), (9.0, 0.0), (9.0, 9.0), (0.0, 9.0))
MOVED = ((0.0, 0.0), (9.0, 0.0), (9.0, 9.0), (0.0, 8.0))


def reading(*lines: tuple[str, float]) -> Reading:
    return Reading("image", "model@1", "run", 0, Unit.LINE, 20, 20,
                   tuple(Region(str(index), SQUARE, text, Attributes(), score) for index, (text, score) in enumerate(lines)))


def test_lines_that_differ_are_counted() -> None:
    one = reading(("exit", 0.9), ("open", 0.8))
    assert differences([one], [one]) == (2, 2, 2, 0)
    other = replace(one, regions=(replace(one.regions[0], polygon=MOVED), replace(one.regions[1], text="0pen", score=0.7)))
    lines, texts, polygons, largest = differences([one, one], [other, one])
    assert (lines, texts, polygons, round(largest, 3)) == (4, 3, 3, 0.1)
    assert differences([one], [reading(("exit", 0.9))]) == (2, 1, 1, 0)  # a line that only one has is not the same


def test_pictures_are_those_of_the_folder(tmp_path: Path) -> None:
    for index in range(10):
        Image.new("RGB", (400, 300)).save(tmp_path / f"{index}.png")
    mix, found = pictures_of(tmp_path, 7, 3)
    assert [path.stem for path in mix] == ["0", "3", "6"] and len(set(found)) == 7
    assert spread(found, 100) == found
    with pytest.raises(SystemExit, match="has no pictures"):
        pictures_of(tmp_path / "empty", 7, 3)


@pytest.mark.slow
def test_the_table_is_printed_to_its_end(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    script = tmp_path / "bin" / "nvidia-smi"
    script.write_text(NVIDIA_SMI)
    script.chmod(0o755)
    font = ImageFont.load_default(28)
    for index, word in enumerate(("please mind the gap", "open every day")):
        picture = Image.new("RGB", (420, 120 + 40 * index), "white")
        ImageDraw.Draw(picture).text((20, 40), word, "black", font)
        picture.save(tmp_path / f"{index}.png")
    command = [sys.executable, str(ROOT / "benchmarks" / "gpu.py"), str(tmp_path), str(ROOT / "recipes" / "models" /
               "ppocr-v6-small.yaml"), "--provider", "cpu", "--few"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=300,
                          env={**os.environ, "PYTHONPATH": str(ROOT), "PATH": f"{script.parent}:{os.environ['PATH']}"})
    rows = [line for line in done.stdout.splitlines() if line.startswith("| ")]
    assert done.returncode == 0, done.stdout + done.stderr
    assert "texts 2 of 2, polygons to the bit 2; largest difference of a score 0.000" in done.stdout
    assert len(rows) == 12 and not any("failed" in row for row in rows)
    assert "| GPU busy meanwhile | 83 % at 420 W | ≥ 80 % | yes |" in rows
    assert "| memory of the card at rest; the cap | 2.0 GiB; 6.8 GiB |  |  |" in rows

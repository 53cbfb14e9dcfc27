"""Evaluation beside what the field counts: equal figures first, then speed, then the whole of it."""

from __future__ import annotations

from benchmarks import evaluate_detection, evaluate_large, evaluate_suspects, evaluate_texts
from benchmarks.figures import Figure


def run() -> list[Figure]:
    """Detection, texts, planted label errors, ten thousand images."""
    return [*evaluate_detection.figures(), *evaluate_texts.figures(), *evaluate_suspects.figures(), *evaluate_large.run()]

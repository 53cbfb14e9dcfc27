"""Opens a model on the provider that was asked for."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from adapters.ocr.best_class import with_best_class
from adapters.ocr.onnx_session import PROVIDERS, OnnxSession
from adapters.ocr.openvino_session import OpenVinoSession
from adapters.ocr.planned_sessions import PlannedSessions
from adapters.ocr.sessions import Session, Tensor
from schemas.errors import ModelUnavailable


class ShapedSession:
    """See ``Session``: one of a GPU, with a session of onnxruntime behind it for each shape."""

    def __init__(self, planned: PlannedSessions, path: Path, provider: str, options: dict[str, Any], rows: int,
                 graph: bytes | None) -> None:
        self._planned = planned
        self._arguments = (path, provider, options, rows, graph)
        self._path = path
        plain = OnnxSession(path, "cpu", {})
        self.batch = rows
        self.shape = plain.shape
        self.precision = self._open().precision

    def _open(self) -> OnnxSession:
        return OnnxSession(*self._arguments)

    def run(self, rows: Sequence[Tensor]) -> list[Tensor]:
        """See ``Session``."""
        return self._planned.run(self._path.name, rows, self._open)


def open_session(path: Path, provider: str, planned: PlannedSessions | None, probes: Sequence[tuple[int, int, int]], *,
                 gpu_rows: int = 1, reduced: bool = False) -> Session:
    """Opens an ONNX file on a provider.

    Args:
        path: the file.
        provider: one of ``PROVIDERS``.
        planned: the sessions of a GPU of CUDA; a process has one. On the CPU, where planning costs nothing, only tests have them.
        gpu_rows: rows of one run on a GPU. On a CPU it is one: bigger batches are slower there (cache misses; 1 / 6 / 32 rows
            gave .70 / .62 / .50 images a second with RapidOCR on two cores).
        probes: shapes [3, H, W] that will be common, for TensorRT: the least, a usual one, the largest.
        reduced: the output is [T, classes] and only each step's best class and its probability are wanted, as [T, 2]: on a
            GPU they are found there.

    Raises:
        ModelUnavailable: the file is no model, or the provider asked for is not the one that runs.
    """
    if provider == "openvino":
        return OpenVinoSession(path)
    if provider == "cpu" and planned is None:
        return OnnxSession(path, provider, {})
    if provider not in PROVIDERS:
        raise ModelUnavailable(f"SAEGIM_ONNX_PROVIDER is {provider!r}: expected {', '.join(PROVIDERS)}")
    graph = with_best_class(path) if reduced else None
    if planned is None:
        least, usual, largest = probes
        cache = path.parent / "tensorrt"
        cache.mkdir(exist_ok=True)
        name = OnnxSession(path, "cpu", {}).name
        profiles = {f"trt_profile_{key}_shapes": f"{name}:" + "x".join(map(str, (gpu_rows, *shape)))
                    for key, shape in (("min", least), ("opt", usual), ("max", largest))}
        return OnnxSession(path, provider, {"trt_engine_cache_enable": True, "trt_engine_cache_path": str(cache),
                                            "trt_fp16_enable": True, **profiles}, gpu_rows, graph)
    if provider == "cpu":
        return ShapedSession(planned, path, provider, {}, gpu_rows, graph)
    # A detector's shapes come once or a few times, a recogniser's are the ladder's: the longer search is worth it for these.
    return ShapedSession(planned, path, provider, {
        "cudnn_conv_algo_search": "EXHAUSTIVE" if reduced else "HEURISTIC", "use_tf32": int(provider == "cuda-tf32"),
        "arena_extend_strategy": "kSameAsRequested"}, gpu_rows, graph)

"""Opens a model on the provider that was asked for."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from adapters.ocr.bundles import Detector, Recogniser
from adapters.ocr.gpu_graph import gpu_graph
from adapters.ocr.onnx_session import PROVIDERS, OnnxSession
from adapters.ocr.openvino_session import OpenVinoSession
from adapters.ocr.planned_sessions import PlannedSessions
from adapters.ocr.sessions import Row, Session, Tensor
from schemas.errors import ModelUnavailable

GPU_LINES = 32
"""Lines in one run on a GPU; a detection is work enough for it by itself. On a CPU a run has one: bigger batches are slower there
(cache misses; 1 / 6 / 32 rows gave .70 / .62 / .50 images a second with RapidOCR on two cores)."""


class ShapedSession:
    """See ``Session``: one of a GPU, with a session of onnxruntime behind it for each shape. Its rows are pixels.

    Args:
        planned: the sessions of the GPU.
        plain: the same file, open on the CPU.
        path: the file.
        provider: that runs it.
        options: of the provider.
        rows: of one run.
        graph: the model with pixels for its input.
    """

    def __init__(self, planned: PlannedSessions, plain: OnnxSession, path: Path, provider: str, options: dict[str, Any],
                 rows: int, graph: bytes) -> None:
        self._planned = planned
        self._arguments = (path, provider, options, rows, graph)
        self._path = path
        self.batch = rows
        self.shape = plain.shape
        self.precision = self._open().precision  # opened now, so that what does not open is told at start

    def _open(self) -> OnnxSession:
        return OnnxSession(*self._arguments)

    def run(self, rows: Sequence[Row]) -> list[Tensor]:
        """See ``Session``."""
        return self._planned.run(self._path.name, rows, self._open)


def open_session(path: Path, item: Detector | Recogniser, provider: str, planned: PlannedSessions | None,
                 probes: Sequence[tuple[int, int, int]], plain: OnnxSession | None = None) -> Session:
    """Opens an ONNX file on a provider.

    On a GPU a recogniser's output is not [T, classes] but only each step's best class and its probability, [T, 2].

    Args:
        path: the file.
        item: what the bundle says of it.
        provider: one of ``PROVIDERS``.
        planned: the sessions of a GPU of CUDA; a process has one. On the CPU, where planning costs nothing, only tests have them.
        probes: shapes [3, H, W] that will be common, for TensorRT: the least, a usual one, the largest.
        plain: the file, where it is open on the CPU already.

    Raises:
        ModelUnavailable: the file is no model, or the provider asked for is not the one that runs.
    """
    if provider == "openvino":
        return OpenVinoSession(path)
    if provider not in PROVIDERS:
        raise ModelUnavailable(f"SAEGIM_ONNX_PROVIDER is {provider!r}: expected {', '.join(PROVIDERS)}")
    plain = plain or OnnxSession(path, "cpu", {})
    if provider == "cpu" and planned is None:
        return plain
    reads = isinstance(item, Recogniser)
    rows = GPU_LINES if reads else 1
    if planned is None:
        least, usual, largest = probes
        cache = path.parent / "tensorrt"
        cache.mkdir(exist_ok=True)
        profiles = {f"trt_profile_{key}_shapes": f"{plain.name}:" + "x".join(map(str, (rows, *shape)))
                    for key, shape in (("min", least), ("opt", usual), ("max", largest))}
        return OnnxSession(path, provider, {"trt_engine_cache_enable": True, "trt_engine_cache_path": str(cache),
                                            "trt_fp16_enable": True, **profiles}, rows,
                           gpu_graph(path, item, pixels=False) if reads else None)
    # A detector's shapes come once or a few times, a recogniser's are the ladder's: the longer search is worth it for these.
    options = {} if provider == "cpu" else {
        "cudnn_conv_algo_search": "EXHAUSTIVE" if reads else "HEURISTIC", "use_tf32": int(provider == "cuda-tf32"),
        "arena_extend_strategy": "kSameAsRequested"}
    return ShapedSession(planned, plain, path, provider, options, rows, gpu_graph(path, item, pixels=True))

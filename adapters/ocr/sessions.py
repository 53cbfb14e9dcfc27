"""One small wrapper around an inference session: equal rows in, one output a row, on the provider that was asked for."""

from __future__ import annotations

import ctypes
import functools
import os
import platform
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from schemas.errors import ModelUnavailable

Tensor = NDArray[np.float32]
PROVIDERS = {"cpu": "CPUExecutionProvider", "cuda": "CUDAExecutionProvider", "tensorrt": "TensorrtExecutionProvider",
             "openvino": "OpenVINO"}
PRECISIONS = {"cpu": "fp32", "cuda": "fp32", "tensorrt": "fp16"}
SEARCHES = ("EXHAUSTIVE", "HEURISTIC", "DEFAULT")
"""cuDNN's ways to choose a convolution; which is fast differs by a factor of seven from model to model, so they are tried."""
OUT_OF_MEMORY = ("failed to allocate memory", "out of memory", "cuda_error_out_of_memory", "cublas_status_alloc_failed")
for _kind in (np.float32, np.float64):
    np.finfo(_kind)  # numpy looks for the least denormal once, and warns in a thread that knows none
_FTZ_AND_DAZ = 0x8040
_FPCR_FZ = 1 << 24


class Session(Protocol):
    """A model on one provider.

    Attributes:
        batch: rows of one run.
        precision: what it computes in.
        shape: of the input, as the file states it; a name or -1 where it is free.
    """

    batch: int
    precision: str
    shape: list[Any]

    def run(self, rows: Sequence[Tensor]) -> list[Tensor]:
        """Runs at most ``batch`` rows of one shape [3, H, W]; returns one output a row."""


def open_session(path: Path, provider: str, probes: Sequence[tuple[int, int, int]], *, gpu_rows: int = 1,
                 reduced: bool = False) -> Session:
    """Opens an ONNX file on a provider.

    Args:
        path: the file.
        provider: cpu, cuda, tensorrt or openvino.
        gpu_rows: rows of one run on a GPU. On a CPU it is one: bigger batches are slower there (cache misses; 1 / 6 / 32 rows
            gave .70 / .62 / .50 images a second with RapidOCR on two cores).
        probes: shapes [3, H, W] that will be common: the least, a usual one, the largest. GPU providers are tuned on them.
        reduced: the output is [T, classes] and only each step's best class and its probability are wanted, as [T, 2]: on a
            GPU they are found there, since 18,710 classes a step are more than the bus can carry.

    Raises:
        ModelUnavailable: the file is no model, or the provider asked for is not the one that runs.
    """
    if provider == "openvino":
        return OpenVinoSession(path)
    if provider == "cpu":
        return OnnxSession(path, provider, {})
    if provider == "tensorrt":
        least, usual, largest = probes
        cache = path.parent / "tensorrt"
        cache.mkdir(exist_ok=True)
        name = OnnxSession(path, "cpu", {}).name
        profiles = {f"trt_profile_{key}_shapes": f"{name}:" + "x".join(map(str, (gpu_rows, *shape)))
                    for key, shape in (("min", least), ("opt", usual), ("max", largest))}
        return OnnxSession(path, provider, {"trt_engine_cache_enable": True, "trt_engine_cache_path": str(cache),
                                            "trt_fp16_enable": True, **profiles}, gpu_rows, reduced)
    if provider not in PROVIDERS:
        raise ModelUnavailable(f"SAEGIM_ONNX_PROVIDER is {provider!r}: expected {', '.join(PROVIDERS)}")
    rows = {shape: [np.zeros(shape, np.float32)] * gpu_rows for shape in probes}

    def seconds(search: str) -> float:
        session = OnnxSession(path, provider, {"cudnn_conv_algo_search": search}, gpu_rows, reduced)
        for batch in rows.values():
            session.run(batch)  # the first run of a shape searches
        started = time.perf_counter()
        for batch in rows.values():
            session.run(batch)
        return time.perf_counter() - started

    return OnnxSession(path, provider, {"cudnn_conv_algo_search": least_of(SEARCHES, seconds)}, gpu_rows, reduced)


def least_of(candidates: Iterable[str], cost: Callable[[str], float]) -> str:
    """The candidate that costs least; the first of several."""
    return min(candidates, key=cost)


class OnnxSession:
    """See ``Session``: onnxruntime. On a CPU it has one thread and is run by as many threads as there are cores."""

    def __init__(self, path: Path, provider: str, options: dict[str, Any], rows: int = 1,
                 reduced: bool = False) -> None:
        settings = onnxruntime.SessionOptions()
        settings.intra_op_num_threads = 1
        settings.inter_op_num_threads = 1
        settings.log_severity_level = 4
        wanted = PROVIDERS[provider]
        if wanted not in onnxruntime.get_available_providers():
            raise ModelUnavailable(f"{path.name} was asked to run on {provider}, which the installed onnxruntime does not have; "
                                   "install the extra [gpu] in place of [cpu], or set SAEGIM_ONNX_PROVIDER=cpu")
        try:
            rest = ["CUDAExecutionProvider"] if provider == "tensorrt" else []  # for what TensorRT does not know
            self._session = onnxruntime.InferenceSession(str(path), settings, providers=[(wanted, options), *rest])
        except Exception as error:
            raise ModelUnavailable(f"{path.name} does not open as an ONNX model: {str(error).strip()[:200]}") from None
        actual = self._session.get_providers()[0]
        if actual != wanted:
            raise ModelUnavailable(f"{path.name} was asked to run on {provider} and runs on {actual}; install the extra [gpu] "
                                   "and its CUDA libraries, or set SAEGIM_ONNX_PROVIDER=cpu")
        self._file = path.name
        self.name = self._session.get_inputs()[0].name
        self.shape = list(self._session.get_inputs()[0].shape)
        self.batch = rows
        self.precision = PRECISIONS[provider]
        self._gpu = provider != "cpu"
        self._best = _best_class("CUDAExecutionProvider") if reduced and self._gpu else None

    @property
    def charset(self) -> list[str] | None:
        """The characters that the file carries itself, in the order of its classes; None where it carries none."""
        text = self._session.get_modelmeta().custom_metadata_map.get("character")
        return text.removesuffix("\n").split("\n") if text else None

    def run(self, rows: Sequence[Tensor]) -> list[Tensor]:
        """See ``Session``. Where the GPU's memory does not do, the batch is halved for good and the rows run in parts."""
        if len(rows) > (most := self.batch):  # which may shrink on the way
            return [output for start in range(0, len(rows), most) for output in self.run(rows[start:start + most])]
        # A full batch, always: how many rows there are must not choose another kernel and so another reading (design D8).
        batch = np.zeros((self.batch, *rows[0].shape), np.float32)
        for index, row in enumerate(rows):
            batch[index] = row
        try:
            outputs = self._bound(batch) if self._gpu else self._session.run(None, {self.name: batch})[0]
        except Exception as error:
            if self.batch > 1 and any(words in str(error).lower() for words in OUT_OF_MEMORY):
                self.batch = max(1, len(batch) // 2)
                return self.run(rows)
            raise ModelUnavailable(f"{self._file} does not run on an input of {list(batch.shape)} "
                                   f"(it states {self.shape}): {str(error).strip()[:200]}") from None
        return list(outputs[:len(rows)])

    def _bound(self, batch: Tensor) -> Tensor:
        """One run with its input and output on the device."""
        binding = self._session.io_binding()
        binding.bind_cpu_input(self.name, batch)
        output = self._session.get_outputs()[0].name
        binding.bind_output(output, "cpu" if self._best is None else "cuda")
        self._session.run_with_iobinding(binding)
        if self._best is None:
            found: Tensor = binding.copy_outputs_to_cpu()[0]
            return found
        best = self._best.io_binding()
        best.bind_ortvalue_input("x", binding.get_outputs()[0])
        best.bind_output("best", "cpu")
        self._best.run_with_iobinding(best)
        reduced: Tensor = best.copy_outputs_to_cpu()[0]
        return reduced


class OpenVinoSession:
    """See ``Session``: OpenVINO, which takes bf16 by itself on CPUs that have it."""

    def __init__(self, path: Path) -> None:
        try:
            import openvino
        except ImportError:
            raise ModelUnavailable("SAEGIM_ONNX_PROVIDER is 'openvino' and the package is not installed: "
                                   "pip install 'openvino' (extra [openvino])") from None
        core = openvino.Core()
        try:
            model = core.read_model(path)
            threads = os.cpu_count() or 1
            self._compiled = core.compile_model(model, "CPU", {
                "PERFORMANCE_HINT": "THROUGHPUT", "NUM_STREAMS": threads, "INFERENCE_NUM_THREADS": threads})
        except Exception as error:
            raise ModelUnavailable(f"{path.name} does not open in OpenVINO: {str(error).strip()[:200]}") from None
        self._file = path.name
        self._requests = threading.local()
        self.shape = [str(dimension) for dimension in model.inputs[0].partial_shape]
        self.batch = 1
        hint = str(self._compiled.get_property("INFERENCE_PRECISION_HINT").to_string())
        self.precision = {"f32": "fp32", "f16": "fp16"}.get(hint, hint)

    def run(self, rows: Sequence[Tensor]) -> list[Tensor]:
        """See ``Session``."""
        if not hasattr(self._requests, "mine"):
            self._requests.mine = self._compiled.create_infer_request()
        outputs = []
        for row in rows:
            try:
                self._requests.mine.infer({0: row[None]}, share_inputs=True)
            except Exception as error:
                raise ModelUnavailable(f"{self._file} does not run on an input of {[1, *row.shape]} (it states {self.shape}): "
                                       f"{str(error).strip()[:200]}") from None
            outputs.append(np.array(self._requests.mine.get_output_tensor(0).data[0]))
        return outputs


def best_class(probabilities: Tensor) -> Tensor:
    """[T, classes] → [T, 2]: each step's best class and its probability. An output that is reduced already passes."""
    if probabilities.shape[1] == 2:
        return probabilities
    classes = probabilities.argmax(axis=1)
    return np.stack([classes.astype(np.float32), probabilities[np.arange(len(classes)), classes]], axis=1)


def _best_class(provider: str) -> Any:
    """A session that does on the device what ``best_class`` does on the host: [N, T, classes] → [N, T, 2]."""
    from onnx import TensorProto, helper

    nodes = [helper.make_node("ReduceMax", ["x"], ["score"], axes=[2], keepdims=1),
             helper.make_node("ArgMax", ["x"], ["class"], axis=2, keepdims=1),
             helper.make_node("Cast", ["class"], ["number"], to=TensorProto.FLOAT),
             helper.make_node("Concat", ["number", "score"], ["best"], axis=2)]
    graph = helper.make_graph(nodes, "best class", [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", "t", "c"])],
                              [helper.make_tensor_value_info("best", TensorProto.FLOAT, ["n", "t", 2])])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    return onnxruntime.InferenceSession(model.SerializeToString(), providers=[provider])


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

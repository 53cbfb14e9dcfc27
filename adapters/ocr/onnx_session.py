"""One session of onnxruntime."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime

from adapters.ocr.gpu_graph import CLASS, SCORE
from adapters.ocr.sessions import GpuMemoryFull, Row, Tensor
from schemas.errors import ModelUnavailable

PROVIDERS = {"cpu": "CPUExecutionProvider", "cuda": "CUDAExecutionProvider", "cuda-tf32": "CUDAExecutionProvider",
             "tensorrt": "TensorrtExecutionProvider", "openvino": "OpenVINO"}
PRECISIONS = {"cpu": "fp32", "cuda": "fp32", "cuda-tf32": "tf32", "tensorrt": "fp16"}
GPU_PROVIDERS = ("cuda", "cuda-tf32", "tensorrt")
"""Providers whose device is so fast that one interpreter cannot keep it busy."""
OUT_OF_MEMORY = ("failed to allocate memory", "out of memory", "cuda_error_out_of_memory", "cublas_status_alloc_failed",
                 "cudnn_status_alloc_failed", "device_allocation_failed", "host_allocation_failed")
GOOD_RUNS = 50
"""Runs of a halved batch after which one twice as large is tried, for others may have left the GPU's memory."""
MOST_WORDS = 2000
"""Letters of an error of onnxruntime that are kept: CUDA's own words come behind the names of C++ templates."""


class OnnxSession:
    """See ``Session``: onnxruntime. On a CPU it has one thread and is run by as many threads as there are cores.

    Args:
        path: the file; its name is in messages.
        provider: one of ``PROVIDERS`` but openvino.
        options: of the provider.
        rows: of one run.
        graph: the model itself, where it is not the file as it is.

    Raises:
        ModelUnavailable: the file is no model, or the provider asked for is not the one that runs.
    """

    def __init__(self, path: Path, provider: str, options: dict[str, Any], rows: int = 1, graph: bytes | None = None) -> None:
        settings = onnxruntime.SessionOptions()
        settings.intra_op_num_threads = 1
        settings.inter_op_num_threads = 1
        settings.log_severity_level = 4
        self._gpu = provider in GPU_PROVIDERS
        settings.enable_mem_pattern = not self._gpu  # its plan of a shape's memory is as large as all that it plans
        wanted = PROVIDERS[provider]
        if wanted not in onnxruntime.get_available_providers():
            raise ModelUnavailable(f"{path.name} was asked to run on {provider}, which the installed onnxruntime does not have; "
                                   "install the extra [gpu] in place of [cpu], or set SAEGIM_ONNX_PROVIDER=cpu")
        if self._gpu:
            onnxruntime.preload_dlls()  # CUDA and cuDNN of the Python packages: the provider does not look there by itself
        try:
            rest = ["CUDAExecutionProvider"] if provider == "tensorrt" else []  # for what TensorRT does not know
            self._session = onnxruntime.InferenceSession(graph or str(path), settings, providers=[(wanted, options), *rest],
                                                         enable_fallback=0)  # it would open on the CPU, and keep its words
        except Exception as error:
            if _is_memory(error):
                raise GpuMemoryFull(f"{path.name} finds no memory: {str(error).strip()[:200]}") from None
            raise ModelUnavailable(f"{path.name} does not open as an ONNX model: {str(error).strip()[:200]}") from None
        actual = self._session.get_providers()[0]
        if actual != wanted:
            raise ModelUnavailable(f"{path.name} was asked to run on {provider} and runs on {actual}{_what_is_missing(wanted)}; "
                                   "install the extra [gpu] and its CUDA libraries, or set SAEGIM_ONNX_PROVIDER=cpu")
        self._file = path.name
        self.name = self._session.get_inputs()[0].name
        self.shape = list(self._session.get_inputs()[0].shape)
        names = [output.name for output in self._session.get_outputs()]
        self._outputs = names if names == [CLASS, SCORE] else names[:1]
        self.batch = self.most = rows
        self._good = 0
        self.precision = PRECISIONS[provider]

    @property
    def charset(self) -> list[str] | None:
        """The characters that the file carries itself, in the order of its classes; None where it carries none."""
        text = self._session.get_modelmeta().custom_metadata_map.get("character")
        return text.removesuffix("\n").split("\n") if text else None

    def run(self, rows: Sequence[Row]) -> list[Tensor]:
        """See ``Session``. Where the GPU's memory does not do, the batch is halved and the rows run in parts.

        After ``GOOD_RUNS`` it is doubled again, until it is what it was.

        Raises:
            GpuMemoryFull: a row alone does not fit.
        """
        while True:
            batch = self.batch  # another thread may change it meanwhile
            tried = min(2 * batch, self.most) if self._good >= GOOD_RUNS else batch
            try:
                outputs = [output for start in range(0, len(rows), tried)
                           for output in self.run_as(tried, rows[start:start + tried])]
            except GpuMemoryFull:
                self._good = 0
                if tried == batch == 1:
                    raise
                if tried == batch:
                    self.batch = min(self.batch, batch // 2)
                continue
            self._good = self._good + 1 if tried == batch else 0
            if tried > batch:
                self.batch = tried
            return outputs

    def run_as(self, batch: int, rows: Sequence[Row]) -> list[Tensor]:
        """Runs rows as a batch of so many: how many rows there are must not choose another kernel and so another reading (D8).

        Raises:
            GpuMemoryFull: they do not fit.
        """
        if batch == len(rows) == 1:
            inputs = np.ascontiguousarray(rows[0][None])
        else:
            inputs = np.zeros((batch, *rows[0].shape), rows[0].dtype)
            for index, row in enumerate(rows):
                inputs[index] = row
        try:
            found = self._bound(inputs) if self._gpu else self._session.run(self._outputs, {self.name: inputs})
        except Exception as error:
            if _is_memory(error):
                raise GpuMemoryFull(f"{self._file} finds no memory for an input of {list(inputs.shape)}: "
                                    f"{str(error).strip()[:200]}") from None
            raise ModelUnavailable(f"{self._file} does not run on an input of {list(inputs.shape)} "
                                   f"(it states {self.shape}): {str(error).strip()[:MOST_WORDS]}") from None
        if len(found) == 1:
            return list(found[0][:len(rows)])
        return list(np.concatenate([output[:len(rows)].astype(np.float32) for output in found], axis=-1))

    def _bound(self, inputs: Row) -> list[Any]:
        """One run whose outputs are fetched once, when all of it is done."""
        binding = self._session.io_binding()
        binding.bind_cpu_input(self.name, inputs)
        for name in self._outputs:
            binding.bind_output(name, "cpu")
        self._session.run_with_iobinding(binding)
        return list(binding.copy_outputs_to_cpu())


def _is_memory(error: Exception) -> bool:
    return any(words in str(error).lower() for words in OUT_OF_MEMORY)


def _what_is_missing(provider: str) -> str:
    """Why a provider's library does not load, in the system's words, such as which library of CUDA is not there."""
    folder = Path(onnxruntime.__file__).parent / "capi"
    name = provider.removesuffix("ExecutionProvider").lower()
    try:
        ctypes.CDLL(str(folder / "libonnxruntime_providers_shared.so"), ctypes.RTLD_GLOBAL)
        ctypes.CDLL(str(folder / f"libonnxruntime_providers_{name}.so"))
    except OSError as error:
        return f" ({error})"
    return ""

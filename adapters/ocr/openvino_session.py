"""Sessions on OpenVINO."""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from adapters.ocr.sessions import Row, Tensor
from schemas.errors import ModelUnavailable


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

    def run(self, rows: Sequence[Row]) -> list[Tensor]:
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

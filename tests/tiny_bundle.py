"""A bundle of two tiny ONNX models, right or wrong in one thing, as an engineer may export it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import yaml
from onnx import ModelProto, TensorProto, helper, numpy_helper, save

from adapters.ocr.bundles import sha256_of

CHARSET = ["a", "b", "가", "나"]


def write_bundle(folder: Path, *, rec: ModelProto | None = None, det: ModelProto | None = None,
                 charset: list[str] | None = CHARSET, **changes: Any) -> Path:
    """Writes a bundle's folder; ``changes`` replace values of its bundle.yaml."""
    folder.mkdir(parents=True, exist_ok=True)
    save(det or dbnet(), folder / "det.onnx")
    save(rec or ctc(), folder / "rec.onnx")
    names = ["det.onnx", "rec.onnx"]
    reader: dict[str, Any] = {"architecture": "ctc", "name": "tiny", "file": "rec.onnx", "scripts": ["latin", "hangul"]}
    if charset is not None:
        (folder / "문자.txt").write_text("\n".join(charset) + "\n", encoding="utf-8")
        names.append("문자.txt")
        reader["charset"] = "문자.txt"
    values = {"name": "tiny", "version": "1", "unit": "line", "languages": ["ko", "en"], "licence": "Apache-2.0",
              "detector": {"architecture": "dbnet", "file": "det.onnx"}, "recognisers": [reader],
              "files": [{"name": name, "sha256": sha256_of(folder / name)} for name in names], **changes}
    (folder / "bundle.yaml").write_text(yaml.safe_dump(values, allow_unicode=True), encoding="utf-8")
    return folder


def dbnet(weight: float | tuple[float, float, float] = -3.0) -> ModelProto:
    """Dark pixels are text: one convolution and a sigmoid; ``weight`` of all channels, or of each."""
    nodes = [helper.make_node("Conv", ["x", "w"], ["c"]), helper.make_node("Sigmoid", ["c"], ["y"])]
    weights = np.full((1, 3), weight, np.float32).reshape(1, 3, 1, 1)
    return _model(nodes, {"w": weights}, ["n", 3, "h", "w"], ["n", 1, "h", "w"])


def ctc(classes: int = len(CHARSET) + 2, *, height: int | str = 48, width: int | str = "w", weight: float = 1.0,
        softmax: bool = True) -> ModelProto:
    """Each column is a step; its class comes from its mean colour."""
    nodes = [helper.make_node("ReduceMean", ["x"], ["m"], axes=[2], keepdims=0),
             helper.make_node("Transpose", ["m"], ["t"], perm=[0, 2, 1]),
             helper.make_node("MatMul", ["t", "w"], ["p" if softmax else "y"])]
    if softmax:
        nodes.append(helper.make_node("Softmax", ["p"], ["y"], axis=2))
    weights = np.random.default_rng(1).normal(size=(3, classes)).astype(np.float32) * np.float32(weight)
    return _model(nodes, {"w": weights}, ["n", 3, height, width], ["n", "t", classes])


def _model(nodes: list[Any], weights: dict[str, Any], shape: list[Any], output: list[Any]) -> ModelProto:
    graph = helper.make_graph(
        nodes, "tiny", [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, output)],
        [numpy_helper.from_array(array, name) for name, array in weights.items()])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)

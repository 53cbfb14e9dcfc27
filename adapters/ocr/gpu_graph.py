"""Models as a GPU runs them: what a bus would carry too slowly is done in the graph, with the bits that the CPU computes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from adapters.ocr.bundles import Detector, Recogniser
from adapters.ocr.detection import to_tensor
from adapters.ocr.engine import Pixels
from schemas.errors import ModelUnavailable

LEAST_OPSET = 11
"""In which TopK came to take its number as an input."""
CLASS = "saegim.class"
"""Output with the best class of each step, int64 [N, T, 1]: fp16 would round those above 2,048."""
SCORE = "saegim.score"
"""Output with its probability, [N, T, 1]."""
PIXELS = "saegim.pixels"
"""Input with pixels, a quarter as many bytes as numbers: uint8 [N, H, W, RGB], of a recogniser RGBA (``with_alpha``)."""


def gpu_graph(path: Path, item: Detector | Recogniser, *, pixels: bool) -> bytes:
    """A model of one input and one output that takes pixels, and, where it is a recogniser, tells the best class of each step.

    18,710 probabilities a step are more than a bus can carry. TopK in place of ArgMax and ReduceMax: a run on an H100 takes
    3.3 ms for 5.1.

    Args:
        path: the file.
        item: what the bundle says of it.
        pixels: its input is ``PIXELS``, and else what it was.

    Raises:
        ModelUnavailable: the file is no such model.
    """
    import onnx  # of the extra [gpu]

    try:
        model = onnx.load(path)
    except Exception as error:
        raise ModelUnavailable(f"{path.name} does not open as an ONNX model: {str(error).strip()[:200]}") from None
    opset = next((entry.version for entry in model.opset_import if entry.domain in ("", "ai.onnx")), 0)
    if isinstance(item, Recogniser) and opset < LEAST_OPSET:
        raise ModelUnavailable(f"{path.name} is of opset {opset}: export it with {LEAST_OPSET} or later")
    if len(sides := _sides(model.graph.input[0])) != 4:
        raise ModelUnavailable(f"{path.name} wants an input of {sides}: expected images, channels, height, width")
    if pixels:
        _take_pixels(model.graph, item)
    if isinstance(item, Recogniser):
        _tell_best_class(model.graph)
    found: bytes = model.SerializeToString()
    return found


def with_alpha(strip: Pixels, width: int) -> Pixels:
    """A strip as a recogniser takes it here, [H, width, RGBA]: what is right of it has no alpha, and is zero to the model."""
    row = np.zeros((strip.shape[0], width, 4), np.uint8)
    row[:, :strip.shape[1], :3] = strip
    row[:, :strip.shape[1], 3] = 1
    return row


def _take_pixels(graph: Any, item: Detector | Recogniser) -> None:
    """Looks each pixel up among the 256 numbers that the CPU makes of one: the same to the bit, whatever mean and std are."""
    from onnx import TensorProto, helper, numpy_helper

    values = np.repeat(np.arange(256, dtype=np.uint8)[None, :, None], 3, axis=2)
    numbers = to_tensor(values, item.mean, item.std).reshape(-1)  # 256 of each channel of the model
    order = [0, 1, 2] if item.channels == "rgb" else [2, 1, 0]
    before = graph.input[0]
    count, _, height, width = _sides(before)
    alpha = isinstance(item, Recogniser)
    graph.initializer.extend(numpy_helper.from_array(array, name) for name, array in (
        ("saegim.numbers", numbers), ("saegim.order", np.array(order, np.int64)), ("saegim.alpha", np.array([3], np.int64)),
        ("saegim.zero", np.zeros(1, np.float32)), ("saegim.begins", np.array([0, 256, 512], np.int32).reshape(1, 3, 1, 1))))
    nodes = [
        helper.make_node("Cast", [PIXELS], ["saegim.integers"], to=TensorProto.INT32),
        helper.make_node("Transpose", ["saegim.integers"], ["saegim.planes"], perm=[0, 3, 1, 2]),
        helper.make_node("Gather", ["saegim.planes", "saegim.order"], ["saegim.colours"], axis=1),
        helper.make_node("Add", ["saegim.colours", "saegim.begins"], ["saegim.places"]),
        helper.make_node("Gather", ["saegim.numbers", "saegim.places"], ["saegim.all" if alpha else before.name], axis=0)]
    if alpha:
        nodes += [helper.make_node("Gather", ["saegim.planes", "saegim.alpha"], ["saegim.there"], axis=1),
                  helper.make_node("Cast", ["saegim.there"], ["saegim.inside"], to=TensorProto.BOOL),
                  helper.make_node("Where", ["saegim.inside", "saegim.all", "saegim.zero"], [before.name])]
    model_nodes = list(graph.node)
    del graph.node[:], graph.input[0]
    graph.node.extend([*nodes, *model_nodes])
    graph.input.insert(0, helper.make_tensor_value_info(PIXELS, TensorProto.UINT8, [count, height, width, 4 if alpha else 3]))


def _tell_best_class(graph: Any) -> None:
    from onnx import TensorProto, helper

    whole = graph.output[0]
    graph.initializer.append(helper.make_tensor("saegim.one", TensorProto.INT64, [1], [1]))
    graph.node.append(helper.make_node("TopK", [whole.name, "saegim.one"], [SCORE, CLASS], axis=-1))
    sides = _sides(whole)[:-1] or [None, None]
    del graph.output[:]
    graph.output.extend(helper.make_tensor_value_info(name, kind, [*sides, 1])
                        for name, kind in ((CLASS, TensorProto.INT64), (SCORE, TensorProto.FLOAT)))


def _sides(value: Any) -> list[Any]:
    """Of an input or output, as the file states them; None where it states nothing."""
    return [dimension.dim_param or dimension.dim_value or None for dimension in value.type.tensor_type.shape.dim]

"""Several lines of a page as one task: the prediction that fills their text fields, and what annotators typed there.

The screen repeats one picture and one text field for each entry of the task's ``lines``; Label Studio numbers them from 0.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from adapters.label_studio.results import Result, foreign_error, results_of, written_text
from schemas.errors import CodecError
from schemas.line_marks import MarkedText, marks_of, read_marks, written_with_marks
from schemas.reading import Region, mean_score
from schemas.recipes.annotation_config import IMAGE, TEXT

FIELD = re.compile(rf"{TEXT}_(\d+)")
"""Name of a line's text field, with the line's place."""


def to_lines_prediction(regions: Sequence[Region], *, name: str) -> dict[str, Any]:
    """Lines as the prediction of a task that shows them, in this order; their marks stand before their texts.

    A line without text has a result too: its field then looks and works like every other one.

    Args:
        regions: of a model's reading.
        name: of the model, as the screen shows it.

    Returns:
        Label Studio's ``model_version``, ``result`` and ``score``, the mean of the lines' scores, 0 where none has one.
    """
    return {"model_version": name, "score": round(mean_score(regions) or 0.0, 3),
            "result": [_result(place, written_with_marks(region.text, marks_of(region.attributes)))
                       for place, region in enumerate(regions)]}


def lines_from_annotation(annotation: Mapping[str, Any], count: int) -> list[MarkedText]:
    """What was typed for each line that a task shows, in its order.

    Args:
        annotation: Label Studio's annotation, with ``result``.
        count: how many lines the task shows.

    Raises:
        CodecError: anything but texts of these lines; or none at all, which nobody can type.
    """
    by_line: dict[int, list[Result]] = defaultdict(list)
    for result in results_of(annotation):
        found = FIELD.fullmatch(result["from_name"])
        place = int(found[1]) if found else count
        if result["type"] != "textarea" or place >= count:
            raise foreign_error(result, "the lines")
        by_line[place].append(result)
    if not by_line:
        raise CodecError("the lines have no text at all, not even what the model read: open the task and submit it again")
    return [read_marks(written_text(by_line[place], f"line {place + 1}")) for place in range(count)]


def _result(place: int, field: str) -> Result:
    name = f"{TEXT}_{place}"
    return {"id": name, "from_name": name, "to_name": f"{IMAGE}_{place}", "type": "textarea", "value": {"text": [field]}}

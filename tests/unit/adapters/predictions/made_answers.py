"""The same small page as each engine would write it: made up by hand."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from adapters.predictions.images import ImageOfRelease
from adapters.predictions.read import Predictions, read_predictions
from schemas.reading import Unit

IDS = tuple(f"{number:02x}" * 32 for number in range(0x1a, 0x20))
IMAGES = tuple(ImageOfRelease(image_id, 640, 480, (f"보낸 사진/가게 {number}.jpg",)) for number, image_id in enumerate(IDS))
FIRST = IDS[0]

Box = tuple[int, int, int, int]
LINES: tuple[tuple[tuple[str, Box], ...], ...] = (
    (("한강", (8, 8, 60, 40)), ("Coffee,", (70, 8, 160, 42))),
    (("1층", (8, 60, 50, 90)),),
)
"""Two lines of words, each with left, top, right, bottom."""
WORDS = tuple(word for line in LINES for word in line)
SCORE = 0.9


def corners(box: Box) -> list[list[int]]:
    left, top, right, bottom = box
    return [[left, top], [right, top], [right, bottom], [left, bottom]]


def vertices(box: Box) -> dict[str, Any]:
    return {"vertices": [{"x": x, "y": y} for x, y in corners(box)]}


def own(image_id: str = FIRST) -> dict[str, Any]:
    return {"image_id": image_id, "regions": [{"polygon": corners(box), "text": text, "score": SCORE} for text, box in WORDS]}


def paddle_label() -> list[dict[str, Any]]:
    return [{"transcription": text, "points": corners(box), "score": SCORE} for text, box in WORDS]


def paddle_two() -> list[Any]:
    return [[corners(box), [text, SCORE]] for text, box in WORDS]


def paddle_three(path: str = f"images/{FIRST}.jpg") -> dict[str, Any]:
    outlines = [corners(box) for _, box in WORDS]
    return {"input_path": path, "page_index": None, "dt_polys": outlines, "rec_texts": [text for text, _ in WORDS],
            "rec_scores": [SCORE] * len(WORDS), "rec_polys": outlines, "rec_boxes": [list(box) for _, box in WORDS]}


def clova(name: str = f"{FIRST}.jpg") -> dict[str, Any]:
    fields = [{"valueType": "ALL", "type": "NORMAL", "inferText": text, "inferConfidence": SCORE, "boundingPoly": vertices(box),
               "lineBreak": place == len(line)} for line in LINES for place, (text, box) in enumerate(line, 1)]
    return {"version": "V2", "requestId": "0", "timestamp": 0, "images": [{
        "uid": "0", "name": name, "inferResult": "SUCCESS", "message": "SUCCESS", "fields": fields}]}


def upstage() -> dict[str, Any]:
    text = " \n".join(" ".join(word for word, _ in line) for line in LINES)
    words = [{"id": number, "text": word, "confidence": SCORE, "boundingBox": vertices(box)}
             for number, (word, box) in enumerate(WORDS)]
    return {"apiVersion": "1.1", "numBilledPages": 1, "pages": [{
        "id": 0, "width": 640, "height": 480, "text": text, "words": words, "confidence": SCORE}]}


def google_word(text: str, box: Box, after: Any = None) -> dict[str, Any]:
    symbols: list[dict[str, Any]] = [{"text": letter} for letter in text]
    if after is not None:
        symbols[-1]["property"] = {"detectedBreak": {"type": after}}
    return {"boundingBox": vertices(box), "confidence": SCORE, "symbols": symbols}


def google() -> dict[str, Any]:
    """The comma is a word of its own, without a break before it, as the engine writes it."""
    words = [google_word("한강", (8, 8, 60, 40), "SPACE"), google_word("Coffee", (70, 8, 150, 42)),
             google_word(",", (150, 8, 160, 42), "EOL_SURE_SPACE"), google_word("1층", (8, 60, 50, 90), "LINE_BREAK")]
    page = {"width": 640, "height": 480, "blocks": [{"blockType": "TEXT", "paragraphs": [{"words": words}]}]}
    return {"responses": [{"textAnnotations": [{"description": "한강"}],
                           "fullTextAnnotation": {"pages": [page], "text": "한강"}}]}


def read(path: Path, *, unit: Unit = Unit.WORD, images: Sequence[ImageOfRelease] = IMAGES,
         join_lines: bool = False) -> Predictions:
    return read_predictions(path, images, unit, join_lines)


def written(folder: Path, content: Any, name: str = "answers.json") -> Path:
    """A file with text, bytes, or a value as JSON."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        path.write_text(content if isinstance(content, str) else json.dumps(content, ensure_ascii=False), encoding="utf-8")
    return path


def boxes(predictions: Predictions, image_id: str = FIRST) -> list[tuple[str, Box]]:
    """Text and bounds of each region of an image."""
    found = []
    for region in predictions.readings[image_id].regions:
        across = [round(x) for x, _ in region.polygon]
        down = [round(y) for _, y in region.polygon]
        found.append((region.text, (min(across), min(down), max(across), max(down))))
    return found

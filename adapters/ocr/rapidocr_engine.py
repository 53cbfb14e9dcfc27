"""A first engine, over the package ``rapidocr``: one detector, a Latin recogniser, and a Korean one where it is there."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from rapidocr import RapidOCR
from rapidocr.ch_ppocr_rec import TextRecInput
from rapidocr.utils.process_img import get_rotate_crop_image

from adapters.ocr.bundles import ModelRecipe
from adapters.ocr.engine import Pixels
from schemas.errors import ModelUnavailable
from schemas.geometry import tidy
from schemas.ids import region_id
from schemas.reading import Attributes, Direction, Reading, Region
from schemas.text import is_hangul, language_of, normalise

PROVIDERS = {"cpu": "CPUExecutionProvider", "cuda": "CUDAExecutionProvider"}
PRECISION = "fp32"
TALL = 1.5
"""Height over width from which a crop is read turned by 90°, as rapidocr itself does."""
Line = tuple[str, float]


class RapidOcrEngine:
    """See ``OcrEngine``. Images are read one by one, so no image sees another's padding."""

    def __init__(self, recipe: ModelRecipe, folder: Path, provider: str) -> None:
        """Opens detector and recognisers."""
        if provider not in PROVIDERS:
            raise ModelUnavailable(f"SAEGIM_ONNX_PROVIDER is {provider!r}: the engine rapidocr runs on "
                                   f"{' or '.join(PROVIDERS)}")
        self.name, self.version, self.unit = recipe.name, recipe.version, recipe.unit
        self.run = recipe.run(provider, PRECISION)
        self._min_score = recipe.min_score
        self._provider = provider
        self._latin = self._open(folder, recipe, "latin_recogniser")
        self._korean = self._open(folder, recipe, "korean_recogniser") if recipe.file("korean_recogniser") else None

    def _open(self, folder: Path, recipe: ModelRecipe, recogniser: str) -> RapidOCR:
        params = {
            "Global.log_level": "critical",
            "Det.model_path": str(folder / str(recipe.file("detector"))),
            "Rec.model_path": str(folder / str(recipe.file(recogniser))),
            "EngineConfig.onnxruntime.intra_op_num_threads": os.cpu_count() or 1,
            "EngineConfig.onnxruntime.use_cuda": self._provider == "cuda",
        }
        if dictionary := recipe.file(f"{recogniser}_dictionary"):
            params["Rec.rec_keys_path"] = str(folder / dictionary)
        engine = RapidOCR(params=params)
        actual = engine._load_rec_model().session.session.get_providers()[0]
        if actual != PROVIDERS[self._provider]:
            raise ModelUnavailable(f"Model {recipe.name} was asked to run on {self._provider} and runs on {actual}; "
                                   "install the extra [gpu] and its CUDA libraries, or set SAEGIM_ONNX_PROVIDER=cpu")
        return engine

    def warm_up(self) -> None:
        """One small reading."""
        self.read([np.full((64, 256, 3), 255, np.uint8)], ["warm-up"])

    def read(self, images: Sequence[Pixels], image_ids: Sequence[str]) -> list[Reading]:
        """Reads images; regions come from top to bottom as the detector sorts them."""
        return [self._read(image, image_id) for image, image_id in zip(images, image_ids, strict=True)]

    def _read(self, image: Pixels, image_id: str) -> Reading:
        reader = f"model:{self.name}@{self.version}"
        height, width = image.shape[:2]
        bgr = np.ascontiguousarray(image[:, :, ::-1])
        # rapidocr keeps flags from call to call: all three, every time. Its 0/180° classifier flips upright Korean.
        found = self._latin(bgr, use_det=True, use_cls=False, use_rec=False)
        boxes = [] if found.boxes is None else list(found.boxes)
        crops = [get_rotate_crop_image(bgr, np.array(box, dtype=np.float32)) for box in boxes]
        regions = []
        for index, (box, (text, score)) in enumerate(zip(boxes, self._lines(crops), strict=True)):
            polygon = tidy(box, width, height)
            if polygon is None or not text or score < self._min_score:
                continue
            tall = _height(box) >= TALL * _width(box) and len(text) > 1
            attributes = Attributes(direction=Direction.VERTICAL if tall else Direction.HORIZONTAL,
                                    language=language_of(text))
            regions.append(Region(region_id(image_id, reader, self.run, index), polygon, text, attributes, score))
        return Reading(image_id, reader, self.run, 0, self.unit, width, height, tuple(regions))

    def _lines(self, crops: list[Any]) -> list[Line]:
        """Text and score of each crop. The Korean recogniser has the word where it sees Hangul with a better score:
        the other one answers Hangul with Chinese characters of a low score, and reads Latin and digits better.
        """
        latin = _recognise(self._latin, crops)
        if self._korean is None:
            return latin
        korean = _recognise(self._korean, crops)
        return [ko if any(map(is_hangul, ko[0])) and ko[1] > la[1] else la
                for ko, la in zip(korean, latin, strict=True)]


def _recognise(engine: RapidOCR, crops: list[Any]) -> list[Line]:
    if not crops:
        return []
    result = engine._load_rec_model()(TextRecInput(img=crops))
    return [(normalise(text), round(float(score), 3)) for text, score in zip(result.txts, result.scores, strict=True)]


def _width(box: Any) -> float:
    return float(max(np.linalg.norm(box[0] - box[1]), np.linalg.norm(box[2] - box[3])))


def _height(box: Any) -> float:
    return float(max(np.linalg.norm(box[0] - box[3]), np.linalg.norm(box[1] - box[2])))

"""The engine that runs bundles: DBNet finds lines, one or more CTC recognisers read them, on onnxruntime or OpenVINO.

The work of several images is done together: as many threads as cores take detections, then lines of all images in order of
their width, each run of a session one shape of a fixed ladder. Where the device is a GPU, processes do it around the one with the
GPU (``ReadingPool``), each with this engine. Nothing of an image enters another one's input, and a run's shape does not depend
on how many rows it has, so a reading does not depend on what was read with it (design D8).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import cv2
import numpy as np

from adapters.ocr import detection, joining, recognition, second_look, tiles
from adapters.ocr.bundles import Bundle
from adapters.ocr.cores import cores
from adapters.ocr.detection import Box
from adapters.ocr.engine import Pixels
from adapters.ocr.lines import join, pieces_of
from adapters.ocr.onnx_session import GPU_PROVIDERS
from adapters.ocr.reading_pool import ReadingPool
from adapters.ocr.recognition import ReadLine, Strip
from adapters.ocr.remote_models import RemoteModels
from adapters.ocr.session_host import DETECTOR, SessionHost
from adapters.ocr.sessions import Tensor, best_class, flush_denormals
from adapters.ocr.tiles import Tile
from adapters.ocr.together import read_together
from adapters.ocr.ways import Found, Way, best_way, direction_of, is_line, turned, ways_of
from schemas.errors import ModelUnavailable, SettingError
from schemas.geometry import tidy
from schemas.ids import region_id
from schemas.reading import Attributes, Kind, Reading, Region
from schemas.text import CHECK_BOXES, language_of, normalise

T = TypeVar("T")
R = TypeVar("R")

VERSION = "4"
"""Of what this module and its neighbours do to a picture: part of a reading's run, to be raised when readings change."""


LINE_HEIGHT = 64
"""Shorter side of a picture, in pixels, up to which it may be the crop of one line. Where nothing else is read on it, it is read
as one: PP-OCRv6 finds nothing on 3 to 5 of 165 crops that are 20 to 128 pixels high, such as a 1 alone."""
LINE_SCORE = 0.9
"""What such a reading must score, and it must have a letter or a digit: of 500 textless crops of photographs and receipts the
best with one scores .79; the crops of words that are read right score .99."""
IMAGES_A_THREAD = 8
"""Images whose lines are put in order together, for each thread."""
MOST_READERS = 16
"""Processes that read around one GPU: at 20 to 37 ms an image they read 430 to 800 images a second, and it bears 240."""
IMAGES_A_READER = 32
"""… for each process that reads: while the last images of a read are with some, the others wait. That took an eighth of the time
with 16 images (a simulated GPU with the H100's times of a run)."""


@dataclass(frozen=True, slots=True)
class _Crop:
    """A box, its pixels upright, and the cells of its letters, which are looked for once."""

    box: Box
    pixels: Pixels
    cells: Sequence[joining.Cell]

    @classmethod
    def of(cls, image: Pixels, box: Box) -> _Crop:
        pixels = recognition.cut_out(image, box.crop)
        return cls(box, pixels, joining.cells_of(pixels))


class OnnxEngine:
    """See ``OcrEngine``."""

    def __init__(self, bundle: Bundle, folder: Path, provider: str, *, readers: int | None = None,
                 models: RemoteModels | None = None) -> None:
        """Opens a bundle's models and tries them on a small input.

        Args:
            bundle: the model.
            folder: where its files lie.
            provider: that runs it.
            readers: processes that read around one that runs the models; none where it is 0. Unless it is said, one a core, at
                most ``MOST_READERS``, where the provider is a GPU's, which one interpreter cannot keep busy, and else none.
            models: in such a process, the models of the other one.

        Raises:
            ModelUnavailable: a model does not do what the bundle says, or runs on another provider.
        """
        if bundle.detector is None:
            raise SettingError(f"{bundle.label}: the engine onnx needs a detector")
        cv2.setNumThreads(1)  # the threads here are the parallelism
        self.name = bundle.name
        self.version = bundle.version
        self.unit = bundle.unit
        self._bundle = bundle
        self._detector = bundle.detector
        self._strip_size = bundle.recognisers[0].height, min(item.widths[-1] for item in bundle.recognisers)
        if readers is None:
            readers = min(MOST_READERS, cores()) if provider in GPU_PROVIDERS and models is None else 0
        self._processes = ReadingPool(bundle, folder, provider, readers) if readers else None
        if self._processes:
            self.precision = self._processes.facts.precision
            self.images_a_read = IMAGES_A_READER * readers
        else:
            self._models: SessionHost | RemoteModels = models or SessionHost(bundle, folder, provider)
            self.precision = self._models.precision
            threads = 1 if models else cores()
            self._pool = ThreadPoolExecutor(threads, "ocr", initializer=flush_denormals)
            self.images_a_read = IMAGES_A_THREAD * threads
        self.run = bundle.run(f"onnx/{VERSION}", provider, self.precision)

    def warm_up(self) -> None:
        """One run of each width and of a usual photograph; processes make a shape ready when it comes."""
        if self._processes is None:
            for index, item in enumerate(self._bundle.recognisers):
                self._read_strips(index, [np.zeros((item.height, width, 3), np.uint8) for width in item.widths])
        self.read([np.full((720, 960, 3), 255, np.uint8)], ["warm-up"])

    def read(self, images: Sequence[Pixels], image_ids: Sequence[str]) -> list[Reading]:
        """Reads images; regions come as the boxes were found."""
        if self._processes is not None:
            return self._processes.call("read", images, image_ids)
        found = self._find(images)
        self._read_ways(found)
        return [self._reading(image_id, index, image, found)
                for index, (image, image_id) in enumerate(zip(images, image_ids, strict=True))]

    def look_again(self, images: Sequence[Pixels], image_ids: Sequence[str], readings: Sequence[Reading]) -> list[Reading]:
        """Their readings with what ``second_look`` finds on them."""
        if self._processes is not None:
            return self._processes.call("look_again", images, image_ids, readings)
        found = []
        for index, image in enumerate(images):
            scale = detection.first_scale(image.shape[0], image.shape[1], self._detector)
            boxes = [box for factor in second_look.SCALES for box in self._look(image, scale * factor)]
            crops = [_Crop.of(image, box) for box in boxes]
            found += [Found(index, crop.box, self._ways(crop), again=True) for crop in crops]
        self._read_ways(found)
        return [second_look.with_more(reading, self._reading(image_id, index, image, found).regions)
                for index, (image, image_id, reading) in enumerate(zip(images, image_ids, readings, strict=True))]

    def _read_ways(self, found: Sequence[Found]) -> None:
        """Ways of all boxes of all images go through each recogniser together."""
        strips = [piece.strip for item in found for way in item.ways for piece in way.pieces]
        lines = iter(read_together(self._bundle.recognisers, strips, self._read_strips))
        for item in found:
            item.lines = [join([next(lines) for _ in way.pieces], way.pieces) for way in item.ways]

    def _find(self, images: Sequence[Pixels]) -> list[Found]:
        """Boxes of all images with their crops."""
        scales = [detection.first_scale(image.shape[0], image.shape[1], self._detector) for image in images]
        sizes = [detection.fit(image.shape[0], image.shape[1], scale) for image, scale in zip(images, scales, strict=True)]
        whole = [index for index, size in enumerate(sizes) if max(size) <= self._detector.longest_side]
        boxes = dict(zip(whole, self._run(
            DETECTOR, whole, lambda index: sizes[index],
            lambda index: detection.resize(images[index], sizes[index]),
            lambda index, output: detection.find_boxes(output[0], images[index].shape[0], images[index].shape[1],
                                                       self._detector)), strict=True))
        # Larger looks one after the other: the tiles of one are work for all threads, and only one is in memory.
        for index, (image, scale) in enumerate(zip(images, scales, strict=True)):
            found = boxes[index] if index in boxes else self._look(image, scale)
            boxes[index] = joining.healed(self._look_closer(image, found, scale))

        def cut(index: int) -> list[Found]:
            image = images[index]
            crops = [_Crop.of(image, box) for box in boxes[index]]
            found = [Found(index, crop.box, self._ways(crop)) for crop in crops]
            found += self._put_together(image, found, crops)
            if min(image.shape[:2]) <= LINE_HEIGHT:
                whole = _Crop(detection.whole_box(image), image, joining.cells_of(image))
                found.append(Found(index, whole.box, self._ways(whole), whole=True))
            return found

        return [item for items in self._pool.map(cut, range(len(images))) for item in items]

    def _look_closer(self, image: Pixels, boxes: list[Box], scale: float) -> list[Box]:
        """Boxes of an image, seen twice as large as long as that may show more."""
        while scale < 1 and tiles.is_small(boxes, scale):
            scale = min(1, 2 * scale)
            boxes = tiles.merge(boxes, self._look(image, scale), scale)
        return boxes

    def _look(self, image: Pixels, scale: float) -> list[Box]:
        """Boxes of one image, seen in tiles."""
        size = detection.fit(image.shape[0], image.shape[1], scale)
        resized = detection.resize(image, size)
        probability = np.empty(size, np.float32)

        def finish(tile: Tile, output: Tensor) -> None:
            probability[tile.own_rows, tile.own_columns] = output[0][tile.inside]

        self._run(DETECTOR, tiles.cut(*size, self._detector.longest_side), lambda tile: tile.shape,
                  lambda tile: resized[tile.rows, tile.columns], finish)
        return detection.find_boxes(probability, image.shape[0], image.shape[1], self._detector)

    def _ways(self, crop: _Crop) -> list[Way]:
        return ways_of(crop.pixels, crop.cells, *self._strip_size)

    def _put_together(self, image: Pixels, found: Sequence[Found], crops: Sequence[_Crop]) -> list[Found]:
        """Lines that some boxes of an image may be parts of, read whole and with their letters side by side."""
        by_box = {id(item.box): (item, crop) for item, crop in zip(found, crops, strict=True)}
        parts = [part for item, crop in by_box.values() if (part := joining.part_of(item.box, crop.pixels, crop.cells))]
        put: list[Found] = []
        for line in joining.lines_of(parts, [item.box for item in found]):
            box = joining.around([part.box for part in line])
            ways = self._ways(_Crop.of(image, box))
            letters = [by_box[id(part.box)][1] for part in line]
            row = joining.side_by_side([crop.pixels if (closed := joining.closed_up(crop.pixels, crop.cells)) is None else closed
                                        for crop in letters])
            ways.append(Way(pieces_of(row, *self._strip_size)))
            put.append(Found(found[0].image, box, ways, parts=[by_box[id(part.box)][0] for part in line]))
        return put

    def _read_strips(self, index: int, strips: Sequence[Strip]) -> list[ReadLine]:
        """What one recogniser reads on strips."""
        recogniser = self._bundle.recognisers[index]
        charset = self._models.charsets[index]

        def finish(strip: Strip, output: Tensor) -> ReadLine:
            best = best_class(output)
            if not np.isfinite(best).all():
                raise ModelUnavailable(f"{recogniser.file} of {self._bundle.label} gives NaN for a line: it was exported "
                                       f"wrongly, or does not bear the precision {self.precision}")
            return recognition.decode(best, charset, recognition.step_of(strip.shape[1], recogniser), recogniser.name)

        return self._run(recogniser.name, strips, lambda strip: recognition.step_of(strip.shape[1], recogniser),
                         lambda strip: strip, finish)

    def _run(self, model: str, items: Sequence[T], shape: Callable[[T], Hashable], row: Callable[[T], Pixels],
             finish: Callable[[T, Tensor], R]) -> list[R]:
        """Runs a model over items of several shapes, the largest first, on all threads; results in the items' order."""
        groups: dict[Hashable, list[int]] = defaultdict(list)
        for index, item in enumerate(items):
            groups[shape(item) if self._models.of_one_shape else 0].append(index)
        most = self._models.rows_a_run(model)
        batches = [group[start:start + most] for _, group in sorted(groups.items(), reverse=True)
                   for start in range(0, len(group), most)]

        def work(batch: list[int]) -> list[R]:
            outputs = self._models.run(model, [row(items[index]) for index in batch])
            return [finish(items[index], output) for index, output in zip(batch, outputs, strict=True)]

        results: dict[int, R] = {}
        for batch, found in zip(batches, self._pool.map(work, batches), strict=True):
            results.update(zip(batch, found, strict=True))
        return [results[index] for index in range(len(items))]

    def _reading(self, image_id: str, index: int, image: Pixels, found: Sequence[Found]) -> Reading:
        height, width = image.shape[:2]
        reader = self._bundle.reader
        regions: list[Region] = []
        here = [item for item in found if item.image == index]
        gone = {id(item) for one in here if one.parts for item in (one.parts if is_line(one) else [one])}
        for number, item in enumerate(here):
            if id(item) in gone:
                continue
            best = best_way(item)
            line = item.lines[best]
            way = item.ways[best]
            text = normalise(line.text)
            score = round(line.score, 3)
            polygon = tidy(turned(item.box.polygon, way.turns), width, height)
            if polygon is None or not text or score < self._bundle.min_score:
                continue
            if item.whole and (regions or score < LINE_SCORE or not any(map(str.isalnum, text))):
                continue
            attributes = Attributes(direction=direction_of(item, best), language=language_of(text),
                                    kind=Kind.CHECKBOX if text in CHECK_BOXES else Kind.TEXT,
                                    checked=CHECK_BOXES.get(text))
            name = region_id(image_id, reader, self.run, -1 - number if item.again else number)
            regions.append(Region(name, polygon, text, attributes, score, recogniser=line.recogniser))
        return Reading(image_id, reader, self.run, 0, self.unit, width, height, tuple(regions))

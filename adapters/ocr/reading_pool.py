"""Reading in processes around one that has the GPU: what the engine is made of where the device is the fast part.

A reader cuts, resizes and decodes; the interpreter's lock is its own. What dies is started again: a reader's images are read once
more by others, each alone, and one on which a reader dies again is broken. So it is where the GPU's process dies: what was being
read is read again with nothing beside it, and an image that ends the process by itself is broken.
"""

from __future__ import annotations

import contextlib
import threading
import weakref
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import wait
from pathlib import Path

from adapters.ocr.bundles import Bundle
from adapters.ocr.engine import PartlyRead, Pixels
from adapters.ocr.process_messages import GPU_IS_GONE, Job, ModelFacts, Outcome
from adapters.ocr.reading_processes import ReadingProcess, ReadingProcesses
from schemas.errors import ModelUnavailable, SaegimError
from schemas.reading import Reading

IMAGES_A_JOB = 4
"""Images that a reader has at a time: their lines go to the GPU together."""
PIXELS_A_JOB = 16_000_000
"""… unless one alone has more."""
DEATHS = 2
"""Processes that one image may cost."""
DEATHS_AT_START = 3
"""Readers in a row that may die before they can read."""
STARTS_AGAIN = 6
"""How often the GPU's process is started again in one call: one image that ends it costs two, five at once cost six. A card that
bears nothing any more ends the run so."""


@dataclass(slots=True)
class _Call:
    """What is to be read, and what became of it.

    Attributes:
        todo: images that nobody has read yet, in order.
        alone: those whose reader died: a reader has one of them at a time.
        suspects: those that were being read when the GPU's process died: the first is read while nothing else is, and goes when
            it is done.
        deaths: processes that images have cost.
        starts: how often the GPU's process was started again.
    """

    method: str
    pictures: Sequence[Pixels]
    image_ids: Sequence[str]
    more: Sequence[Sequence[object]]
    todo: deque[int]
    alone: deque[int] = field(default_factory=deque)
    suspects: list[int] = field(default_factory=list)
    deaths: dict[int, int] = field(default_factory=dict)
    readings: dict[int, Reading] = field(default_factory=dict)
    broken: dict[int, str] = field(default_factory=dict)
    refused: SaegimError | None = None
    starts: int = 0

    def job(self, images: Sequence[int], reader: ReadingProcess) -> Job:
        """Images for a reader, whose pixels are put into its memory."""
        reader.pixels.shrink()
        places = reader.pixels.put(self.pictures[index] for index in images)
        return Job(self.method, places, [self.image_ids[index] for index in images],
                   [[items[index] for index in images] for items in self.more])

    def next_images(self, readers: int, reading: bool) -> list[int]:
        """Images for one reader: fewer towards the end, so that all readers end together.

        Args:
            readers: how many there are.
            reading: whether another one has images now.
        """
        if self.refused is not None:
            return []
        if self.suspects:
            return [] if reading else [self.suspects[0]]
        if not self.todo:
            return [self.alone.popleft()] if self.alone else []
        most = max(1, min(IMAGES_A_JOB, len(self.todo) // (2 * readers)))
        images: list[int] = []
        pixels = 0
        while self.todo and len(images) < most:
            height, width = self.pictures[self.todo[0]].shape[:2]
            if images and pixels + height * width > PIXELS_A_JOB:
                break
            images.append(self.todo.popleft())
            pixels += height * width
        return images

    def reader_died(self, images: Sequence[int], status: int) -> None:
        """Images whose reader is gone are read again, each alone, or are broken."""
        for image in images:
            self._cost_one(image, status)
            if image not in self.broken:
                self.alone.append(image)

    def gpu_died(self, images: Sequence[int], status: int) -> None:
        """Images that were being read then are read again, one at a time; the one that was read so is broken."""
        for image in images:
            self._cost_one(image, status, in_company=len(images) > 1)
            if image not in self.broken and image not in self.suspects:
                self.suspects.append(image)

    def _cost_one(self, image: int, status: int, in_company: bool = False) -> None:
        self.deaths[image] = self.deaths.get(image, 0) + 1
        if self.deaths[image] >= DEATHS and not in_company:
            self.broken[image] = f"RuntimeError: {DEATHS} processes died reading this image, the last with status {status}"
            self._is_done(image)

    def _is_done(self, image: int) -> None:
        if image in self.suspects:
            self.suspects.remove(image)

    def note(self, images: Sequence[int], outcomes: Sequence[Outcome]) -> None:
        """What a reader says of its images."""
        for image, outcome in zip(images, outcomes, strict=True):
            self._is_done(image)
            if isinstance(outcome, Reading):
                self.readings[image] = outcome
            elif isinstance(outcome, str):
                self.broken[image] = outcome
            else:
                self.refused = outcome


class ReadingPool:
    """Reads images in processes; see the module."""

    def __init__(self, bundle: Bundle, folder: Path, provider: str, readers: int) -> None:
        """Starts the processes.

        Args:
            bundle: the model.
            folder: where its files lie.
            provider: that the GPU's process runs it on.
            readers: processes that read.

        Raises:
            ModelUnavailable: a model does not do what its bundle says, or not on this provider.
        """
        self._bundle = bundle
        self._folder = folder
        self._provider = provider
        self._count = readers
        self._one_call = threading.Lock()
        self._deaths_at_start = 0
        self._start()

    @property
    def facts(self) -> ModelFacts:
        """What is known of the models since they are open."""
        return self._processes.facts

    def call(self, method: str, pictures: Sequence[Pixels], image_ids: Sequence[str], *more: Sequence[object]) -> list[Reading]:
        """What a method of the engine returns for images.

        Args:
            method: its name: it takes pictures, their ids and more of each image, and gives a reading of each.
            pictures: uint8 [height, width, RGB].
            image_ids: of the pictures.
            more: other arguments, an item an image.

        Raises:
            PartlyRead: some images broke the engine, or cost two processes.
            SaegimError: a model does not bear this, the GPU's process dies again and again, or readers die before they read.
        """
        call = _Call(method, pictures, image_ids, more, deque(range(len(pictures))))
        with self._one_call:
            if not self._end.alive:
                self._start()
            try:
                while self._give(call):
                    self._hear(call)
            except BaseException:
                self.close()  # readers may have images of this call: the next one starts anew
                raise
        if call.refused is not None:
            raise call.refused
        readings = [call.readings[index] for index in sorted(call.readings)]
        if call.broken:
            raise PartlyRead(readings, {image_ids[index]: trace for index, trace in sorted(call.broken.items())})
        return readings

    def close(self) -> None:
        """Ends the processes."""
        self._end()

    def _start(self) -> None:
        self._processes = ReadingProcesses(self._bundle, self._folder, self._provider, self._count)
        self._end = weakref.finalize(self, ReadingProcesses.end, self._processes)

    def _give(self, call: _Call) -> bool:
        """Gives images to readers that have none; whether anything is left to wait for."""
        for reader in self._processes.readers:
            reading = any(other.images for other in self._processes.readers)
            if reader.starting or reader.images or not (images := call.next_images(self._count, reading)):
                continue
            reader.images = images
            with contextlib.suppress(ConnectionError):  # it is gone: its channel says so to ``_hear``
                reader.child.channel.send(call.job(images, reader))
        left = call.refused is None and (call.todo or call.alone or call.suspects)
        return bool(left) or any(reader.images for reader in self._processes.readers)

    def _hear(self, call: _Call) -> None:
        """Waits for readers' answers or a process's end."""
        readers = {reader.child.channel.fileno(): reader for reader in self._processes.readers}
        for heard in wait([self._processes.gpu.channel.fileno(), *readers]):
            reader = readers.get(int(heard))  # type: ignore[arg-type]
            if reader is None:
                self._start_again(call)
                return
            try:
                call.note(reader.images, reader.child.channel.receive())
                reader.images = []
                if reader.starting:
                    reader.starting = False
                    self._deaths_at_start = 0
            except (EOFError, OSError):  # OSError: it ended in the middle of a message
                if (status := reader.child.how_it_ended()) == GPU_IS_GONE:
                    self._start_again(call)
                    return
                self._replace(reader, status, call)

    def _replace(self, reader: ReadingProcess, status: int, call: _Call) -> None:
        """Another reader for one that is dead."""
        call.reader_died(reader.images, status)
        if reader.starting:
            self._deaths_at_start += 1
        if self._deaths_at_start >= DEATHS_AT_START:
            raise ModelUnavailable(f"{DEATHS_AT_START} processes that were to read with {self._bundle.label} ended before they "
                                   f"could, the last with status {status}: their words are above")
        self._processes.end_reader(reader)
        self._processes.start_reader()

    def _start_again(self, call: _Call) -> None:
        """Starts all processes anew: the GPU's has ended."""
        status = self._processes.gpu.how_it_ended()
        call.gpu_died(sorted(image for reader in self._processes.readers for image in reader.images), status)
        self.close()
        call.starts += 1
        if call.starts > STARTS_AGAIN:
            raise ModelUnavailable(f"The process that has the GPU ended {call.starts} times while {self._bundle.label} read "
                                   f"{len(call.pictures)} images, the last time with status {status}")
        self._start()

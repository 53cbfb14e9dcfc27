"""A bundle's models, open in this process: pixels in, maps and lines out."""

from __future__ import annotations

import functools
from collections.abc import Callable, Hashable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from adapters.ocr import detection, recognition
from adapters.ocr.bundles import Bundle, Recogniser
from adapters.ocr.checks import check_detector, check_recogniser
from adapters.ocr.engine import Pixels
from adapters.ocr.gpu_graph import with_alpha
from adapters.ocr.gpu_memory import most_bytes, used_bytes
from adapters.ocr.onnx_session import OnnxSession
from adapters.ocr.open_session import open_session
from adapters.ocr.planned_sessions import PlannedSessions
from adapters.ocr.sessions import Row, Session, Tensor, flush_denormals
from schemas.errors import ModelUnavailable, SettingError

DETECTOR = "detector"
"""What ``run`` calls a bundle's detector; a recogniser has its own name."""


class SessionHost:
    """Runs a bundle's models on one provider, from any thread.

    Attributes:
        precision: what they compute in.
        charsets: of each recogniser, text of each class; the first is the blank.
        of_one_shape: rows of one run must be padded to one shape.
    """

    of_one_shape = True

    def __init__(self, bundle: Bundle, folder: Path, provider: str, planned: PlannedSessions | None = None) -> None:
        """Opens the models and tries them on a small input.

        Args:
            bundle: the model.
            folder: where its files lie.
            provider: that runs it.
            planned: keeps a session a shape. Unless they are given, CUDA has some and other providers have none.

        Raises:
            ModelUnavailable: a model does not do what the bundle says, or runs on another provider.
        """
        if bundle.detector is None:
            raise SettingError(f"{bundle.label}: the engine onnx needs a detector")
        detector = bundle.detector
        long = detector.longest_side
        short = detector.longest_side * 3 // 4 // 32 * 32
        if planned is None and provider.startswith("cuda"):
            planned = PlannedSessions(functools.cache(most_bytes), used_bytes)
        self._planned = planned
        self._sessions: dict[str, Session] = {DETECTOR: open_session(
            folder / detector.file, detector, provider, self._planned, ((3, 32, 32), (3, short, long), (3, long, long)))}
        self._prepare: dict[str, Callable[[Pixels], Row]] = {
            DETECTOR: (lambda row: detection.prepare(row, detector)) if planned is None else lambda row: row}
        self._shapes: dict[str, Callable[[Pixels], Hashable]] = {DETECTOR: lambda row: row.shape}
        with ThreadPoolExecutor(1, initializer=flush_denormals) as thread:
            self.charsets = tuple(thread.submit(self._open_recogniser, item, folder, provider).result()
                                  for item in bundle.recognisers)
            thread.submit(check_detector, self._sessions[DETECTOR], detector, self._prepare[DETECTOR]).result()
        self.precision = self._sessions[DETECTOR].precision

    def rows_a_run(self, model: str) -> int:
        """Rows of one run of a model that are worth it."""
        return self._sessions[model].batch

    def shape_of(self, model: str, row: Pixels) -> Hashable:
        """What rows of a model have in common that may run together."""
        return self._shapes[model](row)

    def run(self, model: str, rows: Sequence[Pixels]) -> list[Tensor]:
        """Runs a model on at most ``rows_a_run`` rows.

        Args:
            model: ``DETECTOR`` or a recogniser's name.
            rows: uint8 [height, width, RGB]: pictures of the detector's size, or strips of one step of the recogniser's ladder.

        Returns:
            For each row the map [1, height, width], or the steps [T, classes] or, reduced to the best class, [T, 2].

        Raises:
            ModelUnavailable: it does not run.
        """
        prepare = self._prepare[model]
        return self._sessions[model].run([prepare(row) for row in rows])

    def _open_recogniser(self, item: Recogniser, folder: Path, provider: str) -> tuple[str, ...]:
        """Opens one and returns its charset."""
        widths = (item.widths[0], item.widths[len(item.widths) // 2], item.widths[-1])
        plain = OnnxSession(folder / item.file, "cpu", {})
        session = open_session(folder / item.file, item, provider, self._planned,
                               tuple((3, item.height, width) for width in widths), plain)
        self._sessions[item.name] = session
        self._shapes[item.name] = lambda row: recognition.step_of(row.shape[1], item)
        self._prepare[item.name] = (lambda row: recognition.prepare(row, item)) if self._planned is None else (
            lambda row: with_alpha(row, recognition.step_of(row.shape[1], item)))
        if item.charset:
            try:
                lines = (folder / item.charset).read_text(encoding="utf-8-sig").split("\n")
            except UnicodeDecodeError as error:
                raise ModelUnavailable(f"{item.charset} is not UTF-8 ({error.reason} at byte {error.start}): convert it, such as "
                                       "with iconv -f CP949 -t UTF-8") from None
            characters = [line.rstrip("\r") for line in (lines[:-1] if lines[-1] == "" else lines)]
        elif (inside := plain.charset) is not None:
            characters = inside
        else:
            raise ModelUnavailable(
                f"{item.file} carries no charset (metadata `character`) and bundle.yaml names no file: add `charset: FILE` "
                f"to the recogniser {item.name}, one character a line in the order of the classes")
        classes = check_recogniser(session if session.batch == 1 else plain, item)
        charset = ["", *characters, " "][:classes]
        if characters and characters[0].strip("<>[]") == "blank":
            raise ModelUnavailable(f"{item.charset or item.file} begins with {characters[0]!r}: leave the blank out, it is "
                                   "class 0 by itself")
        if len(charset) < classes or len(characters) + 1 > classes:
            raise ModelUnavailable(f"{item.charset or item.file} has {len(characters)} characters and {item.file} has {classes} "
                                   "classes: expected one class for each, one for the blank, and perhaps one for the space")
        return tuple(charset)

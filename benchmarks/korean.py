"""Korean and English on 48 pages: Hangul, and the Latin letters and digits inside Korean lines, beside single recognisers.

Pages of one half set figures of ``adapters/ocr/words.py`` and ``marks.py``; the other half's stand beside them.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rapidfuzz.distance import LCSseq, Levenshtein
from rich.progress import track

from adapters.ocr.bundles import load_bundle
from benchmarks.edits import HELD_OUT, half_of
from benchmarks.figures import Figure
from benchmarks.ocr_pictures import MODELS, ROOT, SHARED, open_ours, ours, rapidocr, read, reader
from schemas.reading import Reading
from schemas.text import is_hangul, without_spaces

MODEL = "ppocr-korean-v3"
PAGES = SHARED / "korean_pages"
Box = tuple[float, float, float, float]
WRONG_LATIN = 1.28
"""Wrong Latin of 1,000 syllables on the pages that set nothing, before doubtful words were read again alone."""


@dataclass(frozen=True, slots=True)
class Korean:
    """Figures of one reader.

    Attributes:
        recall: Hangul of the truth that was read, line by line in order (longest common subsequence), spaces ignored.
        precision: Hangul that was read and is there.
        latin: edits of Latin letters and digits in lines that have Hangul, over their number.
        cer: edits of all characters over their number, of lines that were found.
        cer_unspaced: the same with spaces ignored.
        wrong_latin: Latin letters and digits that were read inside Hangul words, where there are none, of 1,000 syllables.
    """

    recall: float
    precision: float
    latin: float
    cer: float
    cer_unspaced: float
    wrong_latin: float


def run() -> list[Figure]:
    """Ours, RapidOCR with the same Korean recogniser, and RapidOCR as it comes, on the same pages in turn."""
    paths = sorted((PAGES / "images").glob("*.jpg"))
    open_ours(MODEL, "cpu")  # fetches what the peer reads with, too
    bundle = load_bundle(ROOT / "recipes" / "models" / f"{MODEL}.yaml")
    folder = MODELS / bundle.label
    korean = {"Rec__model_path": str(folder / bundle.recognisers[0].file), "Rec__rec_keys_path": str(folder / "dict_korean.txt")}
    found: dict[str, list[Reading]] = {"ours": [], "korean": [], "v6": []}
    with reader(ours, MODEL) as mine, reader(_rapidocr_with, korean) as theirs, reader(rapidocr, False) as latin:
        for path in track(paths, "pages", transient=True):
            for name, process in (("ours", mine), ("korean", theirs), ("v6", latin)):
                found[name] += process.submit(read, [path]).result()
    truths = [lines_of(path) for path in paths]
    figures = {name: score(truths, readings) for name, readings in found.items()}
    we, single, v6 = figures["ours"], figures["korean"], figures["v6"]
    setting, other = (score([truth for truth, path in zip(truths, paths, strict=True) if sets_thresholds(path) is half],
                            [item for item, path in zip(found["ours"], paths, strict=True) if sets_thresholds(path) is half])
                      for half in (True, False))
    return [
        Figure(f"Hangul recall, {len(paths)} pages", f"{we.recall:.4f}", f"{single.recall:.4f}", "", "not below",
               we.recall >= single.recall),
        Figure("Hangul precision", f"{we.precision:.4f}", f"{single.precision:.4f}", "", "not below",
               we.precision >= single.precision),
        Figure("error of Latin and digits in Korean lines", f"{we.latin:.3f}",
               f"{single.latin:.3f}; PP-OCRv6 alone {v6.latin:.3f}", "", "≤ .066", we.latin <= 0.066),
        Figure("CER", f"{we.cer:.3f}", f"{single.cer:.3f}; PP-OCRv6 alone {v6.cer:.3f}"),
        Figure("CER, spaces ignored", f"{we.cer_unspaced:.3f}",
               f"{single.cer_unspaced:.3f}; PP-OCRv6 alone {v6.cer_unspaced:.3f}"),
        Figure("CER, spaces ignored: pages that set nothing (that set thresholds)",
               f"{other.cer_unspaced:.3f} ({setting.cer_unspaced:.3f})", "", "", "≤ .05", other.cer_unspaced <= 0.05),
        Figure("wrong Latin inside Hangul words, of 1,000 syllables: the same",
               f"{other.wrong_latin:.2f} ({setting.wrong_latin:.2f})", "", "", f"≤ {WRONG_LATIN / 5:.2f}",
               other.wrong_latin <= WRONG_LATIN / 5),
    ]


def sets_thresholds(path: Path) -> bool:
    """Whether a page set figures of the readers of lines. They took the half that ``half_of`` holds out for others."""
    return half_of(path.stem) == HELD_OUT


def has_latin(character: str) -> bool:
    """Whether a character is a Latin letter or a digit."""
    return character.isascii() and character.isalnum()


def wrong_latin(text: str, read: str) -> int:
    """Latin letters and digits in a line's reading that stand for Hangul, or between two syllables of a word of the truth."""
    spaced = [index for index, char in enumerate(text) if char != " "]
    one, other = without_spaces(text), without_spaces(read)
    wrong = 0
    for start, end, first, last in _changes(one, other):
        inner = start == end and 0 < start < len(one) and is_hangul(one[start - 1]) and is_hangul(one[start])
        if any(map(is_hangul, one[start:end])) or (inner and spaced[start] - spaced[start - 1] == 1):
            wrong += max(0, sum(map(has_latin, other[first:last])) - sum(map(has_latin, one[start:end])))
    return wrong


def _changes(one: str, other: str) -> list[tuple[int, int, int, int]]:
    """Where two texts differ: from and to in the one, from and to in the other; what lies side by side is one change."""
    changes: list[tuple[int, int, int, int]] = []
    for code in Levenshtein.opcodes(one, other):
        if code.tag == "equal":
            continue
        start, end, first, last = code.src_start, code.src_end, code.dest_start, code.dest_end
        if changes and changes[-1][1] == start and changes[-1][3] == first:
            before = changes.pop()
            start, first = before[0], before[2]
        changes.append((start, end, first, last))
    return changes


def _rapidocr_with(params: dict[str, str]) -> object:
    return rapidocr(False, **params)


def lines_of(path: Path) -> list[tuple[Box, str]]:
    """Box and text of each line of a page."""
    truth = json.loads((PAGES / "gt" / f"{path.stem}.json").read_text("utf-8"))
    return [((x0, y0, x1, y1), line["text"]) for line in truth["lines"] for x0, y0, x1, y1 in [line["box"]]]


def score(truths: Sequence[Sequence[tuple[Box, str]]], readings: Sequence[Reading]) -> Korean:
    """Figures over pages. A region belongs to the line that it covers most; a line's regions are read from left to right."""
    common = hangul_true = hangul_read = latin_edits = latin_true = edits = length = edits_unspaced = length_unspaced = wrong = 0
    for lines, reading in zip(truths, readings, strict=True):
        parts: list[list[tuple[float, str]]] = [[] for _ in lines]
        for region in reading.regions:
            xs, ys = zip(*region.polygon, strict=True)
            box = (min(xs), min(ys), max(xs), max(ys))
            overlaps = [_overlap(box, line) for line, _ in lines]
            best = max(range(len(lines)), key=overlaps.__getitem__, default=None)
            if best is not None and overlaps[best] > 0:
                parts[best].append((box[0], region.text))
            else:
                hangul_read += sum(map(is_hangul, region.text))
        for (_, text), found in zip(lines, parts, strict=True):
            other = " ".join(part for _, part in sorted(found))
            one_hangul, other_hangul = ([char for char in item if is_hangul(char)] for item in (text, other))
            common += LCSseq.similarity(one_hangul, other_hangul)
            hangul_true, hangul_read = hangul_true + len(one_hangul), hangul_read + len(other_hangul)
            one_latin, other_latin = ([char for char in item if has_latin(char)] for item in (text, other))
            if one_hangul:
                latin_edits, latin_true = latin_edits + Levenshtein.distance(one_latin, other_latin), latin_true + len(one_latin)
            if found:
                wrong += wrong_latin(text, other)
                edits, length = edits + Levenshtein.distance(text, other), length + len(text)
                unspaced = without_spaces(text)
                edits_unspaced += Levenshtein.distance(unspaced, without_spaces(other))
                length_unspaced += len(unspaced)
    return Korean(common / hangul_true, common / max(hangul_read, 1), latin_edits / latin_true, edits / length,
                  edits_unspaced / length_unspaced, 1000 * wrong / hangul_true)


def _overlap(one: Box, other: Box) -> float:
    return max(0.0, min(one[2], other[2]) - max(one[0], other[0])) * max(0.0, min(one[3], other[3]) - max(one[1], other[1]))

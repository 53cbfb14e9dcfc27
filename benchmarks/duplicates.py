"""Near duplicates: edited copies of receipts and pages are found, documents of one template are not called duplicates."""

from __future__ import annotations

import itertools
import json
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import cv2
import imagehash
import numpy as np
from PIL import Image
from rich.progress import track

from adapters.ocr.bundles import load_bundle
from adapters.ocr.engine import open_engine
from adapters.ocr.sources import fetch
from benchmarks.edits import EDITS, Grey
from benchmarks.figures import Figure
from benchmarks.hash_peers import imagededup_hashes
from datastore.ledger.word_index import WordIndex
from schemas.submission import Verdict
from stages.ingest.align import Features, compare, features_of
from stages.ingest.texts import compare_texts
from stages.ingest.words import small
from stages.ingest.words import words as words_of
from tests.places import REAL_DATA
from workbench.models import RECIPES

SHARED = REAL_DATA
VERIFICATIONS = 16
"""As in workbench/settings.py."""
Pair = tuple[str, str]
Peer = Callable[[Grey], object]


def run() -> list[Figure]:
    """Every edit of every document against its original, and every two documents against each other."""
    cv2.setNumThreads(1)
    originals = dict(_documents())
    same = _pairs("duplicate_pairs.json")
    peers = _peers()
    copies = {(name, edit): change(grey) for name, grey in originals.items() for edit, change in EDITS.items()}
    negatives = [pair for pair in itertools.combinations(sorted(originals), 2) if pair not in same]
    figures = _ours(originals, copies, same, negatives)
    for label, (hashed, near) in peers.items():
        known = {name: hashed(grey) for name, grey in originals.items()}
        found = sum(near(known[name], hashed(copy)) for (name, _), copy in track(copies.items(), label, transient=True))
        found += sum(near(known[a], known[b]) for a, b in same)
        wrong = sum(near(known[a], known[b]) for a, b in negatives)
        templates = _pairs("same_template_pairs.json") - same
        share = sum(near(known[a], known[b]) for a, b in templates) / len(templates)
        total = len(copies) + len(same)
        figures.append(Figure(f"peer {label}: F1, wrong merges", "", f"F1 {_f1(found, wrong, total - found):.3f}, {wrong} wrong "
                              f"({wrong / len(negatives):.1%} of pairs, {share:.0%} of one template)"))
    return figures


def _ours(originals: dict[str, Grey], copies: dict[tuple[str, str], Grey], same: set[Pair],
          negatives: Sequence[Pair]) -> list[Figure]:
    started = time.perf_counter()
    words = {name: words_of(small(grey)) for name, grey in originals.items()}
    gate_ms = (time.perf_counter() - started) / len(originals) * 1e3
    known = {name: features_of(grey) for name, grey in originals.items()}
    index, numbers = WordIndex(), {name: number for number, name in enumerate(originals)}
    for name, number in numbers.items():
        index.add(number, words[name])
    recall: dict[str, list[bool]] = defaultdict(list)
    verdicts: list[Verdict] = []
    for (name, edit), copy in track(copies.items(), "edited copies", transient=True):
        passed = numbers[name] in _candidates(index, words_of(small(copy)))
        recall[edit].append(passed)
        verdicts.append(compare(features_of(copy), known[name]).verdict if passed else Verdict.DISTINCT)
    milliseconds: list[float] = []
    near = {name: _candidates(index, found) for name, found in words.items()}
    pairs = {pair: _verdict(numbers[pair[0]] in near[pair[1]] or numbers[pair[1]] in near[pair[0]], known, pair, milliseconds)
             for pair in track([*negatives, *sorted(same)], "all pairs of documents", transient=True)}
    found = sum(verdict is Verdict.DUPLICATE for verdict in verdicts) + sum(pairs[pair] is Verdict.DUPLICATE for pair in same)
    wrong = sum(pairs[pair] in (Verdict.DUPLICATE, Verdict.CLUSTER) for pair in negatives)
    held = sum(pairs[pair] is Verdict.REVIEW for pair in negatives)
    total = len(copies) + len(same)
    f1 = _f1(found, wrong, total - found)
    gate_recall = statistics.mean(itertools.chain(*recall.values()))
    return [
        Figure("duplicates: F1", f"{f1:.4f} ({found} of {total} found)", "", "", "≥ .99", f1 >= 0.99),
        Figure("duplicates: wrong merges", f"{wrong} of {len(negatives):,} pairs, {held} to review", "", "", "0", wrong == 0),
        Figure("true pairs found", f"{sum(pairs[pair] is Verdict.DUPLICATE for pair in same)} of {len(same)}"),
        Figure("the gate's own recall", f"{gate_recall:.4f}", "", "", "≥ .995", gate_recall >= 0.995),
        *(Figure(f"… under {edit}", f"{statistics.mean(passed):.4f}") for edit, passed in recall.items()),
        Figure("the gate an image", f"{gate_ms:.2f} ms"),
        Figure("verification a pair", f"{statistics.median(milliseconds):.1f} ms (features of each picture once: "
               f"{_feature_ms(originals):.1f} ms)"),
        Figure("review: told apart by texts", _by_texts(
            originals, known, [pair for pair, verdict in pairs.items() if verdict is Verdict.REVIEW], same)),
        Figure("pairs that the gate lets through", f"{len(milliseconds):,} of {len(pairs):,}"),
    ]


def _by_texts(originals: dict[str, Grey], known: dict[str, Features], doubtful: Sequence[Pair], same: set[Pair]) -> str:
    """What the model's lines say of the pairs that the pictures leave open."""
    recipe = load_bundle(RECIPES / "ppocr-v6-small.yaml")
    with tempfile.TemporaryDirectory() as folder:
        engine = open_engine(recipe, fetch(recipe, Path(folder), lambda _: None), "cpu")
        names = sorted({name for pair in doubtful for name in pair})
        read = {name: engine.read([np.repeat(originals[name][:, :, None], 3, axis=2)], [name])[0] for name in names}
    apart = set()
    for a, b in doubtful:
        onto = compare(known[b], known[a]).onto
        if onto is not None and compare_texts(read[b], read[a], onto).verdict is Verdict.DISTINCT:
            apart.add((a, b))
    others, true = set(doubtful) - same, set(doubtful) & same
    return f"{len(apart & others)} of {len(others)} different documents, {len(apart & true)} of {len(true)} true pairs"


def _candidates(index: WordIndex, words: tuple[int, ...]) -> set[int]:
    """Those that ingest would compare."""
    return {number for number, _ in index.candidates(words)[:VERIFICATIONS]}


def _verdict(passed: bool, known: dict[str, Features], pair: Pair, milliseconds: list[float]) -> Verdict:
    a, b = pair
    if not passed:
        return Verdict.DISTINCT
    started = time.perf_counter()
    verdict = compare(known[b], known[a]).verdict
    milliseconds.append((time.perf_counter() - started) * 1e3)
    return verdict


def _feature_ms(originals: dict[str, Grey]) -> float:
    some = list(originals.values())[:20]
    started = time.perf_counter()
    for grey in some:
        features_of(grey)
    return (time.perf_counter() - started) / len(some) * 1e3


def _peers() -> dict[str, tuple[Peer, Callable[[object, object], bool]]]:
    def hamming(limit: int) -> Callable[[object, object], bool]:
        return lambda a, b: (int(str(a), 16) ^ int(str(b), 16)).bit_count() <= limit

    def encoder(method: Any) -> Peer:
        return lambda grey: method.encode_image(image_array=grey)

    return {"imagehash pHash ≤ 8": (lambda grey: imagehash.phash(Image.fromarray(grey)), hamming(8)),
            **{f"imagededup {method.__name__} ≤ 10": (encoder(method(verbose=False)), hamming(10))  # 10: its default
               for method in imagededup_hashes()}}


def _documents() -> Iterator[tuple[str, Grey]]:
    files = [*sorted((SHARED / "receipts").rglob("*.jpg")), *sorted((SHARED / "korean_pages" / "images").glob("*.jpg"))]
    if not files:
        raise SystemExit("The test pictures receipts/ and korean_pages/ are not here.")
    for path in files:
        yield path.stem, np.asarray(cv2.imdecode(np.fromfile(path, np.uint8), cv2.IMREAD_GRAYSCALE), np.uint8)


def _pairs(name: str) -> set[Pair]:
    rows = json.loads((SHARED / "receipts" / name).read_text(encoding="utf-8"))
    return {(min(row["a"], row["b"]), max(row["a"], row["b"])) for row in rows}


def _f1(found: int, wrong: int, missed: int) -> float:
    return 2 * found / (2 * found + wrong + missed)

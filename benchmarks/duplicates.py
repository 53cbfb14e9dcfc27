"""Near duplicates: edited copies of receipts and pages are found, documents of one template are not called duplicates.

Each edit is measured on both halves of the sources (``benchmarks/edits.py``): thresholds may be set on one of them; the
other one, and the edits that set nothing, say what they are worth.
"""

from __future__ import annotations

import itertools
import statistics
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import cv2
import numpy as np

from adapters.ocr.bundles import load_bundle
from adapters.ocr.engine import open_engine
from adapters.ocr.sources import fetch
from benchmarks.duplicate_growth import growth
from benchmarks.duplicate_peers import peers
from benchmarks.duplicate_pictures import EDITED, JUDGED, Pair, Picture, pictures, receipt_pairs
from benchmarks.duplicate_trials import RELATED, TOGETHER, Trial, Trials
from benchmarks.edits import COPY_FIRST, EDITS, HARDER, HELD_OUT, OTHERS, PALE, PARTS, TUNING, Edit, half_of, packed
from benchmarks.figures import Figure
from datastore.ledger.word_index import WordIndex
from schemas.submission import Verdict
from stages.ingest.align import compare
from stages.ingest.features import features_of
from stages.ingest.texts import compare_texts
from stages.ingest.words import small
from stages.ingest.words import words as words_of
from workbench.models import RECIPES

FOUND = {"screenshot with bars": 0.98, "photograph of a photograph": 0.8, "brightness × 1.25": 0.97, "5 % crop": 0.95,
         "quarter turn": 0.95, "half turn": 0.95, "three quarters": 0.95,
         "top 90 %": 0.95, "top 80 %": 0.9, "top 60 %": 0.8, "top 40 %": 0.6}
"""Share of copies that have to be found (duplicate, held or of one cluster), held out."""
F1 = 0.995
GATE = 0.997
NAMED = 12
"""Wrong merges that are named."""


def run() -> list[Figure]:
    """Every edit of every document against its original, and every two documents that the gate brings together."""
    cv2.setNumThreads(1)
    everything = pictures()
    documents = {name: picture for name, picture in everything.items() if picture.kind in EDITED}
    same = receipt_pairs("duplicate_pairs")
    templates = receipt_pairs("same_template_pairs") - same
    with tempfile.TemporaryDirectory(prefix="saegim-bench-") as folder:
        trials = Trials(everything, same, Path(folder))
        tried = {label: trials.of(edits, list(documents.values()), label) for label, edits in (
            ("edits", EDITS), ("harder", HARDER), ("parts", PARTS), ("others", OTHERS))}
        verdicts = trials.documents(JUDGED, everything, same | templates)
        strangers = [trials.words[name] for name, picture in everything.items() if picture.kind not in EDITED]
        grown = growth({name: trials.words[name] for name in documents}, strangers, [
            (name, words_of(small(edit(picture.grey)))) for edit in EDITS.values() for name, picture in documents.items()
            if half_of(name) == HELD_OUT], Path(folder))
        wholes = [_after(label, edit, trials, documents) for label, edit in COPY_FIRST.items()]
        pale = _pale([picture for picture in everything.values() if picture.kind in ("receipt", "form")])
    by_edit = {name: some for edits in tried.values() for name, some in edits.items()}
    negatives = [pair for pair in itertools.combinations(sorted(documents), 2) if pair not in same]
    return [
        *_summary(by_edit, verdicts, same, len(everything)), *(_edit(name, some) for name, some in by_edit.items()),
        *wholes, pale,
        Figure("the gate an image", f"{trials.gate_ms:.2f} ms, {trials.gate.rows / len(everything):.1f} rows (CPU, one thread)"),
        Figure("features of a picture, once", f"{trials.features_ms:.1f} ms"),
        Figure("verification a pair", f"{trials.comparison_ms:.1f} ms"),
        grown,
        Figure("review: told apart by texts", _by_texts(documents, [
            pair for pair, verdict in verdicts.items() if verdict is Verdict.REVIEW and {*pair} <= documents.keys()], same)),
        *peers(documents, same, templates, negatives),
    ]


def _summary(tried: Mapping[str, Sequence[Trial]], verdicts: Mapping[Pair, Verdict], same: set[Pair],
             indexed: int) -> list[Figure]:
    """F1 and the gate's recall under the light edits, wrong merges under all."""
    others = {pair: verdict for pair, verdict in verdicts.items() if pair not in same}
    merged = sorted(pair for pair, verdict in others.items() if verdict in TOGETHER)
    strangers = [f"{edit} of {trial.original}, {verdict.value} of {name}" for edit, trials in tried.items() for trial in trials
                 for name, verdict in trial.wrong.items()]
    scores: dict[str, float] = {}
    gates: dict[str, float] = {}
    texts: list[str] = []
    for half in (HELD_OUT, TUNING):
        some = [trial for edit in EDITS for trial in tried[edit] if trial.half == half]
        pairs = [pair for pair in same if half_of(pair[0]) == half]
        found = sum(trial.verdict is Verdict.DUPLICATE for trial in some) + sum(
            verdicts[pair] is Verdict.DUPLICATE for pair in pairs)
        wrong = sum(half in map(half_of, pair) for pair in merged) + sum(len(trial.wrong) for trial in some)
        total = len(some) + len(pairs)
        scores[half] = 2 * found / (found + wrong + total)
        gates[half] = statistics.mean(trial.passed for trial in some)
        texts.append(f"{half} {scores[half]:.4f} ({found} of {total}, {wrong} wrong)")
    wrong = len(merged) + len(strangers)
    held = sum(verdict is Verdict.REVIEW for verdict in others.values())
    named = f" ({'; '.join([*(' = '.join(pair) for pair in merged), *strangers][:NAMED])})" if wrong else ""
    return [
        Figure("pictures in the index", f"{indexed}"),
        Figure("duplicates: F1, the eight edits", "; ".join(texts), "", "", f"≥ {F1}", scores[HELD_OUT] >= F1),
        Figure("the gate's own recall, the eight edits", f"{HELD_OUT} {gates[HELD_OUT]:.4f}; {TUNING} {gates[TUNING]:.4f}", "",
               "", f"≥ {GATE}", gates[HELD_OUT] >= GATE),
        Figure("wrong merges", f"{len(merged)} of {len(others):,} pairs of documents that were compared, {len(strangers)} of "
               f"{sum(map(len, tried.values())):,} edited copies{named}; {held} pairs to review", "", "", "0", wrong == 0),
        Figure("true pairs found", f"{sum(verdicts[pair] is Verdict.DUPLICATE for pair in same)} of {len(same)}, held "
               f"{sum(verdicts[pair] is Verdict.REVIEW for pair in same)}"),
    ]


def _edit(name: str, trials: Sequence[Trial]) -> Figure:
    """What becomes of one edit: the gate's recall, and shares of all copies after the comparison."""
    texts = []
    for half in (HELD_OUT, TUNING):
        some = [trial for trial in trials if trial.half == half]
        gate, duplicate, found = (statistics.mean(share) for share in (
            [trial.passed for trial in some], [trial.verdict is Verdict.DUPLICATE for trial in some],
            [trial.verdict in RELATED for trial in some]))
        texts.append(f"{half}: gate {gate:.3f}, duplicate {duplicate:.3f}, found {found:.3f}")
    least = FOUND.get(name)
    measured = statistics.mean(trial.verdict in RELATED for trial in trials if trial.half == HELD_OUT)
    return Figure(f"… {name}", "; ".join(texts), "", "", f"found ≥ {least}" if least else "",
                  measured >= least if least else None)


def _after(label: str, edit: Edit, trials: Trials, documents: Mapping[str, Picture]) -> Figure:
    """The other order: the edited copy came first, the whole comes later."""
    found: dict[str, list[bool]] = {HELD_OUT: [], TUNING: []}
    for name, picture in documents.items():
        copy = edit(picture.grey)
        index = WordIndex()
        index.add(1, words_of(small(copy)))
        seen = bool(index.candidates(trials.words[name])) and compare(trials.features[name], features_of(copy)).verdict in RELATED
        found[half_of(name)].append(seen)
    return Figure(f"… a whole after its {label}", "; ".join(
        f"{half}: found {statistics.mean(seen):.3f}" for half, seen in found.items()))


def _pale(documents: Sequence[Picture]) -> Figure:
    """Pale receipts and forms beside themselves, compressed once more."""
    distinct: list[bool] = []
    missed: list[bool] = []
    for edit, picture in itertools.product(PALE.values(), documents):
        pale = edit(picture.grey)
        again = packed(pale, 75)
        distinct.append(compare(features_of(again), features_of(pale)).verdict is Verdict.DISTINCT)
        index = WordIndex()
        index.add(1, words_of(small(pale)))
        missed.append(not index.candidates(words_of(small(again))))
    return Figure("pale receipts and forms beside themselves", f"{sum(distinct)} of {len(distinct)} distinct (gate missed "
                  f"{sum(missed)})", "", "", "0", not any(distinct))


def _by_texts(documents: Mapping[str, Picture], doubtful: Sequence[Pair], same: set[Pair]) -> str:
    """What the model's lines say of the pairs that the pictures leave open."""
    recipe = load_bundle(RECIPES / "ppocr-v6-small.yaml")
    with tempfile.TemporaryDirectory() as folder:
        engine = open_engine(recipe, fetch(recipe, Path(folder), lambda _: None), "cpu")
        read = {name: engine.read([np.repeat(documents[name].grey[:, :, None], 3, axis=2)], [name])[0]
                for name in sorted({name for pair in doubtful for name in pair})}
    apart = set()
    for a, b in doubtful:
        onto = compare(features_of(documents[b].grey), features_of(documents[a].grey)).onto
        if onto is not None and compare_texts(read[b], read[a], onto).verdict is Verdict.DISTINCT:
            apart.add((a, b))
    others, true = set(doubtful) - same, set(doubtful) & same
    return f"{len(apart & others)} of {len(others)} different documents, {len(apart & true)} of {len(true)} true pairs"

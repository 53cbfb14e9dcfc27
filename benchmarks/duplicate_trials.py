"""What ingest would make of edited copies: its gate over an index of all pictures, then its comparison with each candidate."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from rich.progress import track
from sqlalchemy import func, select

from benchmarks.duplicate_pictures import Pair, Picture
from benchmarks.edits import Edit, Grey, half_of
from datastore.ledger import Ledger
from datastore.ledger.tables import gate_words
from datastore.ledger.word_index import WordIndex
from schemas.submission import Verdict
from stages.ingest.align import compare
from stages.ingest.features import Features, features_of
from stages.ingest.words import small
from stages.ingest.words import words as words_of

VERIFICATIONS = 16
"""As in workbench/settings.py."""
TOGETHER = (Verdict.DUPLICATE, Verdict.CLUSTER)
"""What ingest does without asking: of different documents a wrong merge."""
RELATED = (Verdict.DUPLICATE, Verdict.REVIEW, Verdict.CLUSTER)
"""What ingest says of pictures that it found; the first one that holds for a candidate counts."""
WORKERS = 2
Job = TypeVar("Job")
Result = TypeVar("Result")
CHUNK = 100
"""Pictures that are indexed at once."""


class Gate:
    """The word index in a ledger of its own (SQLite).

    Args:
        path: where the ledger's file is made.
    """

    def __init__(self, path: Path) -> None:
        self.ledger = Ledger(f"sqlite:///{path}")
        self.ledger.migrate()

    def add(self, words: Mapping[int, Sequence[int]]) -> None:
        """Indexes pictures by number, in order."""
        listed = list(words.items())
        for start in range(0, len(listed), CHUNK):
            some = listed[start:start + CHUNK]
            index = WordIndex()
            with self.ledger.read() as connection:
                index.read(connection, [found for _, found in some])
            for number, found in some:
                index.add(number, found)
            with self.ledger.write() as connection:
                index.flush(connection)

    def candidates(self, words: Sequence[int]) -> list[int]:
        """Numbers of the pictures that ingest would find for these words, the likeliest first; it compares ``VERIFICATIONS``."""
        index = WordIndex()
        with self.ledger.read() as connection:
            index.read(connection, [words])
        return [number for number, _ in index.candidates(words)]

    @property
    def rows(self) -> int:
        """Rows of the index."""
        with self.ledger.read() as connection:
            return int(connection.execute(select(func.count()).select_from(gate_words)).scalar_one())


@dataclass(frozen=True, slots=True)
class Trial:
    """What became of an edited copy.

    Attributes:
        original: the name of its original.
        passed: whether the gate proposed the original.
        verdict: of the comparison with it; distinct where the gate did not propose it.
        wrong: different pictures that it would be merged with, by name.
    """

    original: str
    passed: bool
    verdict: Verdict
    wrong: Mapping[str, Verdict]

    @property
    def half(self) -> str:
        """The half that sets thresholds, or the one that measures them."""
        return half_of(self.original)


class Trials:
    """All pictures in one index, each with its features.

    Args:
        pictures: by name; their order is the order in which they came.
        same: pairs that are one document.
        folder: for the ledger.
    """

    def __init__(self, pictures: Mapping[str, Picture], same: set[Pair], folder: Path) -> None:
        self.names = list(pictures)
        self._same = same
        self.milliseconds: list[float] = []
        began = time.thread_time()
        self.words = {name: words_of(small(picture.grey)) for name, picture in pictures.items()}
        self.gate_ms = (time.thread_time() - began) / len(pictures) * 1e3
        began = time.thread_time()
        self.features = {name: features_of(picture.grey) for name, picture in pictures.items()}
        self.features_ms = (time.thread_time() - began) / len(pictures) * 1e3
        self.gate = Gate(folder / "index.db")
        self.gate.add(dict(enumerate(self.words.values())))

    def of(self, edits: Mapping[str, Edit], documents: Sequence[Picture], label: str) -> dict[str, list[Trial]]:
        """Every edit of every document."""
        jobs = [(name, edit, picture) for name, edit in edits.items() for picture in documents]
        trials: dict[str, list[Trial]] = {name: [] for name in edits}
        for name, trial in _in_threads(lambda job: (job[0], self._tried(job[2].name, job[1](job[2].grey))), jobs, label):
            trials[name].append(trial)
        return trials

    def documents(self, kinds: Sequence[str], pictures: Mapping[str, Picture], always: set[Pair]) -> dict[Pair, Verdict]:
        """The verdict on every two pictures of some kinds that the gate brings together or that are in ``always``."""
        judged = {name for name in self.names if pictures[name].kind in kinds}
        pairs = set(always)
        for name in judged:
            near = judged.intersection(self._candidates(self.words[name])) - {name}
            pairs |= {(min(name, other), max(name, other)) for other in near}
        order = {name: place for place, name in enumerate(self.names)}
        ordered = [sorted(pair, key=order.__getitem__) for pair in sorted(pairs)]
        verdicts = _in_threads(lambda pair: self.verdict(self.features[pair[1]], self.features[pair[0]]), ordered, "documents")
        return dict(zip(sorted(pairs), verdicts, strict=True))

    def verdict(self, one: Features, other: Features) -> Verdict:
        """The comparison's, timed."""
        began = time.thread_time()
        seen = compare(one, other).verdict
        self.milliseconds.append((time.thread_time() - began) * 1e3)
        return seen

    @property
    def comparison_ms(self) -> float:
        """CPU time of a comparison, the median."""
        return statistics.median(self.milliseconds)

    def _candidates(self, words: Sequence[int]) -> list[str]:
        return [self.names[number] for number in self.gate.candidates(words)[:VERIFICATIONS]]

    def _tried(self, original: str, copy: Grey) -> Trial:
        own = {original} | {name for pair in self._same if original in pair for name in pair}
        seen: dict[str, Verdict] = {}
        candidates = self._candidates(words_of(small(copy)))
        if candidates:
            features = features_of(copy)
            seen = {name: self.verdict(features, self.features[name]) for name in candidates}
        mine = {seen[name] for name in own & seen.keys()}
        verdict = next((verdict for verdict in RELATED if verdict in mine), Verdict.DISTINCT)
        return Trial(original, bool(mine), verdict, {
            name: verdict for name, verdict in seen.items() if name not in own and verdict in TOGETHER})


def _in_threads(work: Callable[[Job], Result], jobs: Iterable[Job], label: str) -> list[Result]:
    jobs = list(jobs)
    with ThreadPoolExecutor(WORKERS) as pool:
        return list(track(pool.map(work, jobs), label, len(jobs), transient=True))

"""What prelabel, label, ingest and collect ask of the ledger: an image costs the same at a hundred thousand and a million."""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from sqlalchemy import text

from benchmarks.figures import Figure
from datastore.ledger import (
    Ledger,
    agreements,
    arrivals,
    images,
    label_queue,
    label_status,
    outcomes,
    readings,
    second_looks,
    submissions,
    unclaimed,
)
from datastore.ledger.projects import project_rows
from schemas.labelling import Share, Side
from stages.label.priority import in_order
from tests.filled_ledger import CONFIG, RUN, Made, fill

IMAGES = int(os.environ.get("SAEGIM_BENCH_IMAGES", "1000000"))
FEWER = 10
WITHOUT = 10_000
"""Images at which the question of prelabel is asked without its index too: it takes the square of their number."""
ROUNDS, TARGET = 3, 2.0
BATCH = 100
AHEAD = 200
"""Of what is undecoded and unread: so many there are in ten thousand, too."""

Question = Callable[[Ledger, list[Made]], object]


def run() -> list[Figure]:
    """Each question at so many images and at a tenth of them, in turn; then prelabel's with and without its index."""
    with tempfile.TemporaryDirectory(prefix="saegim-bench-") as folder:
        sizes = (IMAGES // FEWER, IMAGES)
        filled = [(count, ledger, fill(ledger, count)) for count in sizes for ledger in [_ledger(Path(folder) / f"{count}.db")]]
        figures = [_figure(name, per_image, question, filled) for name, per_image, question in all_questions()]
        return [*figures, _without_index(Path(folder))]


def all_questions() -> Iterator[tuple[str, bool, Question]]:
    """Name, whether it is about all images (else about a batch of them), and the question."""
    yield "prelabel: what the model has not read", True, lambda ledger, _: images.unread_images(ledger, RUN)
    yield "… after a new model, all images", True, lambda ledger, _: images.unread_images(ledger, "new", labelled=True)
    yield f"prelabel: the next {AHEAD:,} that nobody holds, from the middle on", False, lambda ledger, _: unclaimed.unread_after(
        ledger, "prelabel", RUN, "8", AHEAD, labelled=False)
    yield "label: what waits for a first reader, in order", True, _queue(Side.A)
    yield "label: what waits for a second reader", True, _queue(Side.B)
    yield "label: how many tasks are open", True, lambda ledger, _: label_status.queues(ledger, 0, 7, CONFIG)
    yield "collect: second looks, settled or stuck, and images stranded", True, lambda ledger, _: (
        second_looks.stuck_second_looks(ledger, CONFIG), agreements.stranded(ledger, CONFIG),
        second_looks.needless_second_looks(ledger, CONFIG))
    yield f"ingest: {BATCH} images that may be known", False, _known
    yield f"ingest: the next {AHEAD:,} to decode that nobody holds", False, lambda ledger, _: unclaimed.undecoded_after(
        ledger, "ingest", None, AHEAD)
    yield f"ingest: the next {BATCH} arrivals", False, lambda ledger, _: arrivals.ready(ledger, BATCH)
    yield f"prelabel: claims and readings of {BATCH} images", False, lambda ledger, made: readings.readings_of_run(
        ledger, RUN, [item.image_id for item in made[::len(made) // BATCH]])
    yield "a page of submissions", False, lambda ledger, _: list(outcomes.outcomes(ledger, "spring", limit=50))


def _queue(side: Side) -> Question:
    def ask(ledger: Ledger, _made: list[Made]) -> object:
        [project] = [item for item in project_rows(ledger, CONFIG) if item.side is side]
        waiting = label_queue.waiting_ids(ledger, project, RUN, Share())
        return in_order(label_queue.described(ledger, RUN, waiting), ["vertical"])
    return ask


def _known(ledger: Ledger, made: list[Made]) -> object:
    with ledger.read() as connection:
        return submissions.known_images(connection, ids=[item.image_id for item in made[::len(made) // BATCH]])


def _figure(name: str, per_image: bool, question: Question, filled: list[tuple[int, Ledger, list[Made]]]) -> Figure:
    times: dict[int, list[float]] = {count: [] for count, _, _ in filled}
    for _ in range(ROUNDS):
        for count, ledger, made in filled:
            times[count].append(_seconds(question, ledger, made))
    fewer, many = (statistics.median(times[count]) for count, _, _ in filled)
    ratio = many / fewer / (FEWER if per_image else 1)
    return Figure(f"{name}, at {IMAGES:,} against {IMAGES // FEWER:,} images", f"{many:.3f} s", f"{fewer:.3f} s",
                  f"{ratio:.2f}{' an image' if per_image else ''}", f"≤ {TARGET:g} ×", ratio <= TARGET)


def _without_index(folder: Path) -> Figure:
    ledger = _ledger(folder / "without.db")
    made = fill(ledger, WITHOUT)

    def unread(ledger: Ledger, _made: list[Made]) -> object:
        return images.unread_images(ledger, RUN)

    with_index = _seconds(unread, ledger, made)
    with ledger.write() as connection:
        connection.execute(text("drop index ix_submissions_image_id_outcome"))
    without = _seconds(unread, ledger, made)
    return Figure(f"prelabel: what the model has not read, of {WITHOUT:,}, beside the same without an index",
                  f"{with_index:.3f} s", f"{without:.2f} s", f"{without / with_index:.0f}")


def _ledger(path: Path) -> Ledger:
    ledger = Ledger(f"sqlite:///{path}")
    ledger.migrate()
    return ledger


def _seconds(question: Question, ledger: Ledger, made: list[Made]) -> float:
    started = time.perf_counter()
    question(ledger, made)
    return time.perf_counter() - started

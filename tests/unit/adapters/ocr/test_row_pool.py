"""Rows of many callers on one device: each gets its own outputs, batches fill, and one that fails costs its callers alone."""

from __future__ import annotations

import threading
from collections.abc import Hashable, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.ocr.row_pool import RowPool
from adapters.ocr.sessions import Row, Tensor


def first_pixel(model: str, rows: Sequence[Row]) -> list[Tensor]:
    return [np.array([len(model), *row.shape, row.flat[0]], np.float32) for row in rows]


def row(width: int, value: int) -> Row:
    return np.full((4, width, 3), value, np.uint8)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.lists(st.tuples(st.sampled_from([8, 16, 24]), st.integers(0, 255)), max_size=9), max_size=8),
       st.integers(1, 5))
def test_each_caller_gets_its_own_rows_in_order(callers: list[list[tuple[int, int]]], batch: int) -> None:
    pool = RowPool(first_pixel, lambda model: batch, lambda model, item: item.shape)
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda rows: pool.run("la", [row(*item) for item in rows]), callers))
    pool.close()
    assert [[(int(output[2]), int(output[4])) for output in outputs] for outputs in found] == callers


def test_rows_that_wait_together_run_together() -> None:
    """While two streams are busy, a batch fills with rows of all callers before the others take it."""
    runs: list[int] = []
    came: list[str] = []
    free = threading.Event()
    both = threading.Barrier(3)

    def run(model: str, rows: Sequence[Row]) -> list[Tensor]:
        if model == "slow":
            both.wait(20)
            free.wait(20)
        else:
            runs.append(len(rows))
        return first_pixel(model, rows)

    def shape(model: str, item: Row) -> Hashable:
        came.append(model)
        return item.shape

    pool = RowPool(run, lambda model: 1 if model == "slow" else 4, shape)
    with ThreadPoolExecutor(14) as threads:
        slow = [threads.submit(pool.run, "slow", [row(8, 0)]) for _ in range(2)]
        both.wait(20)
        lines = [threads.submit(pool.run, "line", [row(8, number)]) for number in range(10)]
        # The last two as well have to be there, or each runs alone when it comes.
        while sum(item.done() for item in lines) < 8 or came.count("line") < 10:
            threading.Event().wait(0.01)
        assert runs == [4, 4]
        assert not any(item.done() for item in slow)
        free.set()
        done = {int(item.result(20)[0][4]) for item in lines}
    pool.close()
    assert runs == [4, 4, 2]
    assert done == set(range(10))


def test_a_batch_that_fails_fails_those_who_have_rows_in_it() -> None:
    def run(model: str, rows: Sequence[Row]) -> list[Tensor]:
        if any(item.flat[0] == 13 for item in rows):
            raise MemoryError("the card is full")
        return first_pixel(model, rows)

    pool = RowPool(run, lambda model: 1, lambda model, item: item.shape)
    with pytest.raises(MemoryError, match="the card is full"):
        pool.run("la", [row(8, 12), row(8, 13), row(16, 14)])
    assert [int(output[4]) for output in pool.run("la", [row(8, 12), row(8, 14)])] == [12, 14]
    pool.close()

"""How many pictures are decoded at the same time."""

from __future__ import annotations

import pytest

from schemas.stored import StoredImage
from workbench.prelabel.pictures import WINDOW_PIXELS, windows


def images_of(*sizes: tuple[int, int]) -> list[StoredImage]:
    return [StoredImage(f"{number:064x}", "image/png", *size) for number, size in enumerate(sizes)]


@pytest.mark.parametrize(("engine", "count", "size", "windows_of"), [
    ("two threads", 16, (1000, 1000), [16, 16, 16, 16, 16]),
    ("two threads, photographs", 16, (4000, 3000), [16, 16, 16, 16, 16]),
    ("two threads, scans", 16, (8000, 6000), [4] * 20),
    ("16 processes around a GPU", 512, (1000, 1000), [80]),
    ("16 processes, photographs", 512, (4000, 3000), [68, 12]),
])
def test_windows_are_as_large_as_the_engine_likes_and_memory_bears(engine: str, count: int, size: tuple[int, int],
                                                                   windows_of: list[int]) -> None:
    assert [len(window) for window in windows(images_of(*[size] * 80), count)] == windows_of, engine


def test_a_picture_larger_than_a_window_is_one_by_itself() -> None:
    large = (WINDOW_PIXELS // 10_000 + 1, 10_000)
    assert [len(window) for window in windows(images_of((10, 10), large, (10, 10), (10, 10)), 16)] == [1, 1, 2]

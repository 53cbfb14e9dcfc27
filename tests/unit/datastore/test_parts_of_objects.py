"""A few rows of a large Parquet file in the object storage: the rest of it is not fetched."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import obstore
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from datastore.parts_of_objects import ObjectFile, rows_of_image
from schemas.errors import ObjectMissing
from tests.in_memory import InMemory
from tests.portal import settings_of

ROWS = 20_000


@pytest.fixture
def objects(tmp_path: Path) -> InMemory:
    return InMemory(settings_of(tmp_path))


def test_one_images_rows_are_fetched_and_little_else(objects: InMemory, monkeypatch: pytest.MonkeyPatch) -> None:
    out = io.BytesIO()
    ids = [f"{number:064}" for number in range(ROWS)]
    table = pa.table({"image_id": ids, "split": ["train"] * ROWS, "regions": [name * 4 for name in ids]})
    pq.write_table(table, out, row_group_size=1000, compression="none")
    objects.put("datasets", "labels.parquet", out.getvalue())
    fetched: list[int] = []
    whole = obstore.get_range

    def counted(store: Any, path: str, *, start: int, end: int) -> Any:
        fetched.append(end - start)
        return whole(store, path, start=start, end=end)

    monkeypatch.setattr("datastore.parts_of_objects.obstore.get_range", counted)
    rows = rows_of_image(objects, "datasets", "labels.parquet", ids[7777], ["image_id", "split"]).to_pylist()
    assert rows == [{"image_id": ids[7777], "split": "train"}]
    assert sum(fetched) < len(out.getvalue()) / 15
    assert rows_of_image(objects, "datasets", "labels.parquet", "f" * 64, ["split"]).num_rows == 0


def test_a_part_reads_as_a_file_does(objects: InMemory) -> None:
    objects.put("datasets", "x", b"0123456789")
    file = ObjectFile(objects, "datasets", "x")
    assert (file.seek(-3, io.SEEK_END), file.read(2), file.tell(), file.read(), file.read(5)) == (7, b"78", 9, b"9", b"")
    with pytest.raises(ObjectMissing):
        ObjectFile(objects, "datasets", "none")

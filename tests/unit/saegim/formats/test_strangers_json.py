"""Whatever stands in a stranger's JSON, nothing of it makes reading break off: it is read, mended or told."""

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from saegim.formats import aihub, coco_text, cord, hiertext, pages_json, textocr
from saegim.labels.drafts import CHARACTER_LOST
from saegim.labels.format import Format
from tests import made_labels
from tests.unit.saegim.formats import test_aihub, test_coco_text, test_cord, test_hiertext

junk = st.recursive(
    st.none() | st.booleans() | st.integers(-10**9, 10**9) | st.floats(allow_nan=True) | st.text(max_size=5)
    | st.sampled_from(["NaN", "\ud800", "../../x", "1e999"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3), max_leaves=5)
LINE = {"text": "제1장", "box": [10, 10, 70, 30], "words": []}
COCO = {"info": {}, "imgs": {"7": {"id": 7, "set": "train", "width": 160, "height": 120, "file_name": "a.jpg"}},
        "anns": {"1": test_coco_text.annotation(1), "2": test_coco_text.annotation(2, saegim={"legible": True})},
        "imgToAnns": {"7": [1, 2]}}
HIER = {"annotations": [{"image_id": "a", "image_width": 160, "image_height": 120, "paragraphs": [
    {"vertices": test_hiertext.SQUARE, "legible": True, "lines": [{"words": [test_hiertext.word()]}]}]}]}
DOCUMENTS: list[tuple[Format, Any]] = [
    (coco_text.FORMAT, COCO), (textocr.FORMAT, COCO), (hiertext.FORMAT, HIER), (cord.FORMAT, test_cord.truth()),
    (pages_json.FORMAT, {"image": "a.jpg", "lines": [LINE]}), (aihub.FORMAT, test_aihub.PAGE), (aihub.FORMAT, test_aihub.PUBLIC),
    (aihub.FORMAT, test_aihub.WORD), (aihub.FORMAT, test_aihub.WILD)]


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a document, the whole of it too."""
    yield path
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from places(inner, (*path, key))


def put(document: Any, path: tuple[Any, ...], value: Any) -> Any:
    if not path:
        return value
    changed = copy.deepcopy(document)
    inner = changed
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    return changed


@pytest.mark.parametrize(("form", "document"), DOCUMENTS, ids=lambda value: getattr(value, "name", ""))
@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_junk_anywhere_is_no_crash_and_is_counted(form: Format, document: Any, tmp_path: Path, data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(list(places(document))))
    (tmp_path / "a.jpg").write_bytes(made_labels.picture(1, form="JPEG"))
    (tmp_path / "a.json").write_text(json.dumps(put(document, path, data.draw(junk))), encoding="utf-8", errors="surrogatepass")

    images, findings = made_labels.read_back(form, tmp_path)

    left = sum(max(remark.regions, remark.region is not None) for remark in findings.remarks if remark.handling == "left out")
    assert findings.regions_in == sum(len(image.regions) for image in images) + left
    json.dumps([[region.text for region in image.regions] for image in images], ensure_ascii=False).encode()


@pytest.mark.parametrize(("form", "document"), DOCUMENTS, ids=lambda value: getattr(value, "name", ""))
def test_each_of_these_documents_is_read_while_it_is_whole(form: Format, document: Any, tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(made_labels.picture(1, form="JPEG"))
    (tmp_path / "a.json").write_text(json.dumps(document), encoding="utf-8")

    images, _ = made_labels.read_back(form, tmp_path)

    assert [bool(image.regions) for image in images] == [True]


def test_a_character_that_was_lost_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(made_labels.picture(1, form="JPEG"))
    lines = [{**LINE, "text": "서\ud800울"}, {**LINE, "text": "서\ufffd울"}]
    (tmp_path / "a.json").write_text(json.dumps({"image": "a.jpg", "lines": lines}), encoding="utf-8")

    images, findings = made_labels.read_back(pages_json.FORMAT, tmp_path)

    assert [region.text for region in images[0].regions] == ["서\ufffd울", "서\ufffd울"]
    assert [(remark.handling, remark.reason) for remark in findings.remarks] == [("doubtful", CHARACTER_LOST)] * 2

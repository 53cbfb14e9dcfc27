"""Pages as JSON are read by their lines."""

import json
from pathlib import Path

from saegim.formats import pages_json
from saegim.formats.word_index import BROKEN
from saegim.labels.dataset_files import DatasetFiles
from saegim.labels.drafts import NO_TEXT, SAME_NAME
from saegim.labels.mending import NO_OUTLINE
from saegim.labels.picture_files import NOT_THERE
from tests import made_labels


def page(root: Path, name: str, lines: object, image: str = "images/a.jpg") -> None:
    (root / "gt").mkdir(exist_ok=True)
    (root / "gt" / name).write_text(json.dumps({"image": image, "source": "a.pdf", "dpi": 150, "lines": lines}), encoding="utf-8")
    (root / "images").mkdir(exist_ok=True)
    (root / "images/a.jpg").write_bytes(made_labels.picture(1, form="JPEG"))


def test_lines_are_read_with_their_text_and_box(tmp_path: Path) -> None:
    word = {"text": "제1장", "box": [10, 10, 70, 30]}
    page(tmp_path, "a.json", [{**word, "words": [word]}, {"text": "", "box": [1, 40, 9, 50]}, {"text": "x", "box": [1, None]}, 3])
    page(tmp_path, "b.json", [], "images/lost.jpg")
    page(tmp_path, "c.json", [], "images/a.jpg")
    (tmp_path / "gt/d.json").write_text("{", encoding="utf-8")
    (tmp_path / "gt/e.json").write_text("[1]", encoding="utf-8")

    images, findings = made_labels.read_back(pages_json.FORMAT, tmp_path)

    assert [(image.name, image.unit, image.group) for image in images] == [("images/a.jpg", "line", "a.pdf")]
    assert [(region.text, region.legible) for region in images[0].regions] == [("제1장", True), ("", False)]
    assert images[0].regions[0].polygon == made_labels.quad()
    assert [remark.reason for remark in findings.remarks] == [
        pages_json.WORDS, NO_TEXT, NO_OUTLINE, NOT_THERE, SAME_NAME, BROKEN, pages_json.NO_PAGE]
    with DatasetFiles(tmp_path) as files:
        assert pages_json.recognise(files)

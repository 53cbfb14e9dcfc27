"""Pages with their lines, one JSON file a page: ``image``, and ``lines`` with ``text``, ``words`` and a ``box`` by its edges.

What programs write who know where they set each line, such as makers of test pages; read only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from saegim.errors import FormatWrong
from saegim.formats.word_index import BROKEN, check_has_labels, json_files, starts
from saegim.labels.dataset_files import DatasetFiles
from saegim.labels.drafts import NO_TEXT, Draft, DraftImage, finished_once, from_edges, no_picture
from saegim.labels.file_names import split_of
from saegim.labels.findings import Findings
from saegim.labels.format import Format, Holds, Shape
from saegim.labels.labelled import LabelledImage, LabelledRegion, LabelledSet
from saegim.labels.licence_file import licence_of
from saegim.labels.nearest import NearestPictures
from saegim.labels.picture_files import leave_unlabelled
from saegim.labels.texts import as_text, decoded, documents

LOOKS = re.compile(rb'"image"\s*:\s*"[^"]+".*"lines"\s*:\s*\[\s*(\]|\{[^{\[]*("text"|"box"|"words")\s*:)', re.DOTALL)
WORDS = "boxes of the words of a line"
NO_PAGE = "it is no page: no image and lines"


def read(files: DatasetFiles, findings: Findings) -> LabelledSet:
    """Reads the lines; see ``Read``."""
    check_has_labels(files, json_files(files), "JSON")
    return LabelledSet(files.path.name, _images(files, findings), licence=licence_of(files))


def _images(files: DatasetFiles, findings: Findings) -> Iterator[LabelledImage]:
    pictures = NearestPictures(files)
    used: set[str] = set()
    for name in json_files(files):
        try:
            for page in documents(decoded(files.read(name), name, findings), name, findings):
                if not isinstance(page, Mapping) or not isinstance(page.get("lines"), list) or "image" not in page:
                    findings.left_out(name, None, NO_PAGE)
                    continue
                path = pictures.of(name, [as_text(page.get("image"))])
                draft = _draft(page, path or name)
                if image := finished_once(files, path, draft, used, findings):
                    yield image
        except FormatWrong as error:
            findings.left_out(name, None, BROKEN, str(error))
    leave_unlabelled(files, used, findings)


def _draft(page: Mapping[str, Any], name: str) -> DraftImage:
    drafts = [_line(line) for line in page["lines"] if isinstance(line, Mapping)]
    image = LabelledImage(name, no_picture, 0, 0, "line", split=split_of(name), group=as_text(page.get("source")),
                          image_kind="document")
    return DraftImage(image, drafts, (page.get("width"), page.get("height")))


def _line(line: Mapping[str, Any]) -> Draft:
    text = as_text(line.get("text"))
    said = bool(text.strip())
    words = line.get("words")
    draft = Draft(None, LabelledRegion((), text, said), changes=() if said else (NO_TEXT,), lost=(WORDS,) if words else ())
    return from_edges(draft, line.get("box"))


def recognise(files: DatasetFiles) -> str:
    """See ``Recognise``."""
    return "JSON files with an image and its lines" if any(map(LOOKS.search, starts(files))) else ""


FORMAT = Format(
    "pages-json", "Pages as JSON", Holds(Shape.BOX, frozenset({"legible"}), frozenset({"split", "group"})), unit="line",
    read=read, recognise=recognise, notes=(
        "Lines are read; the boxes of their words are not held. Pages that name one source belong together.",))

"""PaddleOCR's detection: a list a split, each line the path of an image, a tab, and its regions as JSON.

PPOCRLabel's ``Label.txt`` is such a list; which of its images somebody confirmed stands in its ``fileState.txt``. Checked against
ppocr/data/simple_dataset.py and ppocr/data/imaug/label_ops.py (DetLabelEncode) of PaddleOCR, and PPOCRLabel.py of PPOCRLabel.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from json.encoder import encode_basestring
from typing import Any, TextIO

from saegim.errors import FormatWrong
from saegim.formats.paddleocr_rows import NAME, Items, items_of
from saegim.formats.ppocrlabel import MAYBE_UNREAD, UNREAD, is_unread, may_be_unread
from saegim.labels.beside import Beside, line_beside
from saegim.labels.dataset_files import DatasetFiles
from saegim.labels.dont_care import means_dont_care, spelling
from saegim.labels.extras import (
    EXTRAS_OF_IMAGES,
    EXTRAS_OF_REGIONS,
    KEY,
    extras_json,
    extras_of_image,
    with_extras,
    with_image_extras,
)
from saegim.labels.file_names import split_of
from saegim.labels.findings import Findings
from saegim.labels.format import Format, Holds, Shape
from saegim.labels.labelled import LabelledImage, LabelledRegion, LabelledSet
from saegim.labels.licence_file import licence_of, write_licence
from saegim.labels.mending import mended
from saegim.labels.output import Output
from saegim.labels.picture_files import found_picture
from saegim.labels.released import images_with
from saegim.labels.saved_pictures import saved_pictures
from saegim.labels.split_names import SplitNames
from saegim.labels.texts import as_text, decoded, decoded_lines, lines

PASSED_OVER = "its text is how PaddleOCR spells don't-care: training passes it over, reading it here again gives the text"
NO_TEXT_KIND = "a check box, stamp or signature without text: training passes it over"
TABS = "a tab or another control character inside its labels, which PaddleOCR cannot read"
BROKEN = "its labels are broken JSON"
NO_REGION = "no region: expected an object with points and transcription"
TWICE = "its picture was in an earlier line already"
UNCONFIRMED = "nobody confirmed its labels in PPOCRLabel (fileState.txt)"
LOOKED_AT = 4096
"""Bytes of a file that show whether it is such a list."""
KEY_CLS = "key_cls"
"""PPOCRLabel's class of a key or value, which nothing here holds."""


@dataclass(slots=True)
class _List:
    """The two files of a split that are being written."""

    labels: TextIO
    beside: TextIO


@dataclass(frozen=True, slots=True)
class _Entry:
    """An image of a list.

    Attributes:
        path: as the list has it.
        name: of the list.
        items: its regions.
        held: what stands beside the list of it.
    """

    path: str
    name: str
    items: list[Any]
    held: Mapping[str, Any]


def _write(dataset: LabelledSet, output: Output, findings: Findings) -> list[str]:
    splits = SplitNames(findings)
    lists: dict[str, _List] = {}
    waiting: deque[Items] = deque()

    def images() -> Iterator[LabelledImage]:
        for image, items in _with_items(dataset, findings):
            waiting.append(items)
            yield image

    with ExitStack() as stack:
        for saved in saved_pictures(images(), lambda image: f"images/{image.name}", output):
            items = waiting.popleft()
            name = splits.of(saved.image.split)
            if name not in lists:
                lists[name] = _List(stack.enter_context(output.text(f"{name}.txt")),
                                    stack.enter_context(output.text(f"{name}.jsonl")))
            lists[name].labels.write(f"{saved.path}\t{items.json}\n")
            lists[name].beside.write(line_beside(saved.path, extras_of_image(saved.image)))
            for number in sorted((*items.spelled, *items.no_text)):
                findings.changed(saved.image.name, number, PASSED_OVER if number in items.spelled else NO_TEXT_KIND)
            findings.went(items.count)
            output.advance(1)
    write_licence(dataset, output)
    return [f"{name}.txt" for name in lists]


def _with_items(dataset: LabelledSet, findings: Findings) -> Iterator[tuple[LabelledImage, Items]]:
    """Each image with its regions as JSON. A release holds nothing that has to be fitted: its regions need not become records."""
    if dataset.release is None:
        for image in dataset.images:
            yield image, _items_of(image.regions)
        return
    for image, items in images_with(dataset.release, items_of):
        findings.came(items.count)
        yield image, items


def _items_of(regions: tuple[LabelledRegion, ...]) -> Items:
    care = [region.legible and (region.kind == "text" or bool(region.text.strip())) for region in regions]
    numbered = list(zip(range(len(regions)), regions, care, strict=True))
    return Items(f"[{', '.join(map(_item, regions, care))}]", len(regions),
                 tuple(number for number, region, cared in numbered if cared and means_dont_care(NAME, region.text)),
                 tuple(number for number, region, cared in numbered if region.legible and not cared))


def _item(region: LabelledRegion, care: bool) -> str:
    """A region as JSON. It is put together here: through a dict it takes several times as long."""
    text = region.text if care else spelling(NAME)
    beside = extras_json(region)
    if not care and not (region.text and not region.legible):
        beside += f', "text": {encode_basestring(region.text)}'
    points = str([list(corner) for corner in region.polygon]).replace(".0,", ",").replace(".0]", "]")
    return (f'{{"transcription": {encode_basestring(text)}, "points": {points}, "difficult": false, '
            f'"{KEY}": {beside}}}}}')


def _read(files: DatasetFiles, findings: Findings) -> LabelledSet:
    found = _lists(files)
    if not found:
        raise FormatWrong(f"{files.path} has no list of PaddleOCR: expected a .txt whose lines are an image's path, a tab, and "
                          "its regions as JSON")
    return LabelledSet(files.path.name, _images(files, found, findings), licence=licence_of(files))


def _images(files: DatasetFiles, found: list[str], findings: Findings) -> Iterator[LabelledImage]:
    seen: set[str] = set()
    for name in found:
        beside = Beside(files, name.removesuffix(".txt") + ".jsonl", findings)
        confirmed = _confirmed(files, name, findings)
        for line in decoded_lines(files.read(name), name, findings):
            for path, items in _entries(line, name, findings):
                held = beside.take(path)
                image = _image(files, _Entry(path, name, items, held), seen, confirmed, findings)
                if image:
                    yield with_image_extras(replace(image, split=split_of(name)), held)


def _entries(line: str, name: str, findings: Findings) -> Iterator[tuple[str, list[Any]]]:
    """The images of a line with their items: mostly one, several where the path is a list in JSON."""
    path, tab, labels = line.partition("\t")
    if not line.strip():
        return
    items = _items(labels, path, findings) if tab else None
    if items is None:
        findings.came(0)
        findings.left_out(path[:100] or name, None, BROKEN, f"in {name}")
        return
    try:
        paths = json.loads(path) if path.startswith("[") else [path]
    except ValueError:
        paths = [path]
    for one in paths:
        yield str(one), items


def _items(labels: str, path: str, findings: Findings) -> list[Any] | None:
    try:
        items = json.loads(labels)
    except (ValueError, RecursionError):
        try:
            items = json.loads(labels, strict=False)
        except (ValueError, RecursionError):
            return None
        findings.changed(path, None, TABS)
    return items if isinstance(items, list) else None


def _image(files: DatasetFiles, entry: _Entry, seen: set[str], confirmed: set[str] | None,
           findings: Findings) -> LabelledImage | None:
    items = entry.items
    findings.came(len(items))
    file = files.find(entry.path, entry.name)
    path = _name(file or entry.path, entry.held)
    reason = TWICE if file in seen else UNCONFIRMED if confirmed is not None and _last(path) not in confirmed else ""
    if reason:
        findings.left_out(path, None, reason, f"in {entry.name}", regions=len(items))
        return None
    outlines = [item.get("points") if isinstance(item, dict) else None for item in items]
    found = found_picture(files, file, path, findings, outlines)
    if found is None:
        return None
    seen.add(found.path)
    regions = []
    for number, (item, outline) in enumerate(zip(items, outlines, strict=True)):
        if not isinstance(item, dict):
            findings.left_out(path, number, NO_REGION)
        elif polygon := mended(found.frame.upright(outline), found.frame.width, found.frame.height, path, number, findings):
            region = _region(LabelledRegion(polygon, as_text(item.get("transcription")), number=number), item)
            regions.append(region if KEY in item else _read_by_somebody(region, path, entry.name, findings))
            if item.get(KEY_CLS) not in (None, "", "None"):
                findings.not_held(path, number, "key_cls, the class of a key or value")
    findings.went(len(regions))
    return LabelledImage(path, found.read, found.frame.width, found.frame.height, "line", tuple(regions))


def _region(region: LabelledRegion, item: dict[str, Any]) -> LabelledRegion:
    """What an item says besides its outline. Where somebody wrote a text in the place of "don't care", the text counts."""
    beside = item.get(KEY)
    told = isinstance(beside, dict) and "legible" in beside
    made = with_extras(region, beside)
    if not means_dont_care(NAME, region.text):
        return replace(made, text=region.text, legible=item.get("difficult") is not True)
    if not told:
        return replace(made, text="", legible=False)
    text = beside.get("text") if isinstance(beside, dict) else None
    return replace(made, text=as_text(text)) if isinstance(text, str) else made


def _read_by_somebody(region: LabelledRegion, path: str, name: str, findings: Findings) -> LabelledRegion:
    """The region; illegible where its text is what PPOCRLabel has before anybody reads it."""
    if is_unread(region.text, name):
        findings.changed(path, region.number, UNREAD, region.text)
        return replace(region, text="", legible=False)
    if may_be_unread(region.text):
        findings.doubtful(path, region.number, MAYBE_UNREAD, region.text)
    return region


def _name(path: str, held: Mapping[str, Any]) -> str:
    """The name of an image: its path; of one of a release its own name, without the folder that it was written in."""
    image_id = held.get("image_id")
    last = _last(path)
    return last if isinstance(image_id, str) and image_id and last.startswith(image_id) else path


def _confirmed(files: DatasetFiles, name: str, findings: Findings) -> set[str] | None:
    """Names of the images that somebody confirmed; None where the list is not PPOCRLabel's."""
    state = f"{name.removesuffix('Label.txt')}fileState.txt"
    if _last(name) != "Label.txt" or state not in files.names(".txt"):
        return None
    states = (line.partition("\t") for line in lines(decoded(files.read(state), state, findings)))
    return {_last(path.replace("\\", "/")) for path, _, done in states if done.strip() == "1"}


def _last(path: str) -> str:
    return path.rpartition("/")[2]


def _lists(files: DatasetFiles) -> list[str]:
    names = files.label_names(".txt")
    return [name for name in names if _is_list(files, name)]


def _is_list(files: DatasetFiles, name: str) -> bool:
    """Whether the first line that is not empty is an image's path, a tab, and a list of objects."""
    try:
        text = files.start(name, LOOKED_AT).decode("utf-8", "replace")
    except FormatWrong:
        return False
    first = next((line for line in lines(text) if line.strip()), "")
    labels = first.partition("\t")[2].lstrip()
    return labels == "[]" or (labels.startswith("[{") and '"transcription"' in labels and '"points"' in labels)


def _recognise(files: DatasetFiles) -> str:
    found = _lists(files)
    return f"{found[0]}: lines of a path, a tab and JSON with transcription and points" if found else ""


FORMAT = Format(
    NAME, "PaddleOCR detection and PPOCRLabel",
    Holds(Shape.POLYGON, frozenset(EXTRAS_OF_REGIONS), frozenset(EXTRAS_OF_IMAGES)), "line", _read, _write, _recognise,
    notes=("One list a split, `train.txt`; give PaddleOCR the folder as `data_dir` and the lists as `label_file_list`.",
           "PaddleOCR's training reads outline and text alone; the rest stands under `saegim` beside each region and in "
           "`train.jsonl`, and comes back when it is read here.",
           "Don't-care is the text `###`; PaddleOCR does not read `difficult`.",
           "PaddleOCR's training passes over images without regions.",
           "Of PPOCRLabel, images that nobody confirmed are left out, and boxes that nobody read (`待识别`) are illegible."),
    sees="outlines and texts; real texts `###` and `*`, check boxes and stamps as don't care; no image without regions")

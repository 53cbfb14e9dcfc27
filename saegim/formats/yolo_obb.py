"""YOLO's oriented boxes: a text file a picture, each line a class and four corners as shares of the picture's sides.

Written as ``images/<split>/`` beside ``labels/<split>/``, with a ``data.yaml``. Source: docs.ultralytics.com/datasets/obb and
ultralytics/data/utils.py, which takes no picture one of whose corners lies outside, wants a split named ``val``, and makes of
four corners the least rectangle around them: where reading starts is lost there.
"""

from __future__ import annotations

import json
import re

from saegim.errors import FormatWrong
from saegim.labels.dataset_files import DatasetFiles
from saegim.labels.drafts import Draft
from saegim.labels.findings import Findings
from saegim.labels.format import Format, Holds, Shape
from saegim.labels.label_files import LineFormat, images_of, label_files, some_lines
from saegim.labels.labelled import LabelledImage, LabelledRegion, LabelledSet
from saegim.labels.licence_file import licence_of, write_licence
from saegim.labels.output import Output
from saegim.labels.pictures_by_stem import stem_of
from saegim.labels.saved_pictures import saved_pictures
from saegim.labels.split_names import ALL, SplitNames
from saegim.labels.texts import decoded

NAME = "yolo-obb"
"""Of the format."""
CLASSES = ("text", "illegible", "checkbox", "stamp", "signature")
"""By their numbers: YOLO has no don't care, so that illegible text is a class, which training can leave out."""
YAML = "data.yaml"
LABELS = "labels"
IMAGES = "images"
ENDING = ".txt"
LOOKED_AT = 20
"""So many label files are looked at to tell what a data set is."""
MOST = 0.9
"""Share of lines that must be labels: some are broken."""
SHARE = r"(?:[01]?\.\d+(?:[eE]-?\d+)?|[01](?:[eE]-\d+)?)"
LINE = re.compile(rf"\s*(\d+)((?:\s+-?{SHARE}){{8}})\s*")
"""A class and four corners."""
NO_LABEL = "no line of a class and four corners"
NO_VAL = "no split is named val, which ultralytics wants: name one in data.yaml"
ILLEGIBLE_KIND = "legible false of a check box, stamp or signature"
NAMED = re.compile(r"^\s*(?:(\d+)\s*:|-)\s*['\"]?([^'\"#\n]*?)['\"]?\s*(?:#.*)?$", re.MULTILINE)
IN_BRACKETS = re.compile(r"^names\s*:\s*\[([^\]]*)\]", re.MULTILINE)
BELOW = re.compile(r"^names\s*:\s*\n((?:[ \t]+.*\n|-.*\n|\s*\n)+)", re.MULTILINE)


def _recognise(files: DatasetFiles) -> str:
    named = [one for one in label_files(files, (ENDING,)) if one.path]
    return f"{len(named)} text files named like pictures, lines of a class and four corners" if _are_labels(
        some_lines(files, named, LOOKED_AT)) else ""


def _are_labels(lines: list[str]) -> bool:
    return bool(lines) and sum(LINE.fullmatch(line) is not None for line in lines) >= MOST * len(lines)


def _write(dataset: LabelledSet, output: Output, findings: Findings) -> list[str]:
    splits = SplitNames(findings)
    folders = set()
    for saved in saved_pictures(dataset.images, lambda image: f"{IMAGES}/{splits.of(image.split)}/{image.name}", output):
        image = saved.image
        split = splits.of(image.split)
        folders.add(split)
        labels = [_line(region, number, image, findings) for number, region in enumerate(image.regions)]
        output.write(f"{LABELS}/{split}/{stem_of(image.name)}{ENDING}", "".join(labels).encode())
        findings.went(len(labels))
        output.advance(1)
    if "val" not in folders:
        findings.doubtful(YAML, None, NO_VAL)
    output.write(YAML, _yaml(sorted(folders)).encode())
    write_licence(dataset, output)
    return [YAML]


def _yaml(folders: list[str]) -> str:
    """What ultralytics reads first; paths are taken from its own folder. Images without a split are to train with."""
    keys = {"train" if folder == ALL and "train" not in folders else folder: f"{IMAGES}/{folder}" for folder in folders}
    lines = [f"{json.dumps(key, ensure_ascii=False)}: {json.dumps(path, ensure_ascii=False)}\n" for key, path in keys.items()]
    return "".join([*lines, "names:\n", *(f"  {number}: {name}\n" for number, name in enumerate(CLASSES))])


def _line(region: LabelledRegion, number: int, image: LabelledImage, findings: Findings) -> str:
    name = region.kind if region.kind != "text" else "text" if region.legible else "illegible"
    if region.kind != "text" and not region.legible:
        findings.not_held(image.name, number, ILLEGIBLE_KIND)
    shares = [f"{_share(x, image.width)} {_share(y, image.height)}" for x, y in region.polygon]
    return f"{CLASSES.index(name)} {' '.join(shares)}\n"


def _share(value: float, side: int) -> str:
    return f"{min(max(value / side, 0.0), 1.0):.8f}"


def _read(files: DatasetFiles, findings: Findings) -> LabelledSet:
    found = label_files(files, (ENDING,))
    if not any(one.path for one in found):
        raise FormatWrong(f"{files.path} has no text file that is named like a picture, as labels of YOLO are")
    names = _names(files, findings)
    form = LineFormat(lambda line: _draft(line, names), _are_labels, LABELS, IMAGES, FORMAT.unit)
    return LabelledSet(files.path.name, images_of(files, found, form, findings), licence=licence_of(files))


def _draft(line: str, names: dict[int, str]) -> Draft:
    """A line as a region."""
    found = LINE.fullmatch(line)
    if not found:
        return Draft(None, LabelledRegion((), ""), left_out=NO_LABEL)
    numbers = [float(number) for number in found[2].split()]
    name = names.get(int(found[1]), found[1])
    label = LabelledRegion((), "", legible=name != "illegible", kind=name if name in CLASSES[2:] else "text")
    lost = (f"class {name}",) if name not in CLASSES and len(names) > 1 else ()
    return Draft(list(zip(numbers[::2], numbers[1::2], strict=True)), label, lost=lost, shares=True)


def _names(files: DatasetFiles, findings: Findings) -> dict[int, str]:
    """Names of classes by number, as the data set's ``data.yaml`` has them: below each other or in brackets."""
    for path in files.names(".yaml", ".yml"):
        text = decoded(files.read(path), path, findings) + "\n"
        if found := IN_BRACKETS.search(text):
            return dict(enumerate(name.strip().strip("'\"") for name in found[1].split(",")))
        if found := BELOW.search(text):
            return {int(number) if number else place: name for place, (number, name) in enumerate(NAMED.findall(found[1]))}
    return {}


FORMAT = Format(
    NAME, "YOLO oriented boxes",
    Holds(Shape.QUAD, frozenset({"legible", "kind"}), frozenset({"split"}), start=False, text=False),
    read=_read, write=_write, recognise=_recognise,
    notes=("Outlines alone: texts, directions and attributes are lost, and so is where reading starts: YOLO's reader drops it.",
           "Classes are text, illegible, checkbox, stamp and signature: `classes=[0]` trains with legible text alone.",
           "Read back, regions have no texts."),
    sees="outlines and classes; the corners without a first one")

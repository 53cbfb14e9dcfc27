"""UFO, the Upstage format for OCR: one JSON a split, the words of each image by the image's name.

Written as the loaders of the field have it: ``ufo/<split>.json`` beside ``img/<split>/``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import replace
from typing import Any, TextIO

from saegim.errors import FormatWrong
from saegim.formats.ufo_words import NAME, region_of, word_of
from saegim.labels.dataset_files import DatasetFiles
from saegim.labels.extras import EXTRAS_OF_IMAGES, EXTRAS_OF_REGIONS, KEY, VOCABULARY, extras_of_image, with_image_extras
from saegim.labels.file_names import split_of
from saegim.labels.findings import Findings
from saegim.labels.format import Format, Holds, Shape
from saegim.labels.labelled import LabelledImage, LabelledRegion, LabelledSet
from saegim.labels.licence_file import licence_of, write_licence
from saegim.labels.mending import NO_OUTLINE, mended
from saegim.labels.output import Output
from saegim.labels.picture_files import FoundPicture, found_picture, leave_unlabelled
from saegim.labels.saved_pictures import saved_pictures
from saegim.labels.split_names import ALL, SplitNames
from saegim.labels.texts import as_text, decoded, documents

BY_NAME = re.compile(rb'"images"\s*:\s*\{\s*"')
"""UFO alone has its images by name: COCO has a list of them, COCO-Text and TextOCR call them ``imgs``."""
LOOKED_AT = 20
"""So many JSON files are looked at to tell what a data set is."""
START = 1 << 20
"""Bytes of a file in which its form shows."""
LEVELS = {"words": "", "chars": "character", "paragraphs": "line"}
"""Where labels are, and the unit of those that are not words; the first level that has any is read."""
NO_WORD = "no label of a region"
LICENCES = ("usability", "public", "commercial")
"""What a licence tag may forbid."""


def _recognise(files: DatasetFiles) -> str:
    for name in files.label_names(".json")[:LOOKED_AT]:
        start = files.start(name, START)
        if BY_NAME.search(start) and (b'"words"' in start or b'"img_w"' in start):
            return f"{name} has its images by name, with their words"
    return ""


def _write(dataset: LabelledSet, output: Output, findings: Findings) -> list[str]:
    splits = SplitNames(findings)
    first: dict[str, TextIO] = {}
    with ExitStack() as opened:
        for saved in saved_pictures(dataset.images, lambda image: f"img/{splits.of(image.split)}/{image.name}", output):
            image = saved.image
            split = splits.of(image.split)
            before = ",\n"
            if split not in first:
                first[split] = opened.enter_context(output.text(_label_file(split)))
                before = '{"images": {\n'
            entry = json.dumps(_entry(image, dataset.licence), ensure_ascii=False)
            first[split].write(f"{before}{json.dumps(image.name, ensure_ascii=False)}: {entry}")
            findings.went(len(image.regions))
            output.advance(1)
        for labels in first.values():
            labels.write("\n}}\n")
    write_licence(dataset, output)
    return [_label_file(split) for split in sorted(first)]


def _label_file(split: str) -> str:
    return f"ufo/{split}.json"


def _entry(image: LabelledImage, licence: str) -> dict[str, Any]:
    words = {f"{number:04d}": word_of(region) for number, region in enumerate(image.regions, 1)}
    return {"img_w": image.width, "img_h": image.height, "num_patches": None,
            "tags": [*([image.image_kind] if image.image_kind else []), *image.conditions], "relations": {}, "paragraphs": {},
            "words": words, "chars": {},
            "annotation_log": {"worker": None, "timestamp": None, "tool_version": "saegim", "source": image.source or None},
            "license_tag": {"usability": True, "public": None, "commercial": None, "type": image.licence or licence or None,
                            "holder": None},
            KEY: extras_of_image(image)}


def _read(files: DatasetFiles, findings: Findings) -> LabelledSet:
    names = files.label_names(".json")
    licence = licence_of(files)
    return LabelledSet(files.path.name, _images(files, names, licence, findings), licence=licence)


def _images(files: DatasetFiles, names: list[str], licence: str, findings: Findings) -> Iterator[LabelledImage]:
    used: set[str] = set()
    taken: set[str] = set()
    for label_file in names:
        for key, entry in _entries(files, label_file, findings):
            path = _picture(files, label_file, key)
            name = as_text(key)
            name = name if name not in taken else path or f"{label_file}/{name}"
            taken.add(name)
            used.add(path or "")
            if image := _image(files, label_file, name, path, entry, findings):
                yield replace(image, licence="") if image.licence == licence else image
    leave_unlabelled(files, used, findings)


def _entries(files: DatasetFiles, label_file: str, findings: Findings) -> Iterator[tuple[str, Mapping[str, Any]]]:
    try:
        for document in documents(decoded(files.read(label_file), label_file, findings), label_file, findings):
            images = document.get("images") if isinstance(document, Mapping) else None
            if not isinstance(images, Mapping):
                findings.left_out(label_file, None, "a JSON file without images by name")
                continue
            yield from ((key, entry if isinstance(entry, Mapping) else {}) for key, entry in images.items())
    except FormatWrong as error:
        findings.left_out(label_file, None, "a label file that cannot be read", str(error))


def _picture(files: DatasetFiles, label_file: str, key: str) -> str | None:
    """Where loaders of the field look for a picture: ``img/<split>``, ``images``, then anywhere."""
    root = "".join(part + "/" for part in label_file.split("/")[:-2])
    stem = label_file.rpartition("/")[2].rpartition(".")[0]
    folders = (f"{root}img/{stem}", f"{root}images/{stem}", f"{root}img", f"{root}images")
    return next((found for folder in folders if (found := files.find(f"{folder}/{key}"))), None) or files.find(key, label_file)


def _image(files: DatasetFiles, label_file: str, name: str, path: str | None, entry: Mapping[str, Any],
           findings: Findings) -> LabelledImage | None:
    level = next((level for level in LEVELS if entry.get(level)), "words")
    labels = entry.get(level) or {}
    words = list(labels.values()) if isinstance(labels, Mapping) else labels if isinstance(labels, list) else []
    findings.came(len(words))
    corners = [word.get("points") if isinstance(word, Mapping) else None for word in words]
    found = found_picture(files, path, name, findings, corners, (entry.get("img_w"), entry.get("img_h")))
    if found is None:
        return None
    _tell_of_image(name, entry, level, findings)
    regions = _regions(words, found, name, findings)
    tags = _tags(entry)
    image = LabelledImage(
        name, found.read, found.frame.width, found.frame.height, LEVELS[level] or FORMAT.unit, tuple(regions),
        "" if isinstance(entry.get(KEY), Mapping) else _split(label_file, found.path),
        image_kind=next((tag for tag in tags if tag in VOCABULARY["image_kind"]), None),
        conditions=tuple(sorted({tag for tag in tags if tag in VOCABULARY["conditions"]})),
        licence=as_text(_part(entry, "license_tag").get("type")), source=as_text(_part(entry, "annotation_log").get("source")))
    return with_image_extras(image, entry.get(KEY))


def _split(label_file: str, path: str) -> str:
    """The split of an image that does not say it: the JSON's name where the picture's folder has it too, else what names say."""
    stem = label_file.rpartition("/")[2].rpartition(".")[0]
    if path.split("/")[-2:-1] == [stem]:
        return "" if stem == ALL else stem
    return split_of(label_file) or split_of(path)


def _regions(words: list[Any], found: FoundPicture, name: str, findings: Findings) -> Iterator[LabelledRegion]:
    for number, word in enumerate(words):
        if not isinstance(word, Mapping):
            findings.left_out(name, number, NO_WORD if word else NO_OUTLINE)
            continue
        outline = found.frame.upright(word.get("points"))
        polygon = mended(outline, found.frame.width, found.frame.height, name, number, findings)
        if polygon:
            yield region_of(word, polygon, name, number, findings)


def _tell_of_image(name: str, entry: Mapping[str, Any], level: str, findings: Findings) -> None:
    """Notes what of an image has no place here."""
    for other in LEVELS:
        if other != level and entry.get(other):
            findings.not_held(name, None, f"its {other}, beside its {level}")
    if entry.get("relations"):
        findings.not_held(name, None, "relations between words")
    if worker := _part(entry, "annotation_log").get("worker"):
        findings.not_held(name, None, "the worker of its annotation log", as_text(worker))
    for field in LICENCES:
        if _part(entry, "license_tag").get(field) is False:
            findings.not_held(name, None, f"its licence tag says {field} false: say so by --licence-allows")
    for tag in _tags(entry):
        if tag not in VOCABULARY["image_kind"] | VOCABULARY["conditions"]:
            findings.not_held(name, None, f"tag {tag}")


def _tags(entry: Mapping[str, Any]) -> list[str]:
    tags = entry.get("tags")
    return [as_text(tag) for tag in tags if isinstance(tag, str)] if isinstance(tags, list) else []


def _part(entry: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = entry.get(name)
    return part if isinstance(part, Mapping) else {}


FORMAT = Format(
    NAME, "UFO, the Upstage format for OCR",
    Holds(Shape.POLYGON, frozenset(EXTRAS_OF_REGIONS), frozenset(EXTRAS_OF_IMAGES)),
    read=_read, write=_write, recognise=_recognise,
    notes=("Its own fields hold outline, text, language, orientation, illegibility, tags, licence; the rest is under `saegim`.",
           "Check boxes, stamps and signatures are illegible words with a tag, so that no detector takes them for text.",
           "Read: `Irregular` says no direction of ours; paragraphs, relations and workers are listed as not held."),
    sees="outlines, texts, languages, orientations and tags; check boxes, stamps and signatures as illegible words")

"""docTR's detection: a folder of pictures and one JSON object of their polygons, for each split.

Checked against doctr/datasets/detection.py and ocr.py of mindee/doctr and its references/detection/README.md. Labels of its
OCRDataset (``typed_words``) are read too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import Any

from saegim.errors import FormatWrong
from saegim.labels.dataset_files import PICTURES, DatasetFiles
from saegim.labels.extras import (
    EXTRAS_OF_IMAGES,
    EXTRAS_OF_REGIONS,
    KEY,
    extras_of,
    extras_of_image,
    with_extras,
    with_image_extras,
)
from saegim.labels.file_names import split_of
from saegim.labels.findings import Findings
from saegim.labels.format import Format, Holds, Shape
from saegim.labels.json_object import JsonObject
from saegim.labels.json_pieces import first_piece, pieces
from saegim.labels.labelled import LabelledImage, LabelledRegion, LabelledSet
from saegim.labels.licence_file import licence_of, write_licence
from saegim.labels.mending import box, mended
from saegim.labels.output import Output
from saegim.labels.picture_files import found_picture
from saegim.labels.saved_pictures import saved_pictures
from saegim.labels.split_names import SplitNames
from saegim.labels.texts import as_text, decoded

NAME = "doctr"
LABELS = "labels.json"
WORDS = "words"
"""docTR's class where there is one alone."""
NOTHING = "no region: docTR cannot read an image without polygons"
NO_TEXT_KIND = "a check box, stamp or signature without text: docTR would learn it as text, for it has no don't-care"
LEARNT = "illegible, and docTR has no don't-care: its training learns it as text"
NO_TEXTS = "docTR's detection labels hold no texts: regions come without"
NO_LABELS = "its labels are no polygons"
LOOKED_AT = 1 << 20
"""Bytes of a file that show whether it is such an object: its first image with all polygons."""


@dataclass(frozen=True, slots=True)
class _Entry:
    """One region as labels have it.

    Attributes:
        outline: its corners.
        text: where there is one.
        beside: what stands beside it of what docTR has no field for.
        named: its class.
    """

    outline: Any
    text: object = None
    beside: object = None
    named: str = WORDS


def _write(dataset: LabelledSet, output: Output, findings: Findings) -> list[str]:
    splits = SplitNames(findings)
    labels: dict[str, JsonObject] = {}

    def place(image: LabelledImage) -> str:
        return f"{splits.of(image.split)}/images/{image.name}"

    with ExitStack() as stack:
        for saved in saved_pictures(_kept(dataset, findings), place, output):
            name = splits.of(saved.image.split)
            if name not in labels:
                labels[name] = stack.enter_context(JsonObject(stack.enter_context(output.text(f"{name}/{LABELS}"))))
            labels[name].add(saved.image.name, _labels_of(saved.image, saved.digest))
            findings.went(len(saved.image.regions))
            output.advance(1)
    write_licence(dataset, output)
    return [f"{name}/{LABELS}" for name in labels]


def _kept(dataset: LabelledSet, findings: Findings) -> Iterator[LabelledImage]:
    """Images with those regions that docTR may learn."""
    for image in dataset.images:
        kept = []
        for number, region in enumerate(image.regions):
            if region.kind != "text" and not region.text.strip():
                findings.left_out(image.name, number, NO_TEXT_KIND)
                continue
            if not region.legible:
                findings.changed(image.name, number, LEARNT)
            kept.append(region)
        if kept:
            yield replace(image, regions=tuple(kept))
        else:
            findings.left_out(image.name, None, NOTHING)


def _labels_of(image: LabelledImage, digest: str) -> dict[str, Any]:
    beside = [{**extras_of(region), "text": region.text} for region in image.regions]
    return {"img_dimensions": [image.height, image.width], "img_hash": digest,
            "polygons": [region.polygon for region in image.regions], KEY: {**extras_of_image(image), "regions": beside}}


def _read(files: DatasetFiles, findings: Findings) -> LabelledSet:
    found = _labels(files)
    if not found:
        raise FormatWrong(f"{files.path} has no labels of docTR's detection: expected a {LABELS} that is one object of pictures' "
                          "names and their polygons")
    return LabelledSet(files.path.name, _images(files, found, findings), licence=licence_of(files))


def _images(files: DatasetFiles, found: list[str], findings: Findings) -> Iterator[LabelledImage]:
    for name in found:
        for piece in pieces(decoded(files.read(name), name, findings), name):
            image = _image(files, name, piece.member, piece.value, findings)
            if image:
                yield image


def _image(files: DatasetFiles, name: str, key: str, labels: Any, findings: Findings) -> LabelledImage | None:
    entries = list(_entries(labels)) if isinstance(labels, Mapping) else []
    findings.came(len(entries))
    if not isinstance(labels, Mapping) or not {"polygons", "typed_words"} & set(labels):
        findings.left_out(key, None, NO_LABELS, f"in {name}")
        return None
    path = files.find(f"images/{key}", name) or files.find(key, name)
    called = _name(key, path, labels.get(KEY))
    found = found_picture(files, path, called, findings, [entry.outline for entry in entries], _declared(labels))
    if found is None:
        return None
    regions = []
    for number, entry in enumerate(entries):
        corners = found.frame.upright(entry.outline)
        if polygon := mended(corners, found.frame.width, found.frame.height, called, number, findings):
            regions.append(_region(LabelledRegion(polygon, as_text(entry.text), number=number), entry))
            if entry.named != WORDS:
                findings.not_held(called, number, f"class {entry.named}")
    if entries and all(entry.text is None for entry in entries):
        findings.changed(called, None, NO_TEXTS)
    findings.went(len(regions))
    image = LabelledImage(called, found.read, found.frame.width, found.frame.height, "word", tuple(regions), split_of(name))
    return with_image_extras(image, labels.get(KEY))


def _name(key: str, path: str | None, beside: object) -> str:
    """The name of an image: the path of its picture; of one of a release its own name."""
    image_id = beside.get("image_id") if isinstance(beside, Mapping) else None
    return key if isinstance(image_id, str) and image_id and key.startswith(image_id) else path or key


def _region(region: LabelledRegion, entry: _Entry) -> LabelledRegion:
    made = with_extras(region, entry.beside)
    return replace(made, text=region.text)


def _entries(labels: Mapping[str, Any]) -> Iterator[_Entry]:
    """Regions of either kind of labels; what stands beside polygons counts where there is as much of it."""
    polygons = labels.get("polygons")
    if isinstance(polygons, Mapping):
        for named, outlines in polygons.items():
            yield from (_Entry(outline, named=named) for outline in outlines or ())
    elif isinstance(polygons, list):
        given = labels.get(KEY)
        beside = given.get("regions") if isinstance(given, Mapping) else None
        known = beside if isinstance(beside, list) and len(beside) == len(polygons) else [None] * len(polygons)
        for outline, one in zip(polygons, known, strict=True):
            yield _Entry(outline, one.get("text") if isinstance(one, Mapping) else None, one)
    for word in labels.get("typed_words") or ():
        if isinstance(word, Mapping):
            yield _Entry(_corners(word.get("geometry")), word.get("value") or "")


def _corners(geometry: Any) -> Any:
    """An outline of ``typed_words``: left, top, right and bottom, or corners already."""
    if isinstance(geometry, list) and len(geometry) >= 4 and all(isinstance(one, int | float) for one in geometry):
        left, top, right, bottom = geometry[:4]
        return box(left, top, right - left, bottom - top)
    return geometry


def _declared(labels: Mapping[str, Any]) -> tuple[object, object] | None:
    size = labels.get("img_dimensions")
    return (size[1], size[0]) if isinstance(size, list) and len(size) == 2 else None


def _labels(files: DatasetFiles) -> list[str]:
    names = files.label_names(".json")
    return [name for name in names if _is_labels(files, name)]


def _is_labels(files: DatasetFiles, name: str) -> bool:
    """Whether the first member is a picture's name with polygons or words."""
    first = first_piece(files.start(name, LOOKED_AT), name)
    return (first is not None and first.member.lower().endswith(PICTURES) and isinstance(first.value, dict)
            and bool({"polygons", "typed_words"} & set(first.value)))


def _recognise(files: DatasetFiles) -> str:
    found = _labels(files)
    return f"{found[0]}: one object of pictures' names and polygons" if found else ""


FORMAT = Format(
    NAME, "docTR detection", Holds(Shape.QUAD, frozenset(EXTRAS_OF_REGIONS), frozenset(EXTRAS_OF_IMAGES)), "word", _read, _write,
    _recognise,
    notes=("Give docTR `train/images` as `img_folder` and `train/labels.json` as `label_path`.",
           "docTR reads four corners alone: it needs as many of each region of an image. Texts and attributes stand under "
           "`saegim` and come back when it is read here.",
           "docTR has no don't-care: illegible text is learnt as text. Check boxes, stamps and signatures without text, and "
           "images without regions, are left out."),
    leaves_out="check boxes, stamps and signatures without text; images without regions",
    sees="four corners alone: no texts, no don't care, illegible text as text")

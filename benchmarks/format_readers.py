"""Readers of formats that are not ours, each run on what we wrote; every function imports its own and reads a whole folder.

They run in processes of their own (``benchmarks.formats``): two of the packages have modules of the same names.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PIL import Image

from benchmarks.format_seen import Seen, crop, page, without_start
from benchmarks.format_stand_ins import openocr, paddleocr, with_stand_ins

DECODE: dict[str, Any] = {"DecodeImage": {"img_mode": "BGR", "channel_first": False}}
LONGEST = 1000
"""Letters of a text that no reader leaves out."""


def paddleocr_detection(folder: Path) -> list[Seen]:
    """PaddleOCR's SimpleDataSet with its DetLabelEncode, as its detectors' configurations name them."""
    kept = ["filename", "image", "polys", "texts", "ignore_tags"]
    dataset = _simple(folder, [DECODE, {"DetLabelEncode": None}, {"KeepKeys": {"keep_keys": kept}}])
    found = {}
    for number in range(len(dataset)):
        path, image, polygons, texts, ignored = dataset[number]
        # It fills up the corners of a picture's shorter outlines with their last one.
        outlines = [_unfilled(polygon) for polygon in polygons.tolist()]
        trained = [text for text, tag in zip(texts, ignored, strict=True) if not tag and text.strip()]
        found[path] = page(Path(path).stem, image.shape[1::-1], trained, outlines)
    return list(found.values())


def paddleocr_recognition(folder: Path) -> list[Seen]:
    """PaddleOCR's SimpleDataSet with its CTCLabelEncode, on the dictionary that we wrote beside."""
    encode = {"max_text_length": LONGEST, "character_dict_path": str(_dictionary(folder)), "use_space_char": True}
    dataset = _simple(folder, [DECODE, {"CTCLabelEncode": encode}, {"KeepKeys": {"keep_keys": ["image", "label", "length"]}}])
    letters = dataset.ops[1].character
    return [crop("".join(letters[place] for place in label[:length])) for image, label, length in map(
        dataset.__getitem__, range(len(dataset))) if image.size]


def paddleocr_lmdb(folder: Path) -> list[Seen]:
    """PaddleOCR's LMDBDataSet."""
    return _lmdb(paddleocr("ppocr.data.lmdb_dataset").LMDBDataSet, folder)


def openocr_lmdb(folder: Path) -> list[Seen]:
    """OpenOCR's LMDBDataSet, on PyTorch."""
    return _lmdb(openocr("tools.data.lmdb_dataset").LMDBDataSet, folder)


def paddleocr_icdar(folder: Path) -> list[Seen]:
    """PaddleOCR's gen_det_label, which reads ICDAR 2015's files, and its SimpleDataSet on what that makes."""
    make = paddleocr("ppocr.utils.gen_label").gen_det_label
    found: list[Seen] = []
    pictures = {path.stem: path for path in (folder / "images").rglob("*")}
    for labels in sorted({path.parent for path in folder.rglob("gt_*.txt")}):
        made = folder.with_name(f"{folder.name}-{labels.name}.txt")
        make(".", str(labels), str(made))
        for line in made.read_text(encoding="utf-8").rstrip("\n").split("\n"):
            name, _, regions = line.partition("\t")
            items = json.loads(regions)
            texts = [item["transcription"] for item in items if item["transcription"] != "###"]
            found.append(page(Path(name).stem, _size(pictures[Path(name).stem]), texts, [item["points"] for item in items]))
    return found


def doctr_detection(folder: Path) -> list[Seen]:
    """DocTR's DetectionDataset, with polygons."""
    made = with_stand_ins("doctr.datasets").DetectionDataset
    found = []
    for labels in sorted(folder.rglob("labels.json")):
        dataset = made(str(labels.parent / "images"), str(labels), use_polygons=True)
        for number, (name, (outlines, _)) in enumerate(dataset.data):
            if len(outlines):  # of none its own transform makes an error
                height, width = dataset[number].image.shape[1:]
                found.append(page(Path(name).stem, (width, height), (), outlines.tolist()))
    return found


def doctr_recognition(folder: Path) -> list[Seen]:
    """DocTR's RecognitionDataset."""
    made = with_stand_ins("doctr.datasets").RecognitionDataset
    return [crop(dataset[number].target) for labels in sorted(folder.rglob("labels.json"))
            for dataset in [made(str(labels.parent / "images"), str(labels))] for number in range(len(dataset))]


def ultralytics(folder: Path) -> list[Seen]:
    """Ultralytics' verify_image_label, by which its data set of oriented boxes reads each pair of files."""
    verify = with_stand_ins("ultralytics.data.utils").verify_image_label
    paths = with_stand_ins("ultralytics.data.utils").img2label_paths
    found = []
    for picture in sorted(path for path in (folder / "images").rglob("*") if path.suffix in (".jpg", ".png")):
        _, _, shape, segments, _, missing, _, _, corrupt, message = verify(
            (str(picture), paths([str(picture)])[0], "", False, 1000, 0, 0, False))
        assert not corrupt and not missing, message
        height, width = shape
        found.append(without_start(page(picture.stem, (width, height), (), [
            [(x * width, y * height) for x, y in segment.tolist()] for segment in segments])))
    return found


def _simple(folder: Path, transforms: list[dict[str, Any]]) -> Any:
    made = paddleocr("ppocr.data.simple_dataset").SimpleDataSet
    lists = [str(path) for path in sorted(folder.glob("*.txt")) if "\t" in path.read_text(encoding="utf-8")[:4000]]
    return made(_config({"data_dir": str(folder), "label_file_list": lists, "transforms": transforms}), "Eval", _Strict("reader"))


def _lmdb(made: Any, folder: Path) -> list[Seen]:
    transforms = [DECODE, {"KeepKeys": {"keep_keys": ["image", "label"]}}]
    found = []
    for place in sorted(path.parent for path in folder.rglob("data.mdb")):
        dataset = made(_config({"data_dir": str(place), "transforms": transforms}), "Eval", _Strict("reader"))
        found += [crop(label) for image, label in map(dataset.__getitem__, range(len(dataset))) if image.size]
    return found


def _config(dataset: dict[str, Any]) -> dict[str, Any]:
    return {"Global": {}, "Eval": {"dataset": dataset, "loader": {"shuffle": False, "batch_size_per_card": 1}}}


class _Strict(logging.Logger):
    """Their readers tell of a sample that they cannot read and give another one: here that ends it."""

    def error(self, msg: object, *args: object, **_: Any) -> None:
        raise AssertionError(str(msg) % args if args else msg)


def _unfilled(outline: Sequence[Sequence[float]]) -> list[Sequence[float]]:
    corners = list(outline)
    while len(corners) > 1 and corners[-1] == corners[-2]:
        corners.pop()
    return corners


def _dictionary(folder: Path) -> Path:
    return next(path for name in ("dict.txt", "charset.txt") for path in sorted(folder.rglob(name)))


def _size(path: Path) -> tuple[int, int]:
    with Image.open(path) as image:
        return image.size


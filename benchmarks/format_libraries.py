"""Libraries that read data sets of any kind, on what we wrote; and a loader of UFO, of which no package has one.

Each function reads a whole folder in a process of its own (``benchmarks.formats``).
"""

from __future__ import annotations

import contextlib
import importlib
import io
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from PIL import Image

from benchmarks.format_seen import Seen, crop, page
from benchmarks.format_stand_ins import with_stand_ins

LETTERS_KEPT = 25
"""``--batch_max_length`` of deep-text-recognition-benchmark and EasyOCR where nobody says otherwise."""


def datasets_parquet(folder: Path) -> list[Seen]:
    """``datasets.load_dataset(folder)``."""
    return [page(row["image_id"], row["image"].size, _legible(row["regions"]), [item["polygon"] for item in row["regions"]])
            for row in _loaded(folder)]


def datasets_imagefolder(folder: Path) -> list[Seen]:
    """``datasets.load_dataset("imagefolder", data_dir=folder)``: pictures joined with the lines of metadata.jsonl."""
    return [page(json.loads(row["saegim"])["image_id"], row["image"].size, row["text"].split("\n"),
                 [item["polygon"] for item in json.loads(row["regions"])]) for row in _loaded(folder, "imagefolder")]


def donut(folder: Path) -> list[Seen]:
    """``datasets``, and of each line what Donut's DonutDataset takes: ``gt_parse`` of ``ground_truth``, an object."""
    return [page("", row["image"].size, [json.loads(row["ground_truth"])["gt_parse"]["text_sequence"]])
            for row in _loaded(folder, "imagefolder")]


def webdataset(folder: Path) -> list[Seen]:
    """``webdataset.WebDataset(shards).decode("pil")``."""
    library: Any = importlib.import_module("webdataset")
    found = []
    for sample in library.WebDataset([str(path) for path in sorted(folder.glob("*.tar"))], shardshuffle=False,
                                     empty_check=False).decode("pil"):
        picture = next(value for name, value in sample.items() if name in ("jpg", "png"))
        assert sample["__key__"] == sample["json"]["image_id"][:32]
        regions = sample["json"]["regions"]
        found.append(page(sample["json"]["image_id"], picture.size, _legible(regions), [item["polygon"] for item in regions]))
    return found


def pycocotools(folder: Path) -> list[Seen]:
    """Pycocotools' COCO. COCO-Text names images and annotations by id; here they are listed, as COCO has them."""
    made: Any = importlib.import_module("pycocotools.coco").COCO
    document = json.loads(next(folder.rglob("cocotext.v2.json")).read_text(encoding="utf-8"))
    coco = made()
    items = [item | {"segmentation": [item["mask"]], "category_id": 1} for item in document["anns"].values()]
    coco.dataset = {"images": list(document["imgs"].values()), "annotations": items, "categories": [{"id": 1, "name": "text"}]}
    with contextlib.redirect_stdout(io.StringIO()):
        coco.createIndex()
    found = []
    for number in coco.getImgIds():
        image = coco.loadImgs(number)[0]
        there = coco.loadAnns(coco.getAnnIds(imgIds=[number]))
        assert all(coco.annToMask(item).any() for item in there)
        texts = [item["utf8_string"] for item in there if item["legibility"] == "legible"]
        found.append(page(Path(image["file_name"]).stem, (image["width"], image["height"]), texts))
    return found


def doctr_coco_text(folder: Path) -> list[Seen]:
    """DocTR's COCOTEXT; it has pictures with a legible text, and of those the legible texts."""
    made = with_stand_ins("doctr.datasets").COCOTEXT
    labels = next(folder.rglob("cocotext.v2.json"))
    found = []
    for train in (True, False):
        dataset = made(str(folder), str(labels), train=train)
        for number, (path, target) in enumerate(dataset.data):
            height, width = dataset[number].image.shape[1:]
            found.append(page(Path(path).stem, (width, height), target["labels"]))
    return found


def ufo(folder: Path) -> list[Seen]:
    """UFO as the Boostcamp competitions' loaders take it: words with points that are not illegible and have a transcription."""
    found = []
    for labels in sorted(folder.rglob("*.json")):
        for name, image in json.loads(labels.read_text(encoding="utf-8"))["images"].items():
            picture = next(path for path in folder.rglob(name))
            assert Image.open(picture).size == (image["img_w"], image["img_h"])
            words = image["words"].values()
            texts = [word["transcription"] for word in words if not word["illegibility"] and word["transcription"]]
            found.append(page(Path(name).stem, (image["img_w"], image["img_h"]), texts, [word["points"] for word in words]))
    return found


def dtrb_rules(folder: Path) -> list[Seen]:
    """The rules of deep-text-recognition-benchmark's LmdbDataset, with our charset as ``--character``.

    Written from its dataset.py: labels longer than ``batch_max_length`` are passed over, and those with a letter (in small
    letters) that is not in ``character``, which it puts between brackets of a regular expression as it is.
    """
    lmdb: Any = importlib.import_module("lmdb")
    found = []
    for place in sorted(path.parent for path in folder.rglob("data.mdb")):
        letters = (next(path for path in (place / "charset.txt", folder / "charset.txt") if path.is_file())
                   ).read_text(encoding="utf-8").rstrip("\n")
        unknown = re.compile(f"[^{letters}]")
        with lmdb.open(str(place), readonly=True, lock=False) as environment, environment.begin() as reading:
            for number in range(1, int(reading.get(b"num-samples")) + 1):
                label = reading.get(b"label-%09d" % number).decode("utf-8")
                image = Image.open(io.BytesIO(reading.get(b"image-%09d" % number))).convert("RGB")
                if len(label) <= LETTERS_KEPT and not unknown.search(label.lower()) and image.width:
                    found.append(crop(label))
    return found


def _loaded(folder: Path, kind: str | None = None) -> Iterator[dict[str, Any]]:
    os.environ.update(HF_HUB_OFFLINE="1", HF_DATASETS_DISABLE_PROGRESS_BARS="1")
    load: Any = importlib.import_module("datasets").load_dataset
    cache = str(folder.with_name(f"{folder.name}-cache"))
    found = load(kind, data_dir=str(folder), cache_dir=cache) if kind else load(str(folder), cache_dir=cache)
    for split in found.values():
        yield from split


def _legible(regions: list[dict[str, Any]]) -> list[str]:
    return [item["text"] for item in regions if item["legible"] and item["text"].strip()]


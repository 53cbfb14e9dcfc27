"""One made fixture for each dialect and fault; see ``benchmarks.format_faults``."""

from __future__ import annotations

from typing import Any

from benchmarks.format_faults import (
    BOX,
    CORNERS,
    FLAT,
    Fault,
    as_json,
    icdar,
    jpeg,
    nfd,
    outdoors,
    paddle,
    paddle_line,
    region,
    written,
)

PICTURE: dict[str, Any] = {"width": 160, "height": 120}
ROWS: dict[str, Any] = {"id": 1, "data": "민원", "x": [10, 70, 10, 70], "y": [10, 10, 30, 30]}
"""Four corners by rows, as AI-Hub 71299 has them: a bow-tie where they are taken for a ring."""
RIGHT = [[130, 10], [155, 10], [155, 30], [130, 30]]
"""Corners that fit into a picture of 160 × 120 pixels, and not into the same one turned."""
WORD = {"transcription": "비상구", "points": CORNERS, "language": ["ko"], "orientation": "Horizontal", "illegibility": False}


def _ufo(**word: Any) -> dict[str, bytes]:
    image = {"img_w": 160, "img_h": 120, "words": {"0001": {**WORD, **word}}}
    return {"ufo/train.json": as_json({"images": {"a.jpg": image}}), "img/a.jpg": jpeg()}


def _coco(annotation: dict[str, Any], more: tuple[int, ...] = ()) -> dict[str, bytes]:
    one = {"id": 1, "image_id": 7, "bbox": BOX, "mask": [10, 10, 70, 10, 70, 30, 10, 30], "class": "machine printed",
           "legibility": "legible", "language": "english", "utf8_string": "EXIT", **annotation}
    return {"cocotext.v2.json": as_json({"imgs": {"7": {"id": 7, "set": "train", "file_name": "a.jpg", **PICTURE}},
                                         "anns": {"1": one}, "imgToAnns": {"7": [1, *more]}}), "a.jpg": jpeg()}


AIHUB = (
    Fault("AI-Hub 81, letter forms: one COCO-like JSON", "aihub", {"book.json": as_json({
        "images": [{"id": "1", "file_name": "a.jpg", "type": "book", **PICTURE}],
        "annotations": [{"id": "1", "image_id": "1", "text": "한글", "bbox": BOX}]}), "a.jpg": jpeg()}, ("한글",)),
    Fault("AI-Hub 105: the direction of all words in metadata", "aihub",
          outdoors({"text": "약국", "bbox": BOX}, metadata=[{"wordorientation": "세로"}]), ("약국",)),
    Fault("AI-Hub 105: xxx is illegible", "aihub", outdoors({"text": "xxx", "bbox": BOX}), (None,)),
    Fault("AI-Hub 105: null boxes, boxes of another length", "aihub",
          outdoors({"text": "가", "bbox": None}, {"text": "나", "bbox": [1, 2, 3]}, {"text": "다", "bbox": BOX}), ("다",),
          ("no outline",)),
    Fault("AI-Hub 88: keys with dots", "aihub", {"a.json": as_json({
        "images": [{"image.file.name": "a.jpg", "image.width": 160, "image.height": 120}],
        "annotations": [{"id": 1, "annotation.type": "rectangle", "annotation.text": "허가", "annotation.bbox": BOX}]}),
        "a.jpg": jpeg()}, ("허가",)),
    Fault("AI-Hub 71299: corners by rows, a bow-tie", "aihub", {"a.json": as_json({
        "Images": PICTURE | {"identifier": "a", "type": "jpg"}, "Bbox": [ROWS]}),
        "a.jpg": jpeg()}, ("민원",), ("bow-tie",)),
    Fault("AI-Hub 71301: small letters, and what only YAML takes", "aihub", {"a.json": (
        "Images: {identifier: a, type: jpg, width: 160, height: 120}\n"
        "bbox:\n- {id: 1, data: 물류, x: [10, 70, 10, 70], y: [10, 10, 30, 30]}\n").encode(), "a.jpg": jpeg()},
        ("물류",), ("YAML",)),
    Fault("AI-Hub 91: words with wordbox", "aihub", {"a.json": as_json({
        "image": {"file_name": "a.jpg", **PICTURE}, "text": {"word": [{"wordbox": [10, 10, 70, 30], "value": "신청서"}]}}),
        "a.jpg": jpeg()}, ("신청서",)),
    Fault("AI-Hub 71295: conjoining jamo stay", "aihub", outdoors({"text": "\u1112\u119e\u11ab", "bbox": BOX}),
          ("\u1112\u119e\u11ab",)),
    Fault("several JSON documents behind each other", "aihub", {"a.json": b"".join(
        as_json({"images": [{"file_name": name, **PICTURE}], "annotations": [{"text": text, "bbox": BOX}]})
        for name, text in (("a.jpg", "가"), ("b.jpg", "나"))), "a.jpg": jpeg(), "b.jpg": jpeg()},
        ("가", "나"), ("several JSON",)),
    Fault("names in a .zip as EUC-KR that do not say so", "aihub", {
        "라벨/간판.json": as_json({"images": [{"file_name": "간판.jpg", **PICTURE}],
                               "annotations": [{"text": "가", "bbox": BOX}]}),
        "원천/간판.jpg": jpeg()}, ("가",), zipped=True),
    Fault("syllables and single jamo in one text", "aihub", outdoors({"text": "국ㅇㄴ", "bbox": BOX}), ("국ㅇㄴ",), ("jamo",)),
    Fault("negative coordinates", "aihub", outdoors({"text": "가", "bbox": [-20, 10, 60, 20]}), ("가",), ("cut at the edge",)),
    Fault("an outline outside the picture", "aihub", outdoors({"text": "가", "bbox": [500, 500, 60, 20]}), (), ("outside",)),
    Fault("labels without an image", "aihub", {"a.json": outdoors({"text": "가", "bbox": BOX})["a.json"],
                                               "other.jpg": jpeg()}, (), ("not there",)),
    Fault("numbers in quotes", "aihub", outdoors({"text": "가", "bbox": ["10", "10", "60", "20"]}), ("가",)),
    Fault("a label file in CP949", "aihub", {"a.json": outdoors({"text": "약국", "bbox": BOX})["a.json"].decode().encode("cp949"),
                                             "a.jpg": jpeg()}, ("약국",), ("CP949",)),
    Fault("a broken picture", "aihub", {**outdoors({"text": "가", "bbox": BOX}), "a.jpg": b"\xff\xd8\xff broken"}, (),
          ("broken",)),
)
OTHERS = (
    Fault("UFO: a transcription that is null", "ufo", _ufo(transcription=None), ("",)),
    Fault("UFO: more than four points", "ufo", _ufo(points=[[10, 10], [40, 5], [70, 10], [70, 30], [10, 30]]), ("비상구",)),
    Fault("UFO: tags and word_tags", "ufo", _ufo(tags=["reflected"], word_tags=["occlusion"]), ("비상구",)),
    Fault("UFO: illegible words keep no text to train with", "ufo", _ufo(illegibility=True), (None,)),
    Fault("COCO-Text: an annotation that is named and not there", "coco-text", _coco({}, (2,)), ("EXIT",)),
    Fault("COCO-Text: a bar inside a text", "coco-text", _coco({"utf8_string": "a|b"}), ("a|b",)),
    Fault("TextOCR: a full stop is illegible", "textocr", {"TextOCR_0.1_train.json": as_json({
        "imgs": {"x1": {"id": "x1", "set": "train", "file_name": "a.jpg", **PICTURE}}, "imgToAnns": {"x1": ["x1_1"]},
        "anns": {"x1_1": {"id": "x1_1", "image_id": "x1", "bbox": BOX, "points": [10, 10, 70, 10, 70, 30, 10, 30],
                          "utf8_string": "."}}}), "a.jpg": jpeg()}, (None,)),
    Fault("HierText: what is not legible", "hiertext", {"train.jsonl": as_json({"annotations": [{
        "image_id": "a", "image_width": 160, "image_height": 120, "paragraphs": [{
            "legible": True, "vertices": CORNERS, "lines": [{"legible": True, "text": "EXIT", "vertices": CORNERS, "words": [
                {"vertices": CORNERS, "text": "EXIT", "legible": False, "handwritten": False, "vertical": False}]}]}]}]}),
        "train/a.jpg": jpeg()}, (None,)),
    Fault("CORD: dontcare", "cord", {"train/json/a.json": as_json({
        "valid_line": [{"category": "menu.nm", "group_id": 1, "words": [{"text": "커피", "is_key": 0, "row_id": 1, "quad": {
            "x1": 10, "y1": 10, "x2": 70, "y2": 10, "x3": 70, "y3": 30, "x4": 10, "y4": 30}}]}], "meta": {"image_size": PICTURE},
        "dontcare": [[{"x1": 10, "y1": 50, "x2": 70, "y2": 50, "x3": 70, "y3": 70, "x4": 10, "y4": 70}]],
        "repeating_symbol": []}), "train/image/a.jpg": jpeg()},
        ("커피", None), ("category",)),
    Fault("PaddleOCR: ### and * are don't-care", "paddleocr", {
        **paddle(paddle_line("###"), paddle_line("*", "b.jpg")), "b.jpg": jpeg()}, (None, None)),
    Fault("PaddleOCR: a tab inside the labels", "paddleocr", paddle(paddle_line("가TAB나").replace(b"TAB", b"\t")),
          ("가\t나",), ("tab",)),
    Fault("PaddleOCR: lines that end with CR alone, and blank ones", "paddleocr",
          {**paddle(paddle_line("가"), b"", paddle_line("나", "b.jpg"), end=b"\r"), "b.jpg": jpeg()}, ("가", "나")),
    Fault("PPOCRLabel: an image that nobody confirmed", "paddleocr", {
        "x/Label.txt": paddle_line("가", "x/a.jpg") + b"\n" + paddle_line("나", "x/b.jpg") + b"\n",
        "x/fileState.txt": b"C:\\x\\a.jpg\t1\n", "x/a.jpg": jpeg(), "x/b.jpg": jpeg()}, ("가",), ("nobody confirmed",)),
    Fault("ICDAR: commas inside texts", "icdar", icdar(f"{FLAT},100,000원"), ("100,000원",)),
    Fault("ICDAR: double quotes inside texts", "icdar", icdar(f'{FLAT},say "ah"'), ('say "ah"',)),
    Fault("ICDAR: a mark at the start of the file", "icdar", icdar(f"{FLAT},가", encoding="utf-8-sig"), ("가",)),
    Fault("ICDAR 2017: the script before the text", "icdar", icdar(f"{FLAT},Korean,가,나"), ("가,나",)),
    Fault("names in NFD", "icdar", {nfd("gt/gt_간판.txt"): f"{FLAT},가".encode(), "images/간판.jpg": jpeg()}, ("가",)),
    Fault("a picture that EXIF turns, with labels of the stored one", "paddleocr", {
        "train.txt": b"a.jpg\t" + as_json([{"transcription": "가", "points": RIGHT}]) + b"\n",
        "a.jpg": jpeg(6)}, ("가",), ("stored picture",)),
    Fault("PAGE XML: negative coordinates", "page-xml", {"page/a.xml": (
        '<PcGts xmlns="http://schema.primaresearch.org/PAGE/gts/pagecontent/2019-07-15"><Page imageFilename="a.jpg" '
        'imageWidth="160" imageHeight="120"><TextRegion id="r"><Coords points="0,0 160,0 160,120 0,120"/><TextLine id="l">'
        '<Coords points="-20,10 70,10 70,30 -20,30"/><TextEquiv><Unicode>가</Unicode></TextEquiv></TextLine></TextRegion></Page>'
        "</PcGts>").encode(), "a.jpg": jpeg()}, ("가",), ("cut at the edge",)),
)
WRITING = (
    Fault("LMDB: texts longer than batch_max_length", "lmdb", written(region("가" * 26)), ("가" * 26,), ("batch_max_length 25",)),
    Fault("docTR: an outline with more than four corners", "doctr",
          written(region(polygon=((10, 10), (40, 5), (70, 10), (70, 30), (10, 30)))), ("비상구",), ("rectangle",)),
    Fault("docTR recognition: texts with a space", "doctr-rec", written(region("3번 출구")), ("3번 출구",), ("space",)),
    Fault("YOLO-OBB: the reading start", "yolo-obb", written(region(polygon=((70, 30), (10, 30), (10, 10), (70, 10)))), ("",),
          ("reading starts",)),
    Fault("YOLO-OBB: more than four corners", "yolo-obb",
          written(region(polygon=((10, 10), (40, 5), (70, 10), (70, 30), (10, 30)))), ("",), ("rectangle",)),
    Fault("PaddleOCR: a real text ###", "paddleocr", written(region("###")), ("###",), ("don't-care",)),
    Fault("ICDAR: a real text ###", "icdar", written(region("###")), (None,), ("don't care",)),
)
FAULTS = (*AIHUB, *OTHERS, *WRITING)

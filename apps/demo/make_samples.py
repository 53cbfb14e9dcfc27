"""How apps/demo/samples/ was made from public pictures. Run it only to change them.

Example:  python -m apps.demo.make_samples FOLDER    (the sources' folders, see samples/README.md)
"""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pillow_heif
from PIL import ExifTags, Image

SAMPLES = Path(__file__).parent / "samples"

# submitter/name: source
AS_THEY_ARE = {
    "김하늘/메이크업존 간판.jpg": "photos/korean_packaging/assets/images/test_image_1.jpg",
    "김하늘/짜글이 뒷면.jpg": "photos/korean_packaging/images/짜글이_1.jpg",
    "김하늘/서울대역.jpg": "photos/korean_signs/demo_image/0.jpg",
    "park.minsu/떡볶이 조리법.jpg": "photos/korean_packaging/images/떡볶이_1.jpg",
    "park.minsu/receipt.jpg": "icdar_toy/tests/data/kie_toy_dataset/wildreceipt/2.jpeg",
    "park.minsu/IMG_0007.jpg": "icdar_toy/tests/data/broken.jpg",
    "jlee/all year round.jpg": "icdar_toy/demo/demo_text_ocr.jpg",
    "jlee/guitar sign.jpg": "photos/paddleocr/doc/imgs_en/img623.jpg",
    "jlee/exit.jpg": "icdar_toy/tests/data/det_toy_dataset/imgs/test/img_2.jpg",
    "jlee/bus stop.jpg": "icdar_toy/tests/data/det_toy_dataset/imgs/test/img_1.jpg",
    "jlee/KakaoTalk_photo.jpg": "photos/korean_packaging/assets/images/test_image_1.jpg",  # the exact duplicate
}
GPS = {1: "N", 2: (37.0, 34.0, 0.0), 3: "E", 4: (126.0, 58.0, 40.0)}
"""Seoul City Hall: ingest has to drop it."""


def main(sources: Path) -> None:
    """Writes every sample."""
    for name, source in AS_THEY_ARE.items():
        _write(name, (sources / source).read_bytes())
    road_sign = Image.open(sources / "photos/easyocr/examples/korean.png").convert("RGB")
    _write("park.minsu/도로 표지판.jpg", _jpeg(road_sign, 92))
    smaller = road_sign.resize((road_sign.width * 4 // 5, road_sign.height * 4 // 5), Image.Resampling.LANCZOS)
    _write("jlee/road sign (edited).jpg", _jpeg(smaller, 70))
    poster = Image.open(sources / "photos/easyocr/examples/english.png").convert("RGB")
    _write("jlee/poster.jpg", _jpeg(poster, 90))

    porridge = Image.open(sources / "photos/korean_packaging/images/단호박죽_1.jpg").convert("RGB")
    pillow_heif.register_heif_opener()
    out = io.BytesIO()
    porridge.resize((porridge.width // 2, porridge.height // 2), Image.Resampling.LANCZOS).save(out, "HEIF", quality=70)
    _write("김하늘/IMG_0412.HEIC", out.getvalue())

    soup = Image.open(sources / "photos/korean_packaging/images/시락국_1.jpg").convert("RGB")
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = "Samsung"
    exif[ExifTags.Base.Model] = "SM-S921N"
    exif[ExifTags.Base.Orientation] = 6  # shown turned by 90° clockwise
    exif[ExifTags.Base.DateTime] = "2026:11:20 12:30:00"
    exif.get_ifd(ExifTags.IFD.GPSInfo).update(GPS)
    out = io.BytesIO()
    soup.transpose(Image.Transpose.ROTATE_90).save(out, "JPEG", quality=88, exif=exif)
    _write("park.minsu/시래기국 (세로).jpg", out.getvalue())

    _write("김하늘/회의록.jpg", "11월 20일 회의록\n사진이 아니라 글입니다.\n".encode())


def _jpeg(image: Image.Image, quality: int) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality)
    return out.getvalue()


def _write(name: str, data: bytes) -> None:
    path = SAMPLES / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


if __name__ == "__main__":
    main(Path(sys.argv[1]))

"""A picture of a release: its images with polygons and texts drawn."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageFont

import saegim
from saegim.settings import home

CELL = 460
COLUMNS = 4
CAPTION = 26
TEXT = 13
INK, BACK, LINE = "#1c2330", "#ffffff", "#d81b60"


def release_sheet(name: str, path: Path) -> Path:
    """Draws every image of a release into one PNG; returns its path."""
    release = saegim.load(name, folder=home() / "demo" / "release")
    cells = [_cell(image, row) for image, row in release.images()]
    rows = -(-len(cells) // COLUMNS)
    sheet = Image.new("RGB", (COLUMNS * CELL, max(rows, 1) * CELL), BACK)
    for index, cell in enumerate(cells):
        sheet.paste(cell, (index % COLUMNS * CELL, index // COLUMNS * CELL))
    path.parent.mkdir(parents=True, exist_ok=True)
    sheet.save(path)
    return path


def hangul_font(size: int) -> ImageFont.FreeTypeFont:
    """NanumGothic, which comes with a package of ours: no machine need have a Korean font."""
    spec = importlib.util.find_spec("koreanize_matplotlib")
    folder = next(iter(spec.submodule_search_locations or [])) if spec else ""
    return ImageFont.truetype(Path(folder) / "fonts" / "NanumGothic.ttf", size)


def _cell(image: Image.Image, row: dict[str, Any]) -> Image.Image:
    font = hangul_font(TEXT)
    width, height = image.size
    scale = min((CELL - 12) / width, (CELL - CAPTION - 12) / height)
    cell = Image.new("RGB", (CELL, CELL), BACK)
    cell.paste(image.resize((max(1, round(width * scale)), max(1, round(height * scale)))), (6, CAPTION))
    draw = ImageDraw.Draw(cell)
    caption = f"{row['image_id'][:10]} · {row['split']} · {len(row['regions'])} regions"
    draw.text((6, 5), caption, fill=INK, font=font)
    for region in row["regions"]:
        points = [(6 + x * scale, CAPTION + y * scale) for x, y in region["polygon"]]
        draw.polygon(points, outline=LINE, width=2)
    _texts(draw, row["regions"], scale, font)
    return cell


def _texts(draw: ImageDraw.ImageDraw, regions: Iterable[dict[str, Any]], scale: float, font: Any) -> None:
    """Writes each text above its polygon where there is room; dense pages keep their polygons only."""
    taken: list[tuple[float, float, float, float]] = []
    for region in regions:
        text = region["text"]
        x, y = min(x for x, _ in region["polygon"]) * scale + 6, min(y for _, y in region["polygon"]) * scale + CAPTION
        box = draw.textbbox((x, max(CAPTION, y - TEXT - 3)), text, font=font)
        if any(box[0] < other[2] and other[0] < box[2] and box[1] < other[3] and other[1] < box[3] for other in taken):
            continue
        taken.append(box)
        draw.rectangle((box[0] - 1, box[1] - 1, box[2] + 1, box[3] + 1), fill=BACK)
        draw.text((box[0], max(CAPTION, y - TEXT - 3)), text, fill=LINE, font=font)

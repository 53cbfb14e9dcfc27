"""Makes the pictures of the guides from the demo's photographs: `python -m annotation_configs.make_pictures`."""

from __future__ import annotations

import importlib.util
import math
from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

HERE = Path(__file__).parent
SAMPLES = HERE.parent / "apps" / "demo" / "samples"
GOOD, BAD = "#00873c", "#d50000"
WIDTH = 300
Points = Sequence[tuple[float, float]]


def font(size: int) -> ImageFont.FreeTypeFont:
    """NanumGothic, on machines without a Korean font too."""
    spec = importlib.util.find_spec("koreanize_matplotlib")
    if spec is None or spec.origin is None:
        raise SystemExit("koreanize-matplotlib is missing: pip install -e '.[workbench]'")
    return ImageFont.truetype(str(Path(spec.origin).parent / "fonts" / "NanumGothic.ttf"), size)


def panel(picture: Image.Image, good: bool, caption: str, shapes: Sequence[Points]) -> Image.Image:
    """One example: what was drawn, a tick or a cross, and a caption. A point marks where reading starts."""
    scale = WIDTH / picture.width
    shown = picture.convert("RGB").resize((WIDTH, round(picture.height * scale)), Image.Resampling.LANCZOS)
    colour = GOOD if good else BAD
    draw = ImageDraw.Draw(shown)
    for shape in shapes:
        points = [(x * scale, y * scale) for x, y in shape]
        draw.line([*points, points[0]], fill="white", width=4)
        draw.line([*points, points[0]], fill=colour, width=2)
        draw.ellipse([points[0][0] - 5, points[0][1] - 5, points[0][0] + 5, points[0][1] + 5], fill=colour)
    whole = Image.new("RGB", (WIDTH, shown.height + 30), "white")
    whole.paste(shown, (0, 30))
    draw = ImageDraw.Draw(whole)
    marks = [(4, 16), (10, 23), (20, 6)] if good else [(4, 6), (20, 23)]
    draw.line(marks, fill=colour, width=4)
    if not good:
        draw.line([(20, 6), (4, 23)], fill=colour, width=4)
    draw.text((30, 4), caption, fill=colour, font=font(17))
    return whole


def save(path: Path, *panels: Image.Image) -> None:
    """Panels side by side."""
    whole = Image.new("RGB", (WIDTH * len(panels) + 8 * (len(panels) - 1), max(item.height for item in panels)), "white")
    for index, item in enumerate(panels):
        whole.paste(item, (index * (WIDTH + 8), 0))
    whole.save(path, quality=72, method=6)


def box(left: float, top: float, right: float, bottom: float) -> Points:
    """An upright box, from its reading start."""
    return [(left, top), (right, top), (right, bottom), (left, bottom)]


def form() -> Image.Image:
    """A form with check boxes, a stamp and a signature, drawn by us."""
    page = Image.new("RGB", (600, 360), "#fdfcf8")
    draw = ImageDraw.Draw(page)
    for row, (text, checked) in enumerate((("동의합니다  I agree", True), ("동의하지 않습니다  I do not", False))):
        top = 40 + row * 80
        draw.rectangle([40, top, 80, top + 40], outline="black", width=3)
        if checked:
            draw.line([(46, top + 18), (58, top + 34), (84, top - 6)], fill="#1a237e", width=6)
        draw.text((100, top + 4), text, fill="black", font=font(28))
    draw.text((40, 250), "서명 Signature", fill="black", font=font(28))
    scribble = [(262, 290), (280, 240), (292, 300), (312, 252), (324, 288), (350, 262), (372, 290), (410, 254), (436, 280)]
    draw.line(scribble, fill="#1a237e", width=4, joint="curve")
    draw.ellipse([462, 216, 572, 326], outline="#c62828", width=6)
    draw.text((486, 242), "김새\n김인", fill="#c62828", font=font(30), spacing=0)
    return page


def part(picture: Image.Image, left: int, top: int, width: int, height: int, *shapes: Points) -> tuple[Image.Image, list[Points]]:
    """A part of a photograph, and the shapes as they lie in it."""
    moved: list[Points] = [[(x - left, y - top) for x, y in shape] for shape in shapes]
    return picture.crop((left, top, left + width, top + height)), moved


def main() -> None:
    """Writes all pictures."""
    signs = Image.open(SAMPLES / "김하늘" / "메이크업존 간판.jpg")
    road = Image.open(SAMPLES / "park.minsu" / "도로 표지판.jpg")
    pack = Image.open(SAMPLES / "김하늘" / "짜글이 뒷면.jpg")
    receipt = Image.open(SAMPLES / "park.minsu" / "receipt.jpg")

    seoul = [(143, 84), (287, 98), (279, 175), (136, 160)], [(166, 179), (254, 186), (251, 229), (163, 222)]
    tight, where = part(road, 100, 60, 230, 190, *seoul)
    _, loose = part(road, 100, 60, 230, 190, box(106, 66, 324, 186), box(186, 190, 240, 222))
    save(HERE / "scene_text" / "polygon.webp", panel(tight, True, "글자에 바짝 · tight", where),
         panel(tight, False, "넓음, 잘림 · loose, cut", loose))
    zone, where = part(signs, 430, 540, 300, 130, box(522, 571, 624, 607), box(508, 615, 637, 634))
    save(HERE / "scene_text" / "lines.webp", panel(zone, True, "한 줄에 하나 · one a line", where),
         panel(zone, False, "두 줄에 하나 · two in one", part(signs, 430, 540, 300, 130, box(505, 568, 640, 637))[1]))
    dress = part(signs, 135, 560, 230, 60)[0]
    save(HERE / "scene_text" / "text.webp", panel(dress, True, "드레스 피팅룸", []),
         panel(dress, False, "드레스피팅룸 (띄어쓰기 space)", []))

    names = box(19, 150, 156, 168), box(18, 171, 156, 189), box(15, 192, 156, 211)
    prices = box(255, 148, 310, 166), box(256, 169, 312, 187), box(267, 190, 315, 210)
    rows, where = part(receipt, 0, 140, 348, 80, *names, *prices)
    save(HERE / "document" / "columns.webp", panel(rows, True, "칸마다 하나 · one a column", where),
         panel(rows, False, "칸을 넘음 · across columns",
               part(receipt, 0, 140, 348, 80, *(box(14, y, 316, y + 20) for y in (148, 170, 191)))[1]))
    oval = [(517 + 58 * math.cos(turn / 18 * math.pi), 271 + 58 * math.sin(turn / 18 * math.pi)) for turn in range(36)]
    save(HERE / "document" / "form.webp",
         panel(form(), True, "칸 · 도장 ◯ · 서명", [box(38, 38, 84, 82), box(38, 118, 84, 162), oval, box(258, 236, 440, 304)]),
         panel(form(), False, "글자까지 · with its text", [box(36, 30, 330, 86), box(36, 112, 390, 166), box(36, 212, 576, 330)]))

    line = part(pack, 113, 389, 282, 26)[0]
    save(HERE / "line_text" / "line.webp", panel(line, True, "조리 및 취식 시 제품이 뜨거우니", []),
         panel(line, False, "조리및 취식시 제품이 뜨거우니", []))


if __name__ == "__main__":
    main()

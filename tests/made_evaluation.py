"""A made evaluation, with everything that its report can show, and the screenshots of it.

Run it with:  .venv/bin/python -m tests.made_evaluation FOLDER

FOLDER gets report.html, pictures of the whole page by day, by night, in Korean and 380 pixels wide, report.pdf as it is printed,
and below ``docs/`` what ``docs/evaluation/`` has, at most 150 kB each. ``--page FILE`` takes the pictures of another report. The
figures are drawn by lot, and the photographs are drawn as well: nothing here is measured.
"""

from __future__ import annotations

import argparse
import itertools
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Literal, NamedTuple

from PIL import Image, ImageDraw, ImageFont
from playwright.sync_api import sync_playwright

from pages.evaluation_drawing import crop, picture
from pages.evaluation_facts import (
    DrawnAs,
    DrawnImage,
    DrawnRegion,
    EvaluationPage,
    Leads,
    ShownDemand,
    ShownRegion,
    ShownSuspect,
    ShownTime,
)
from pages.evaluation_report import render
from schemas.demand import Demand, DemandReason
from schemas.evaluation import (
    EVERYTHING,
    Confidence,
    Confusion,
    CoveragePoint,
    Evaluation,
    Faults,
    Figure,
    LetterClass,
    Notice,
    ReliabilityBin,
    SliceFacet,
    SliceFigures,
    SliceName,
)
from schemas.reading import Polygon
from schemas.suspects import Suspicion
from stages.evaluate.formulas import FORMULAS, Level
from stages.pictures import as_jpeg
from tests.made_pictures import FONT

HOSTILE = "<script>alert(1)</script>\u202egnp.exe\u0007 & \"'{{ 7 * 7 }}"
LONG = "아주 긴 이름의 슬라이스 " * 30
SLICES = (
    ("named", "영수증 합계 줄", 410), ("named", "Latin inside Korean lines", 960),
    ("named", "a name that somebody wrote long, very long", 74),
    ("direction", "horizontal", 9120), ("direction", "vertical", 212), ("direction", "curved", 41),
    ("writing", "printed", 8470), ("writing", "handwritten", 903),
    ("effects", "boundary_violation", 310), ("effects", "dot_matrix", 88), ("effects", "embossed", 19),
    ("effects", "reflective", 240), ("language", "ko", 5210), ("language", "en", 1620), ("language", "mixed", 960),
    ("language", "digits", 1480), ("language", "other", 103),
    ("kind", "text", 9050), ("kind", "checkbox", 240), ("kind", "stamp", 83),
    ("height", "below 10 px", 97), ("height", "10–14 px", 410), ("height", "14–20 px", 1630), ("height", "20–32 px", 3900),
    ("height", "32–64 px", 2610), ("height", "64 px and more", 726),
    ("image kind", "scene", 4120), ("image kind", "document", 5253), ("condition", "blurred", 390),
    ("condition", "low_light", 130), ("condition", "wrinkled", 610), ("campaign", "spring-2026", 6120),
    ("campaign", "간판 모으기", 3253),
    *(("pair", f"{one} × {other}", 30 + 17 * number) for number, (one, other) in enumerate(itertools.product(
        ("vertical", "handwritten", "horizontal", "printed"), ("ko", "en", "mixed", "digits")))),
)
"""Facet, name and regions of the slices."""
HARD = {"vertical": 3.4, "handwritten": 2.6, "mixed": 1.9, "Latin inside Korean lines": 1.9, "below 10 px": 5.0, "10–14 px": 2.1,
        "dot_matrix": 2.4, "blurred": 1.8, "curved": 2.2, "64 px and more": 1.3, "en": 0.6, "digits": 0.4, "embossed": 3.0}
"""How much harder than all regions."""
TEXTS = (("서울특별시 종로구 세종대로 1가", "서울특별시 종로구세종대로 l가"), ("합계 12,000원", "합게 12.000원"),
         ("PHOTO ZONE 포토존", "PH0TO ZONE 포토준"), ("사업자등록번호 123-45-67890", "사업자등록번호 123-45-67B90"),
         ("DRESS FITTING ROOM", "DRESS FITING ROOM"), ("할머니 손맛 국수", "할머나 솔맛 국시"), ("출구 EXIT 3", "출구 EXlT 3"),
         ("값을 꼼꼼히 따져 보세요", "갑을 꼼꼼이 따저 보세요"))
REGULAR = 0.085
"""CER of all regions, without spaces."""


def made_page(seed: int = 7, images: int = 12) -> EvaluationPage:
    """Everything that the page can show.

    Args:
        seed: of the lot.
        images: worst images; two thirds of them are wide, the others tall.
    """
    lot = random.Random(seed)
    slices = [_slice(lot, EVERYTHING, 9373, 1.0)]
    slices += [_slice(lot, SliceName(SliceFacet(facet), name), regions, HARD.get(name, lot.uniform(0.8, 1.15)))
               for facet, name, regions in SLICES]
    slices += [_slice(lot, SliceName(SliceFacet.SUBMITTER, f"p-{number:04d}"), 40 + 9 * number, lot.uniform(0.4, 2))
               for number in range(30)]
    evaluation = Evaluation(
        "e" * 32, "scene-text@7", "test", "model:ppocr-korean@3", "0123456789abcdef" * 4, "line", 1204, "c0de" * 8, tuple(slices),
        _confidence(), _confusions(lot), Faults(3, 1, 41, 2, ("image 01ab, region r4: the outline crosses itself", HOSTILE)),
        (Notice("On 31 of 1,204 images the release's labels are this model's own pre-labels, accepted as they were: its figures "
                "there are perfect by construction.", "1,204장 중 31장의 라벨은 이 모델의 사전 라벨을 그대로 확정한 것입니다."),
         Notice("2 of the 1,206 images were not read and are in no figure.", "1,206장 중 2장은 판독되지 않았습니다.")),
        _letters())
    pictures = [_photograph(lot, number) for number in range(images)]
    regions = [_region(lot, number) for number in range(30)]
    return EvaluationPage(
        evaluation, tuple(regions[:24]), tuple(_suspect(region, number) for number, region in enumerate(regions[24:])), 41,
        _slice(lot, EVERYTHING, 9332, 0.9), tuple(pictures), _demand(), _times(),
        ("evaluation.json", "regions.parquet", "images.parquet"))


def hostile_page() -> EvaluationPage:
    """Texts and names that somebody wrote to break the page; no picture, no score."""
    lot = random.Random(1)
    texts = (HOSTILE, LONG, "a" * 5000, "", "\u202e가나다", "\U0001f468\u200d\U0001f469")
    leads = Leads(HOSTILE, HOSTILE, f"javascript:{HOSTILE}")
    regions = [ShownRegion(HOSTILE, HOSTILE, b"", truth, read, 9, (HOSTILE,), None, leads)
               for truth in (*texts, None) for read in (*texts, None) if truth is not None or read is not None]
    slices = (_slice(lot, EVERYTHING, 90, 1.0),
              *(_slice(lot, SliceName(SliceFacet.CAMPAIGN, name), 40, 1.0) for name in (HOSTILE, LONG)))
    drawn = DrawnRegion(((1, 1), (90, 1), (90, 40), (1, 40)), DrawnAs.EDITED, HOSTILE, LONG)
    return EvaluationPage(
        Evaluation(HOSTILE, HOSTILE, HOSTILE, f"model:{HOSTILE}", HOSTILE, HOSTILE, 2, HOSTILE, slices,
                   notices=(Notice(HOSTILE, LONG), Notice(LONG, HOSTILE)),
                   confusions=(Confusion("<", "\u202e", 3), Confusion("", " ", 2)), faults=Faults(1, listed=(HOSTILE,))),
        tuple(regions), (ShownSuspect(regions[0], Suspicion.DIFFERS, 0.9, HOSTILE),), 1, None,
        (DrawnImage(HOSTILE, 100, 80, b"", (drawn,), Leads(HOSTILE)),),
        (ShownDemand(Demand(SliceName(SliceFacet.NAMED, HOSTILE), DemandReason.ABSENT, None, None, 0, 100, 0.1)),),
        (ShownTime(HOSTILE, None, None),), (HOSTILE,))


def empty_page() -> EvaluationPage:
    """No image was compared."""
    return EvaluationPage(Evaluation("e", "a@1", "", "model:m@1", "r", "line", 0, "c", (SliceFigures(EVERYTHING, 0, 0, 0, ()),)))


def _slice(lot: random.Random, name: SliceName, regions: int, hard: float) -> SliceFigures:
    whole = name.facet in (SliceFacet.ALL, SliceFacet.IMAGE_KIND, SliceFacet.CONDITION, SliceFacet.CAMPAIGN, SliceFacet.SUBMITTER)
    groups = max(1, regions // 9)
    figures = tuple(figure for formula in FORMULAS.values() if (whole or formula.level is Level.REGION)
                    and (formula.name != "checked" or name.name in ("", "checkbox"))
                    and (figure := _figure(lot, formula.name, formula.normalisation, regions, groups, hard)))
    leading = next(figure for figure in figures if figure.key == "cer nospace")
    half = ((leading.high or 1) - (leading.low or 0)) / 2
    needed = max(regions * (half / 0.05) ** 2, regions * 10 / groups)
    return SliceFigures(name, regions, max(1, regions // 7), groups, figures, round(needed) if needed > regions else None)


def _figure(lot: random.Random, name: str, how: str, regions: int, groups: int, hard: float) -> Figure:
    form = {"exact": 1.5, "width": 1.48, "nospace": 1.0, "nopunct": 0.8, "jaso": 0.5, "kstr": 0.55, "paddle": 1.02}.get(how, 1.0)
    error = REGULAR * hard * form * lot.uniform(0.95, 1.05)
    if name.startswith(("cer", "wer", "page-cer")):
        value = error * (2.2 if name.startswith("wer") else 1.9 if name.startswith("page") else 1.0)
    else:
        value = max(0.0, 1 - error * {"similarity": 1.0, "recall": 0.8, "precision": 0.7}.get(name, 2.0))
    half = 0.9 * (value * max(0.05, 1 - min(value, 1)) / max(1, groups)) ** 0.5
    if groups < 2:
        return Figure(name, how, value, None, None, regions)
    most = 1.0 if not name.startswith(("cer", "wer", "page-cer")) else 9.0
    return Figure(name, how, value, max(0.0, value - half), min(most, value + half), regions * (9 if name == "cer" else 1))


def _confidence() -> Confidence:
    bins = tuple(ReliabilityBin(place / 10, (place + 1) / 10, place / 10 + 0.06, 0.03 + (place / 10) ** 1.5,
                                20 + 3 ** place // 9) for place in range(2, 10))
    curve = tuple(CoveragePoint(1 - place / 50, place / 50, 1 - 0.16 * (place / 50) ** 3) for place in range(1, 51))
    return Confidence(bins, 0.083, curve, 0.397)


def _letters() -> tuple[LetterClass, ...]:
    return (LetterClass("Hangul", "ko", 41200, 2100, 210), LetterClass("spaces", "ko", 9100, 1720, 1650),
            LetterClass("Latin", "mixed", 3900, 1170, 240), LetterClass("punctuation and signs", "ko", 3100, 390, 280),
            LetterClass("Latin", "en", 9800, 310, 40), LetterClass("digits", "digits", 12100, 240, 30))


def _confusions(lot: random.Random) -> tuple[Confusion, ...]:
    pairs = [(" ", "", ""), ("O", "0", ""), ("ㅣ", "l", ""), ("게", "계", "ㅔ→ㅖ"), ("값", "갑", "ㅄ→ㅂ"), (",", ".", ""),
             ("니", "나", "ㅣ→ㅏ"), ("", " ", ""), ("존", "준", "ㅗ→ㅜ"), ("8", "B", ""), ("1", "l", ""), ("저", "져", "ㅓ→ㅕ"),
             ("시", "사", "ㅣ→ㅏ"), ("맛", "맞", "ㅅ→ㅈ"), ("이", "히", "ㅇ→ㅎ"), ("·", "", ""), ("・", "·", ""), ("C", "c", ""),
             ("닭", "닥", "ㄺ→ㄱ"), ("ᄒᆞᆫ", "한", "")]
    counts = sorted((lot.randint(4, 320) for _ in pairs), reverse=True)
    return tuple(Confusion(truth, read, count, part) for (truth, read, part), count in zip(pairs, counts, strict=True))


def _photograph(lot: random.Random, number: int) -> DrawnImage:
    """A drawn picture with its regions; tall where its number is a multiple of three."""
    size = (900, 1400) if number % 3 == 0 else (1600, 1000)
    image = Image.new("RGB", size, tuple(lot.randint(150, 235) for _ in range(3)))
    draw = ImageDraw.Draw(image)
    regions = []
    for place in range(lot.randint(6, 14)):
        truth, read = TEXTS[(number + place) % len(TEXTS)]
        box = _write(draw, (60 + 40 * (place % 3), 50 + place * (size[1] - 120) // 14), truth, 34)
        state = lot.choices(list(DrawnAs), (6, 4, 1, 0, 1))[0]
        said = {DrawnAs.RIGHT: truth, DrawnAs.MISSED: None}.get(state, read)
        regions.append(DrawnRegion(box, state, truth, said))
    regions.append(DrawnRegion(((700, 40), (860, 50), (850, 120), (690, 110)), DrawnAs.EXTRA, None, "ㅁㅁ"))
    image_id = f"{number + 1:02d}" + "".join(lot.choices("0123456789abcdef", k=62))
    return DrawnImage(image_id, *size, picture(as_jpeg(image, 90)), tuple(regions), _leads(image_id))


def _region(lot: random.Random, number: int) -> ShownRegion:
    truth, read = TEXTS[number % len(TEXTS)]
    image = Image.new("RGB", (120 + 34 * len(truth), 160), tuple(lot.randint(150, 235) for _ in range(3)))
    box = _write(ImageDraw.Draw(image), (40, 50), truth, 40)
    image_id = "".join(lot.choices("0123456789abcdef", k=64))
    outcome = number % 9
    return ShownRegion(image_id, f"{number:04x}-{lot.randint(0, 10 ** 6)}", crop(image, box), None if outcome == 7 else truth,
                       None if outcome == 8 else read, lot.randint(2, 14), ("vertical", "ko", "handwritten")[:number % 4],
                       round(lot.uniform(0.4, 1), 3), _leads(image_id))


def _write(draw: ImageDraw.ImageDraw, place: tuple[int, int], text: str, size: int) -> Polygon:
    """Writes a text and gives its outline."""
    font = ImageFont.truetype(FONT, size)
    draw.text(place, text, font=font, fill=(25, 28, 40))
    left, top, right, bottom = draw.textbbox(place, text, font=font)
    return ((left, top), (right, top), (right, bottom), (left, bottom))


def _leads(image_id: str) -> Leads:
    return Leads(f"s3://images/{image_id[:2]}/{image_id}.jpg", f"saegim images history {image_id[:12]}",
                 f"http://127.0.0.1:8080/projects/4/data?task={int(image_id[:4], 16)}")


def _suspect(region: ShownRegion, number: int) -> ShownSuspect:
    why = list(Suspicion)[number % len(Suspicion)]
    return ShownSuspect(region, why, 0.93 - 0.07 * number, region.read if number % 2 else None)


def _demand() -> tuple[ShownDemand, ...]:
    return (ShownDemand(Demand(SliceName(SliceFacet.DIRECTION, "vertical"), DemandReason.WEAK, 0.31, 0.04, 212, 800, 0.9), 340),
            ShownDemand(Demand(SliceName(SliceFacet.PAIR, "handwritten × mixed"), DemandReason.UNSURE, 0.19, 0.09, 74, 260, 0.5)),
            ShownDemand(Demand(SliceName(SliceFacet.KIND, "signature"), DemandReason.ABSENT, None, None, 0, 300, 0.1)))


def _times() -> tuple[ShownTime, ...]:
    return (ShownTime("ingest", 0.1, 0.3, 1204), ShownTime("prelabel", 0.4, 2.1, 1204), ShownTime("label", 9.5, 30.2, 1204),
            ShownTime("collect", 4.2, 22.0, 1190), ShownTime("export", 70.1, 160.4, 1190), ShownTime("all", 92.0, 204.8, 1190))


class Shot(NamedTuple):
    """One screenshot, and from which chapter on and how high it is for the documentation, in pixels; 0 for not there."""

    name: str
    width: int
    colours: Literal["light", "dark"]
    language: str
    start: str = ""
    height: int = 0


SHOTS = (Shot("report", 1240, "light", "en", "", 1500), Shot("report.ko", 1240, "light", "ko", "plots", 1400),
         Shot("dark", 1240, "dark", "en"), Shot("narrow", 380, "light", "ko", "", 1500))
DOCS_BYTES = 150_000


def take(page: Path, folder: Path) -> None:
    """Screenshots of a report: light, Korean, dark and narrow, and as it is printed."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"])
        for shot in SHOTS:
            shown = browser.new_page(viewport={"width": shot.width, "height": 900}, color_scheme=shot.colours)
            shown.goto(page.resolve().as_uri())
            shown.click(f"label[for={shot.language}]")
            shown.screenshot(path=folder / f"{shot.name}.png", full_page=True)
            if shot.height:
                top = shown.locator(f"#{shot.start}").evaluate("it => it.offsetTop - 12") if shot.start else 0
                for_docs(folder / f"{shot.name}.png", folder / "docs" / f"{shot.name}.png", top, shot.height)
        shown = browser.new_page(color_scheme="dark")
        shown.goto(page.resolve().as_uri())
        shown.pdf(path=folder / "report.pdf", prefer_css_page_size=True)
        browser.close()


def for_docs(whole: Path, part: Path, top: int, height: int) -> None:
    """Cuts a part out of a screenshot, with so few colours that it is small enough for the repository."""
    part.parent.mkdir(exist_ok=True)
    with Image.open(whole) as image:
        cut = image.convert("RGB").crop((0, top, image.width, min(image.height, top + height)))
    for colours in (256, 128, 64, 32, 16):
        cut.quantize(colours, dither=Image.Dither.NONE).save(part, optimize=True)
        if part.stat().st_size <= DOCS_BYTES:
            return


def main(arguments: Sequence[str] | None = None) -> None:
    """Writes the made report, or takes another one, and takes its screenshots."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--page", type=Path)
    asked = parser.parse_args(arguments)
    asked.folder.mkdir(parents=True, exist_ok=True)
    page = asked.page
    if page is None:
        page = asked.folder / "report.html"
        page.write_text(render(made_page()), encoding="utf-8")
    take(page, asked.folder)


if __name__ == "__main__":
    main()

"""The demo's release in a format of training code, and a small data set of others that is imported beside it."""

from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
from PIL import Image, ImageDraw

import saegim
from apps.demo.contact_sheet import hangul_font
from saegim.formats import FORMATS
from saegim.labels.conversion import convert
from saegim.labels.findings import Findings
from saegim.labels.labelled import LabelledImage, LabelledRegion, LabelledSet
from saegim.labels.reading import opened_set
from saegim.labels.released import labelled_set
from saegim.settings import home
from schemas.reading import Unit
from schemas.sources import PUBLIC, PictureEnd, Use
from workbench.bench import Workbench
from workbench.imports.ending import ended_pictures
from workbench.imports.labels import ImportRequest
from workbench.imports.sending import send
from workbench.imports.settling import settle_imported
from workbench.ingest.take_in import take_in

OUT = "paddleocr"
IN = "ufo"
SOURCE = f"{PUBLIC}/demo-signs"
LICENCE = "CC0-1.0"
SIGNS = (("서울식당", "김치찌개 8,000원", "OPEN 09:00"), ("비상구", "EXIT", "관계자 외 출입금지"),
         ("주차금지", "NO PARKING", "견인지역"))
"""What is written on each picture of the data set, line by line; nobody but this file has made them."""
SIZE = (720, 480)
LETTERS = 52
"""Pixels: size of the letters."""


def export_release(release: str) -> str:
    """Writes a release in a format of training code, and says so in a line."""
    to = home() / "demo" / OUT
    findings = Findings()
    loaded = saegim.load(release, folder=home() / "demo" / "release")
    convert(labelled_set(loaded), FORMATS[OUT], to, findings)
    regions = f"{findings.regions_out} of {findings.regions_in} regions"
    return f"out  {release} as {OUT} in {to}: {findings.images_out} images, {regions}"


def import_signs(bench: Workbench) -> str:
    """Imports a small data set, and says so in a line; again, it changes nothing."""
    folder = home() / "demo" / "public-signs"
    convert(made_signs(), FORMATS[IN], folder, Findings())
    request = ImportRequest(SOURCE, FORMATS[IN], LICENCE, tuple(Use), Unit.LINE, "")
    with opened_set(folder, FORMATS[IN], Findings()) as dataset:
        sent = send(bench, dataset, request, Findings())
    take_in(bench, PUBLIC)
    settle_imported(bench)
    ended = [item for item in ended_pictures(bench, SOURCE, sent.keys) if item.end is PictureEnd.ACCEPTED]
    regions = sum(item.regions for item in ended)
    return f"in   {SOURCE} ({LICENCE}), read as {IN}: {len(ended)} images, {regions} regions accepted"


def made_signs() -> LabelledSet:
    """Pictures of signs with their lines, the same ones always."""
    images = [_sign(number, lines) for number, lines in enumerate(SIGNS)]
    return LabelledSet("demo-signs", images, len(images), LICENCE, "Drawn signs.")


def _sign(number: int, lines: tuple[str, ...]) -> LabelledImage:
    chance = np.random.default_rng(number)
    image = Image.new("RGB", SIZE, (236, 232 - 12 * number, 220))
    draw = ImageDraw.Draw(image)
    for x, y, grey in chance.integers((0, 0, 200), (*SIZE, 230), (400, 3)).tolist():  # a wall that is like no other
        draw.ellipse((x, y, x + 3, y + 3), fill=(grey, grey, grey))
    regions = []
    for place, text in enumerate(lines):
        at = (40 + 30 * number, 50 + 130 * place)
        box = draw.textbbox(at, text, font=hangul_font(LETTERS))
        draw.text(at, text, fill=(30, 40 + 40 * number, 90), font=hangul_font(LETTERS))
        left, top, right, bottom = (float(edge) for edge in box)
        regions.append(LabelledRegion(((left, top), (right, top), (right, bottom), (left, bottom)), text, direction="horizontal",
                                      writing="printed"))
    out = io.BytesIO()
    image.save(out, "PNG")
    return LabelledImage(f"sign-{number}.png", _giving(out.getvalue()), *SIZE, "line", tuple(regions), image_kind="scene")


def _giving(data: bytes) -> Callable[[], bytes]:
    return lambda: data

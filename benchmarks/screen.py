"""How long an annotator waits for a page of 100 pre-labelled regions, beside Label Studio's own OCR template."""

from __future__ import annotations

import io
import statistics
import tempfile
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw
from playwright.sync_api import Page, sync_playwright

from adapters.label_studio.projects import ensure_project
from adapters.label_studio.storages import attach_storage
from adapters.label_studio.tasks import import_tasks
from apps.demo.contact_sheet import hangul_font
from benchmarks.figures import Figure, interleaved
from benchmarks.label_studio import stack, workbench
from schemas.ids import sha256
from schemas.label_tasks import SUBJECT, TaskRow
from schemas.reading import Reading
from tests.read_images import HEIGHT, WIDTH, fill, made_reading
from workbench.bench import Workbench
from workbench.label.image_tasks import image_task_maker
from workbench.label.projects import PRESIGNED_SECONDS, project_of
from workbench.settings import Settings

REGIONS = 100
ROUNDS = 7
TARGET = 1.2
TEMPLATE = """<View>
  <Image name="image" value="$image" zoom="true" zoomControl="true"/>
  <Labels name="label" toName="image">
    <Label value="Text" background="green"/><Label value="Handwriting" background="blue"/>
  </Labels>
  <Rectangle name="bbox" toName="image" strokeWidth="3"/>
  <Polygon name="poly" toName="image" strokeWidth="3"/>
  <TextArea name="transcription" toName="image" editable="true" perRegion="true" required="true" maxSubmissions="1" rows="5"
            placeholder="Recognized Text" displayMode="region-list"/>
</View>"""
"""Label Studio's template "Optical Character Recognition"."""
ALL_DRAWN = """count => {
  const found = window.Htx && Htx.annotationStore && Htx.annotationStore.selected;
  const image = [...document.querySelectorAll('img')].some(item => item.naturalWidth > 1000 && item.complete);
  return Boolean(found && image && found.regions.length >= count && document.querySelectorAll('.konvajs-content canvas').length);
}"""


def run() -> list[Figure]:
    """Opens the two pages in turn in one browser; every picture and script is in its cache by then."""
    with stack() as settings, tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        bench = workbench(settings, Path(folder))
        ours, theirs = _pages(bench)
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=[
            "--no-sandbox", "--disable-gpu", "--disable-background-networking"])
        page = browser.new_page(viewport={"width": 1500, "height": 950})
        _log_in(page, settings)
        for address in (ours, theirs):
            _open(page, address)
        mine, other, ratios = interleaved(lambda: _open(page, ours), lambda: _open(page, theirs), rounds=ROUNDS)
        browser.close()
    slower = [1 / ratio for ratio in ratios]
    ratio = statistics.median(slower)
    return [Figure(f"a page of {REGIONS} pre-labelled regions opens (scene_text)", f"{mine:.2f} s",
                   f"{other:.2f} s (the OCR template, the same polygons and texts)",
                   f"{ratio:.2f} ({min(slower):.2f}–{max(slower):.2f})", f"≤ {TARGET} ×", ratio <= TARGET)]


def _pages(bench: Workbench) -> tuple[str, str]:
    """One task in a project of ours, and the same in one with the template."""
    config, studio = bench.annotation_config, bench.label_studio
    [image] = fill(bench.ledger, "made", 1, REGIONS, seed="screen")
    reading = made_reading(image, REGIONS)
    picture = _picture(reading)
    key = f"{sha256(picture)}.jpg"
    bench.objects.put(bench.settings.bucket_images, key, picture, "image/jpeg")
    address = f"s3://{bench.settings.bucket_images}/{key}"
    addresses = []
    make = image_task_maker(bench.ledger, bench.settings.bucket_images, config)
    tasks: list[tuple[int, dict[str, Any]]] = [
        (project_of(bench, config).number, make([_row(image)], {"r": reading})[0]),
        (_with_template(bench), {"data": {SUBJECT: image}, "predictions": [_plain(reading)]})]
    for project, task in tasks:
        task["data"]["image"] = address
        [number] = import_tasks(studio, project, [task])
        addresses.append(f"{bench.settings.label_studio_url}/projects/{project}/data?task={number}")
    return addresses[0], addresses[1]


def _row(image: str) -> TaskRow:
    return TaskRow("", image, 1, image, "scene_text", ("r",))


def _with_template(bench: Workbench) -> int:
    project = ensure_project(bench.label_studio, "template", "OCR template", TEMPLATE, "", "Label Studio's own")
    settings = bench.settings
    attach_storage(bench.label_studio, project, bucket=settings.bucket_images, region=settings.s3_region,
                   presign_seconds=PRESIGNED_SECONDS, access_key=settings.shown.s3_access_key,
                   secret_key=settings.shown.s3_secret_key)
    return project


def _plain(reading: Reading) -> dict[str, Any]:
    """The same polygons and texts, as the template's predictions are written."""
    results = []
    for region in reading.regions:
        points = [[x / reading.width * 100, y / reading.height * 100] for x, y in region.polygon]
        common = {"id": region.region_id, "to_name": "image", "original_width": reading.width, "original_height": reading.height}
        for name, kind, value in (("poly", "polygon", {}), ("label", "labels", {"labels": ["Text"]}),
                                  ("transcription", "textarea", {"text": [region.text]})):
            results.append({**common, "from_name": name, "type": kind, "value": {"points": points, **value}})
    return {"model_version": "made", "result": results}


def _picture(reading: Reading) -> bytes:
    image = Image.new("RGB", (WIDTH, HEIGHT), "white")
    draw = ImageDraw.Draw(image)
    for region in reading.regions:
        draw.text(region.polygon[0], region.text, fill="black", font=hangul_font(30))
    out = io.BytesIO()
    image.save(out, "JPEG", quality=90)
    return out.getvalue()


def _log_in(page: Page, settings: Settings) -> None:
    page.goto(f"{settings.label_studio_url}/user/login/")
    page.fill("input[name=email]", settings.label_studio_user)
    page.fill("input[name=password]", settings.label_studio_password.get_secret_value())
    page.click("button[type=submit]")
    page.wait_for_url(lambda url: "login" not in url)


def _open(page: Page, address: str) -> None:
    page.goto("about:blank")
    page.goto(address, wait_until="commit")
    page.wait_for_function(ALL_DRAWN, arg=REGIONS, timeout=120_000, polling=50)

"""PDF, TIFF of several pages, and pictures without labels."""

import ctypes
import io
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pillow_heif
import pypdfium2
import pytest
from PIL import Image
from pypdfium2 import raw

from saegim.errors import FormatWrong
from saegim.formats import hf, imagefolder, pdf, pdf_pages, pictures, tiff_pages, webdataset_tar
from saegim.labels.format import Format
from saegim.labels.labelled import Polygon
from saegim.labels.reading import recognised
from tests import made_labels

FONT = Path(str(find_spec("koreanize_matplotlib").origin)).parent / "fonts" / "NanumGothic.ttf"  # type: ignore[union-attr]


def write_pdf(path: Path, *pages: list[tuple[str, tuple[float, ...]]], turn: int = 0) -> None:
    """A PDF of A5 pages with texts, each with its matrix; the pages themselves turned by so many degrees."""
    document = pypdfium2.PdfDocument.new()
    data = FONT.read_bytes()
    font = raw.FPDFText_LoadFont(document, (ctypes.c_uint8 * len(data)).from_buffer_copy(data), len(data),
                                 raw.FPDF_FONT_TRUETYPE, 1)
    for texts in pages:
        page = document.new_page(420, 595)
        for text, matrix in texts:
            item = raw.FPDFPageObj_CreateTextObj(document, font, 20.0)
            letters = (text + "\0").encode("utf-16-le")
            raw.FPDFText_SetText(item, ctypes.cast(ctypes.create_string_buffer(letters), raw.FPDF_WIDESTRING))
            raw.FPDFPageObj_Transform(item, *matrix)
            raw.FPDFPage_InsertObject(page, item)
        page.gen_content()
        page.set_rotation(turn)
    document.save(str(path))


def upright(x: float, y: float) -> tuple[float, ...]:
    return (1, 0, 0, 1, x, y)


def inked(data: bytes, polygon: Polygon) -> bool:
    """Whether the box around a polygon holds ink."""
    image = Image.open(io.BytesIO(data)).convert("L")
    xs, ys = [x for x, _ in polygon], [y for _, y in polygon]
    return min(image.crop((round(min(xs)), round(min(ys)), round(max(xs)), round(max(ys)))).tobytes()) < 100


@pytest.mark.slow
def test_each_page_of_a_pdf_is_an_image_with_its_words(tmp_path: Path) -> None:
    write_pdf(tmp_path / "공문.pdf", [("서울역 3번", upright(50, 500)), ("EXIT", upright(50, 400))], [])
    images, findings = made_labels.read_back(pdf.FORMAT, tmp_path)

    assert findings.remarks == [] and findings.regions_in == 3
    assert [(image.name, image.group, image.unit, image.width, image.height) for image in images] == [
        ("공문.pdf-p0001.png", "공문.pdf", "word", 1167, 1653), ("공문.pdf-p0002.png", "공문.pdf", "word", 1167, 1653)]
    regions = images[0].regions
    assert [region.text for region in regions] == ["서울역", "3번", "EXIT"] and images[1].regions == ()
    assert all(inked(images[0].picture(), region.polygon) for region in regions)
    assert abs(regions[0].polygon[0][0] - 50 / 72 * 200) < 12 and regions[0].polygon[0][1] < (595 - 500) / 72 * 200
    assert not pdf.FORMAT.is_truth and [guess.form.name for guess in recognised(tmp_path)] == ["pdf"]


@pytest.mark.slow
@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_words_lie_where_they_are_seen_and_begin_where_reading_starts(turn: int, tmp_path: Path) -> None:
    write_pdf(tmp_path / "a.pdf", [("가나다라", upright(50, 500)), ("위로읽는글", (0, 1, -1, 0, 300, 100)),
                                   ("아래로글", (0, -1, 1, 0, 200, 300))], turn=turn)
    image = made_labels.read_back(pdf.FORMAT, tmp_path)[0][0]
    assert [region.text for region in image.regions] == ["가나다라", "위로읽는글", "아래로글"]
    # Which way reading goes in the picture: degrees clockwise of the side from the first corner to the second.
    for region, way in zip(image.regions, (0, 270, 90), strict=True):
        (x0, y0), (x1, y1) = region.polygon[:2]
        steps = {(1, 0): 0, (0, 1): 90, (-1, 0): 180, (0, -1): 270}
        step = (round((x1 - x0) / max(abs(x1 - x0), abs(y1 - y0))), round((y1 - y0) / max(abs(x1 - x0), abs(y1 - y0))))
        assert steps[step] == (way + turn) % 360
        assert inked(image.picture(), region.polygon)


@pytest.mark.slow
def test_a_scan_has_no_words_and_a_large_plan_is_smaller(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Image.new("RGB", (300, 200), "white").save(tmp_path / "scan.pdf")
    monkeypatch.setattr(pdf, "PIXELS", 10_000)
    images, findings = made_labels.read_back(pdf.FORMAT, tmp_path)
    assert images[0].regions == () and images[0].width * images[0].height <= 10_500
    assert [remark.reason for remark in findings.remarks] == [pdf.SMALLER]


@pytest.mark.slow
def test_broken_and_locked_files_are_listed(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.4 broken")
    write_pdf(tmp_path / "b.pdf", [("가", upright(50, 500))])
    images, findings = made_labels.read_back(pdf.FORMAT, tmp_path)
    assert [image.name for image in images] == ["b.pdf-p0001.png"]
    assert [(remark.image, remark.reason) for remark in findings.remarks] == [("a.pdf", pdf.UNREADABLE)]
    assert made_labels.read_back(pdf.FORMAT, tmp_path / "b.pdf")[0][0].name == "b.pdf-p0001.png"


def test_a_page_that_kills_its_process_is_lost_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = {"width": 10, "height": 10, "dpi": 200, "words": []}

    def dying(_path: Path, first: int) -> Any:
        yield {"pages": 4}, b""
        for page in range(first, 4):
            if page == 1:
                return
            yield {**told, "page": page, "bytes": 1}, b"x"

    monkeypatch.setattr(pdf, "_told", dying)
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.4")
    images, findings = made_labels.read_back(pdf.FORMAT, tmp_path)
    assert [image.name for image in images] == ["a.pdf-p0001.png", "a.pdf-p0003.png", "a.pdf-p0004.png"]
    assert [(remark.image, remark.reason) for remark in findings.remarks] == [("a.pdf-p0002.png", pdf.PAGE_DEADLY)]
    assert findings.images_in == 4
    monkeypatch.setattr(pdf, "_told", lambda _path, _first: iter([({"pages": 20}, b"")]))
    images, findings = made_labels.read_back(pdf.FORMAT, tmp_path)
    assert not images and [remark.reason for remark in findings.remarks] == [pdf.PAGE_DEADLY] * 5 + [pdf.REST] * 15


@pytest.mark.slow
def test_a_process_that_takes_too_long_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "PAGE_SECONDS", 0.01)
    write_pdf(tmp_path / "a.pdf", [("가", upright(50, 500))])
    images, findings = made_labels.read_back(pdf.FORMAT, tmp_path)
    assert not images and findings.images_in == 1


def test_halves_of_letters_become_letters() -> None:
    assert pdf_pages._text([0xD83D, 0xDE42, 0xAC00]) == "🙂가"


def write_tiff(path: Path, *pages: Image.Image) -> None:
    pages[0].save(path, save_all=True, append_images=list(pages[1:]))


def test_each_page_of_a_tiff_is_an_image(tmp_path: Path) -> None:
    write_tiff(tmp_path / "팩스.tif", Image.new("1", (40, 30)), Image.new("RGB", (20, 30), "red"), Image.new("CMYK", (20, 10)),
               Image.new("I;16", (8, 8), 65535))
    (tmp_path / "a.png").write_bytes(made_labels.picture(1))
    assert [guess.form.name for guess in recognised(tmp_path)] == ["tiff-pages"]
    images, findings = made_labels.read_back(tiff_pages.FORMAT, tmp_path)
    assert findings.remarks == []
    assert [(image.name, image.group, image.width, image.height) for image in images] == [
        ("a.png", "", 160, 120), ("팩스.tif-p0001.png", "팩스.tif", 40, 30), ("팩스.tif-p0002.png", "팩스.tif", 20, 30),
        ("팩스.tif-p0003.png", "팩스.tif", 20, 10), ("팩스.tif-p0004.png", "팩스.tif", 8, 8)]
    pages = [Image.open(io.BytesIO(image.picture())) for image in images[1:]]
    assert pages[1].getpixel((0, 0)) == (255, 0, 0) and pages[3].getpixel((0, 0)) == 255


def test_a_tiff_page_that_is_broken_is_lost_alone(tmp_path: Path) -> None:
    pages = [Image.effect_noise((50, 50), 90 + number) for number in range(3)]
    pages[0].save(tmp_path / "a.tif", save_all=True, append_images=pages[1:], compression="tiff_deflate")
    with Image.open(tmp_path / "a.tif") as image:
        image.seek(1)
        strip = image.tag_v2[273][0]  # type: ignore[attr-defined]
    data = bytearray((tmp_path / "a.tif").read_bytes())
    data[strip:strip + 100] = bytes(100)
    (tmp_path / "a.tif").write_bytes(data)
    (tmp_path / "b.tif").write_bytes(b"II*\0 broken")
    images, findings = made_labels.read_back(tiff_pages.FORMAT, tmp_path)
    assert [image.name for image in images] == ["a.tif-p0001.png", "a.tif-p0003.png"]
    assert [(remark.image, remark.reason) for remark in findings.remarks] == [
        ("a.tif-p0002.png", "its picture is broken or no picture"), ("b.tif", "its picture is broken or no picture")]


def test_pictures_without_labels(tmp_path: Path) -> None:
    (tmp_path / "간판").mkdir()
    (tmp_path / "간판" / "1.PNG").write_bytes(made_labels.picture(1))
    (tmp_path / "2.jpg").write_bytes(b"broken")
    (tmp_path / "README.md").write_text("사진")
    (tmp_path / "LICENCE.txt").write_text("CC0-1.0\n")
    assert [(guess.form.name, guess.because) for guess in recognised(tmp_path)] == [("pictures", "2 pictures and no labels")]
    images, findings = made_labels.read_back(pictures.FORMAT, tmp_path)
    assert [(image.name, image.width, image.regions) for image in images] == [("간판/1.PNG", 160, ())]
    assert [(remark.image, remark.reason) for remark in findings.remarks] == [("2.jpg", "its picture is broken or no picture")]
    write_tiff(tmp_path / "b.tif", Image.new("1", (4, 4)), Image.new("1", (4, 4)))
    (tmp_path / "c.xml").write_text("<a/>")
    assert not [guess for guess in recognised(tmp_path) if guess.form.name == "pictures"]
    images, findings = made_labels.read_back(pictures.FORMAT, tmp_path)
    assert [(remark.image, remark.reason) for remark in findings.remarks][1:] == [
        ("b.tif", pictures.SEVERAL_PAGES), ("c.xml", pictures.OTHER)]


def test_pictures_of_iphones(tmp_path: Path) -> None:
    pillow_heif.from_pillow(Image.new("RGB", (64, 48), "blue")).save(tmp_path / "IMG_0001.HEIC")
    images, findings = made_labels.read_back(pictures.FORMAT, tmp_path)
    assert findings.remarks == [] and [(image.name, image.width, image.height) for image in images] == [("IMG_0001.HEIC", 64, 48)]


@pytest.mark.parametrize("form", [pdf.FORMAT, tiff_pages.FORMAT, pictures.FORMAT], ids=lambda form: form.name)
def test_what_is_not_there_is_said(form: Format, tmp_path: Path) -> None:
    with pytest.raises(FormatWrong, match="has no"):
        made_labels.read_back(form, tmp_path)
    assert form.recognise and not recognised(tmp_path)


def test_a_file_that_was_chosen_is_not_taken_for_its_neighbours(tmp_path: Path) -> None:
    for form in (hf.FORMAT, webdataset_tar.FORMAT, imagefolder.FORMAT):
        made_labels.written(form, made_labels.hard_set(), tmp_path / form.name)
    for path in (tmp_path / "hf" / "data" / "train.parquet", tmp_path / "webdataset" / "train-000000.tar",
                 tmp_path / "imagefolder" / "train" / "metadata.jsonl"):
        path.rename(tmp_path / path.name)
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.4")
    (tmp_path / "b.png").write_bytes(made_labels.picture(1))
    names = {name: [guess.form.name for guess in recognised(tmp_path / name)] for name in (
        "a.pdf", "b.png", "train.parquet", "train-000000.tar")}
    assert [guess.because for guess in recognised(tmp_path / "b.png")] == ["a picture"]
    assert names == {"a.pdf": ["pdf"], "b.png": ["pictures"], "train.parquet": ["hf"], "train-000000.tar": ["webdataset"]}


@pytest.mark.slow
def test_what_pillow_says_of_broken_headers_is_not_on_the_terminal(tmp_path: Path) -> None:
    write_tiff(tmp_path / "a.tif", Image.new("RGB", (4, 4)))
    samples = b"\x15\x01\x03\0\x01\0\0\0"  # a pixel, as the header of a TIFF says it
    data = (tmp_path / "a.tif").read_bytes()
    (tmp_path / "a.tif").write_bytes(data.replace(samples + b"\x03\0", samples + b"\xff\xff"))
    (tmp_path / "b.png").write_bytes(made_labels.picture(1))
    command = ("import sys; from pathlib import Path; from saegim.labels.reading import recognised; "
               "print(*(guess.form.name for guess in recognised(Path(sys.argv[1]))))")
    done = subprocess.run([sys.executable, "-c", command, str(tmp_path)], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("pictures\n", "")

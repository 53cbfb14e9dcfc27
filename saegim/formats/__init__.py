"""Forms that data sets are written in and read from besides our own: one module each, and one line in ``FORMATS``."""

from saegim.formats import (
    aihub,
    coco_text,
    cord,
    doctr_det,
    doctr_rec,
    donut,
    hf,
    hiertext,
    icdar,
    imagefolder,
    lmdb_set,
    mmocr,
    paddleocr_det,
    paddleocr_rec,
    page_xml,
    pages_json,
    pdf,
    pictures,
    textocr,
    tiff_pages,
    ufo,
    webdataset_tar,
    yolo_obb,
)
from saegim.labels.format import Format

FORMATS: dict[str, Format] = {form.name: form for form in (
    ufo.FORMAT,
    paddleocr_det.FORMAT,
    paddleocr_rec.FORMAT,
    lmdb_set.FORMAT,
    doctr_det.FORMAT,
    doctr_rec.FORMAT,
    icdar.FORMAT,
    coco_text.FORMAT,
    textocr.FORMAT,
    page_xml.FORMAT,
    yolo_obb.FORMAT,
    hf.FORMAT,
    imagefolder.FORMAT,
    donut.FORMAT,
    webdataset_tar.FORMAT,
    hiertext.FORMAT,
    aihub.FORMAT,
    cord.FORMAT,
    mmocr.FORMAT,
    pages_json.FORMAT,
    pictures.FORMAT,
    pdf.FORMAT,
    tiff_pages.FORMAT,
)}
"""By the names that ``--format`` takes."""
WRITTEN = tuple(name for name, form in FORMATS.items() if form.write)
"""Names of those that a release can be written in."""
READ = tuple(name for name, form in FORMATS.items() if form.read)
"""Names of those that data sets can be read from."""

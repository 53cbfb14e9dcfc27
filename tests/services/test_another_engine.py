"""Another engine is an entry point and a bundle that names it: Tesseract reads what people sent; Saegim is as it was."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from sqlalchemy import select

from adapters.ocr.bundles import BUNDLE_FILE, load_bundle
from adapters.ocr.engine import GROUP, OcrEngine, Pixels, open_engine
from adapters.ocr.sources import fetch
from datastore.ledger.tables import images, submissions
from schemas.errors import ModelUnavailable, SettingError
from schemas.reading import Reading, Unit
from tests.services.conftest import World, readings_by
from tests.tesseract_engine import Line, lines_of
from workbench.settings import ROOT

SAMPLES = ROOT / "apps" / "demo" / "samples"
KOREAN, RECEIPT, POSTER = "김하늘/짜글이 뒷면.jpg", "park.minsu/receipt.jpg", "jlee/poster.jpg"
TRAINED = {path.stem: path for path in sorted(Path("/usr/share/tesseract-ocr").glob("*/tessdata/*.traineddata"))}
pytestmark = pytest.mark.skipif(
    shutil.which("tesseract") is None or not {"kor", "eng"} <= TRAINED.keys(),
    reason="Tesseract is not installed: apt-get install tesseract-ocr tesseract-ocr-kor")


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """A folder of installed packages that holds one, which offers the engine: what `pip install` of yours would leave."""
    package = tmp_path / "site" / "saegim_tesseract-1.0.dist-info"
    package.mkdir(parents=True)
    (package / "METADATA").write_text("Metadata-Version: 2.1\nName: saegim-tesseract\nVersion: 1.0\n")
    (package / "entry_points.txt").write_text(f"[{GROUP}]\ntesseract = tests.tesseract_engine:TesseractEngine\n")
    return package.parent


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A bundle: its YAML, and beside it the files that the YAML says where to find."""
    return a_bundle(tmp_path / "bundle")


def a_bundle(folder: Path, **changes: str) -> Path:
    values = {"name": "tesseract-ko-en", "version": '"1"', "engine": "tesseract", "unit": "line", "languages": "[ko, en]",
              "licence": "Apache-2.0 (Tesseract)"} | changes
    lines = [f"{name}: {value}" for name, value in values.items()] + ["files:"]
    for language in ("kor", "eng"):
        path = TRAINED[language]
        lines += [f"  - name: {path.name}", f"    sha256: {hashlib.sha256(path.read_bytes()).hexdigest()}",
                  f"    sources: [{{kind: path, path: {path}}}]"]
    folder.mkdir()
    (folder / BUNDLE_FILE).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return fetch(load_bundle(folder / BUNDLE_FILE), folder)


@pytest.fixture
def engine(installed: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> OcrEngine:
    monkeypatch.syspath_prepend(installed)
    return open_engine(load_bundle(folder / BUNDLE_FILE), folder, "cpu")


def pictures(*names: str) -> list[Pixels]:
    return [np.asarray(Image.open(SAMPLES / name).convert("RGB")) for name in names]


def text_of(reading: Reading) -> str:
    return "\n".join(region.text for region in reading.regions)


def test_a_reading_does_not_depend_on_what_is_read_with_it(engine: OcrEngine) -> None:
    names = [KOREAN, RECEIPT, POSTER]
    together = engine.read(pictures(*names), names)
    assert together == [engine.read(pictures(name), [name])[0] for name in names]
    assert together[::-1] == engine.read(pictures(*names[::-1]), names[::-1])
    assert "방법에 따라 반드시 가열하여 드십시오." in text_of(together[0])
    assert "KOREAN RESTAURANT" in text_of(together[1])
    assert "sneezing with tissue or flexed elbow" in text_of(together[2])


def test_its_readings_are_what_the_rest_relies_on(engine: OcrEngine) -> None:
    engine.warm_up()
    blank = np.full((40, 50, 3), 255, np.uint8)
    names = [KOREAN, RECEIPT, "blank"]
    *found, empty = engine.read([*pictures(KOREAN, RECEIPT), blank], names)
    assert (empty.regions, empty.width, empty.height) == ((), 50, 40)
    for reading in found:
        assert (reading.reader, reading.run, reading.unit) == ("model:tesseract-ko-en@1", engine.run, Unit.LINE)
        assert len({region.region_id for region in reading.regions}) == len(reading.regions) > 5
        for region in reading.regions:
            assert all(0 <= x <= reading.width and 0 <= y <= reading.height for x, y in region.polygon)
            assert region.score is not None and 0.5 <= region.score <= 1 and region.score == round(region.score, 3)
            assert region.text and "  " not in region.text
    languages = [{str(region.attributes.language) for region in reading.regions} for reading in found]
    assert "ko" in languages[0] and "en" in languages[1]


def test_it_refuses_what_it_cannot_do(installed: Path, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bundle = load_bundle(folder / BUNDLE_FILE)
    with pytest.raises(SettingError, match=r"asks for the engine 'tesseract'; installed are onnx \(entry points of the group"):
        open_engine(bundle, folder, "cpu")
    monkeypatch.syspath_prepend(installed)
    with pytest.raises(ModelUnavailable, match="on a CPU only, set SAEGIM_ONNX_PROVIDER=cpu"):
        open_engine(bundle, folder, "cuda")
    words = a_bundle(tmp_path / "words", unit="word")
    with pytest.raises(SettingError, match="say `unit: line`"):
        open_engine(load_bundle(words / BUNDLE_FILE), words, "cpu")
    (folder / "kor.traineddata").write_bytes(b"not trained")
    with pytest.raises(ModelUnavailable, match=r"Failed loading language 'kor'.*Expected kor.traineddata, eng.traineddata"):
        open_engine(bundle, folder, "cpu")


def test_lines_take_their_spaces_from_the_text() -> None:
    head = "level\tpage\tblock\tparagraph\tline\tword\tleft\ttop\twidth\theight\tconf\ttext"
    rows = [(4, 1, 1, 1, 1, 0, 5, 6, 70, 20, -1, ""), (5, 1, 1, 1, 1, 1, 5, 6, 9, 20, 95, "  "),
            (4, 1, 2, 1, 1, 0, 5, 40, 90, 21, -1, ""), (5, 1, 2, 1, 1, 1, 5, 40, 20, 21, 90, "가"),
            (5, 1, 2, 1, 1, 2, 25, 40, 20, 21, 80, "을"), (5, 1, 2, 1, 1, 3, 60, 40, 20, 21, -1, "비")]
    tsv = "\n".join([head, *("\t".join(map(str, row)) for row in rows)])
    assert lines_of(tsv, "  \n\n가을 비\n\f") == [Line(5, 40, 90, 21, "가을 비", (0.9, 0.8, 0.0))]
    with pytest.raises(ValueError, match="가을 빛"):
        lines_of(tsv, "가을 빛\n")


def test_from_a_folder_to_readings_in_the_ledger(world: World, installed: Path, folder: Path) -> None:
    world.env["PYTHONPATH"] = str(installed)
    names = [KOREAN, RECEIPT, POSTER]
    for name in names:
        world.bench.objects.put(world.env["SAEGIM_BUCKET_RAW"], f"demo/{name}", (SAMPLES / name).read_bytes())
    assert "Use it:  saegim models use tesseract-ko-en@1" in world.command("models", "push", str(folder)).stdout
    shutil.rmtree(folder)  # from here on it comes from object storage
    world.command("models", "use", "tesseract-ko-en")
    world.flow("ingest")
    assert "3 read" in (said := world.command("run", "prelabel").stdout)
    assert "tesseract-ko-en@1 on cpu" in said
    found = read_by_models(world, names)
    assert {reading.reader for reading in found.values()} == {"model:tesseract-ko-en@1"}
    assert "방법에 따라 반드시 가열하여 드십시오." in text_of(found[KOREAN])
    assert "KOREAN RESTAURANT" in text_of(found[RECEIPT])
    assert "Reduce your risk of coronavirus infection:" in text_of(found[POSTER])
    assert "nothing new" in world.command("run", "prelabel").stdout


def read_by_models(world: World, names: Sequence[str]) -> dict[str, Reading]:
    """The one reading of each sample."""
    with world.bench.ledger.read() as connection:
        ids = {row.key.removeprefix("demo/"): row.image_id for row in connection.execute(
            select(submissions.c.key, images.c.image_id).join(images, images.c.image_id == submissions.c.image_id))}
    by_image = readings_by(world.bench.ledger, "model:")
    assert {name: len(by_image[ids[name]]) for name in names} == dict.fromkeys(names, 1)
    return {name: by_image[ids[name]][0] for name in names}

"""Bundles: what is refused and why, digests, and where files come from."""

from __future__ import annotations

import math
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from adapters.ocr.bundles import Bundle, load_bundle, parse_bundle, problems, sha256_of
from adapters.ocr.engine import open_engine
from adapters.ocr.sources import fetch
from schemas.errors import ModelUnavailable, SettingError
from tests.places import ROOT
from tests.tiny_bundle import CHARSET, ctc, dbnet, write_bundle

pytestmark = pytest.mark.slow

RECIPES = sorted((ROOT / "recipes" / "models").glob("*.yaml"))


def opened(folder: Path, provider: str = "cpu") -> Any:
    return open_engine(load_bundle(folder / "bundle.yaml"), folder, provider)


def test_a_right_bundle_opens_and_reads(tmp_path: Path) -> None:
    engine = opened(write_bundle(tmp_path / "모델"))
    assert engine.name == "tiny" and engine.precision == "fp32" and len(engine.run) == 32


@pytest.mark.parametrize(("wrong", "names"), [
    ({"rec": ctc(weight=math.nan)}, "rec.onnx gives NaN"),
    ({"det": dbnet(weight=math.nan)}, "det.onnx gives NaN"),
    ({"rec": ctc(softmax=False)}, "rec.onnx .* add up to 1.* softmax"),
    ({"rec": ctc(height=32)}, r"rec.onnx wants an input of .*32.* \['any', 3, 48, 'any'\]"),
    ({"rec": ctc(width=320)}, r"rec.onnx wants lines 320 pixels wide only: add `widths: \[320\]`"),
    ({"rec": ctc(classes=9)}, "문자.txt has 4 characters and rec.onnx has 9 classes"),
    ({"rec": ctc(classes=4)}, "문자.txt has 4 characters and rec.onnx has 4 classes"),
    ({"charset": None}, "rec.onnx carries no charset .* add `charset: FILE`"),
    ({"det": ctc()}, "det.onnx wants images of .* only: export it with free height and width"),
])
def test_a_wrong_bundle_is_refused_by_the_name_of_its_file(tmp_path: Path, wrong: dict[str, Any], names: str) -> None:
    with pytest.raises(ModelUnavailable, match=names):
        opened(write_bundle(tmp_path, **wrong))


def test_what_is_no_model_is_refused(tmp_path: Path) -> None:
    write_bundle(tmp_path)
    (tmp_path / "rec.onnx").write_text("<html>404</html>")
    assert problems(load_bundle(tmp_path / "bundle.yaml"), tmp_path)[0].startswith("rec.onnx has sha256")
    with pytest.raises(ModelUnavailable, match=r"rec\.onnx does not open"):
        opened(tmp_path)


@pytest.mark.parametrize("provider", ["cuda", "tensorrt"])
def test_a_provider_that_is_not_there_is_never_the_cpu(tmp_path: Path, provider: str) -> None:
    with pytest.raises(ModelUnavailable, match=r"\.onnx"):
        opened(write_bundle(tmp_path), provider)


@pytest.mark.parametrize(("change", "message"), [
    ({"files": []}, "files"),
    ({"recognisers": []}, "at least one recogniser"),
    ({"detector": {"architecture": "yolo", "file": "det.onnx"}}, "detector.architecture is 'yolo'"),
    ({"detector": {"architecture": "dbnet", "file": "other.onnx"}}, "other.onnx is used and not among the files"),
    ({"name": "../up"}, "name is '../up'"),
    ({"min_score": 2}, "min_score is 2"),
    ({"detector": {"architecture": "dbnet", "file": "det.onnx", "std": [0, 0, 0]}}, "detector.std.0 is 0"),
    ({"treshold": 1}, "treshold"),
])
def test_a_wrong_line_is_named(tmp_path: Path, change: dict[str, Any], message: str) -> None:
    write_bundle(tmp_path, **change)
    with pytest.raises(SettingError, match=message):
        load_bundle(tmp_path / "bundle.yaml")


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda path: path.stem)
def test_recipes_are_whole_and_stand_in_for_each_other(recipe: Path) -> None:
    bundle = load_bundle(recipe)
    assert bundle.name == recipe.stem
    assert all(item.sources for item in bundle.files)
    if bundle.otherwise:
        assert (recipe.parent / f"{bundle.otherwise}.yaml").is_file()


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda path: path.stem)
def test_a_pushed_bundle_has_its_recipes_digest(recipe: Path) -> None:
    bundle = load_bundle(recipe)
    values = bundle.configuration | {"files": [{"name": item.name, "sha256": item.sha256} for item in bundle.files]}
    assert parse_bundle(yaml.safe_dump(values, allow_unicode=True), "x").digest == bundle.digest


@given(st.sampled_from(["threshold", "box_threshold", "polygon_growth", "crop_growth"]),
       st.floats(0.01, 0.99).filter(lambda value: value not in (0.3, 0.5)))
def test_whatever_changes_a_reading_changes_the_run(name: str, value: float) -> None:
    bundle = load_bundle(RECIPES[0])
    assert bundle.detector
    changed = bundle.model_copy(update={"detector": bundle.detector.model_copy(update={name: value})})
    assert changed.digest != bundle.digest
    assert changed.run("onnx/1", "cpu", "fp32") != bundle.run("onnx/1", "cpu", "fp32")
    assert len({bundle.run(*key) for key in (("onnx/1", "cpu", "fp32"), ("onnx/2", "cpu", "fp32"), ("onnx/1", "cuda", "fp32"),
                                             ("onnx/1", "cpu", "bf16"))}) == 4


def test_where_files_come_from_does_not_change_the_run() -> None:
    bundle = load_bundle(RECIPES[0])
    files = [item.model_copy(update={"sources": []}) for item in bundle.files]
    bare = bundle.model_copy(update={"otherwise": None, "files": files})
    assert bare.digest == bundle.digest


def test_a_file_of_this_machine(tmp_path: Path) -> None:
    folder = write_bundle(tmp_path / "내보낸 것")
    values = yaml.safe_load((folder / "bundle.yaml").read_text("utf-8"))
    for item in values["files"]:
        item["sources"] = [{"kind": "path", "path": f"내보낸 것/{item['name']}"}]
    (tmp_path / "recipe.yaml").write_text(yaml.safe_dump(values, allow_unicode=True), encoding="utf-8")
    bundle = load_bundle(tmp_path / "recipe.yaml")
    assert problems(bundle, fetch(bundle, tmp_path / "here")) == []
    (folder / "rec.onnx").write_bytes(b"changed")
    with pytest.raises(ModelUnavailable, match=r"rec\.onnx cannot be had .*sha256"):
        fetch(bundle, tmp_path / "there")
    assert not list((tmp_path / "there").glob("rec*"))


@pytest.mark.parametrize(("text", "message"), [
    ("가\n나\n".encode("cp949"), r"문자\.txt is not UTF-8"), ("blank\na\nb\n가\n나\n".encode(), "begins with 'blank'")])
def test_a_charset_that_is_none(tmp_path: Path, text: bytes, message: str) -> None:
    folder = write_bundle(tmp_path)
    (folder / "문자.txt").write_bytes(text)
    with pytest.raises(ModelUnavailable, match=message):
        opened(folder)


def test_a_byte_order_mark_is_no_character(tmp_path: Path) -> None:
    folder = write_bundle(tmp_path)
    (folder / "문자.txt").write_bytes(b"\xef\xbb\xbf" + "\r\n".join(CHARSET).encode())
    assert opened(folder)._models.charsets == (("", *CHARSET, " "),)


def test_the_command_does_not_import_prefect_before_its_server_is_known() -> None:
    done = subprocess.run([sys.executable, "-c", "import sys, apps.cli; sys.exit('prefect' in sys.modules)"], check=False)
    assert done.returncode == 0


def test_a_charset_may_come_with_or_without_the_space(tmp_path: Path) -> None:
    opened(write_bundle(tmp_path / "with", rec=ctc(classes=len(CHARSET) + 2)))
    opened(write_bundle(tmp_path / "without", rec=ctc(classes=len(CHARSET) + 1)))


def test_sha256_is_that_of_the_bytes(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"abc")
    assert sha256_of(tmp_path / "x").startswith("ba7816bf")
    assert isinstance(load_bundle(RECIPES[0]), Bundle)

"""What a notebook shows of a release: a few small pictures with their texts, and never an error."""

from __future__ import annotations

import base64
import io
import re
import sys
from pathlib import Path

import pytest
from obstore.store import LocalStore
from PIL import Image

from saegim.decoding import thumbnail
from saegim.load import load
from saegim.notebook import LETTERS, SAMPLES, SIDE, TEXTS, html_of
from saegim.release import Release
from saegim.releases import Releases
from saegim.settings import StorageSettings
from schemas.ids import sha256
from tests.made_release import Dataset, images_of, relabelled

HOSTILE = "<script>alert('1')</script>&\"한글"
IMAGES = relabelled(images_of(), 5, HOSTILE)
COLOURS = {sha256(image.data): image.colour for image in IMAGES}


@pytest.fixture
def release(tmp_path: Path) -> Release:
    dataset = Dataset(LocalStore(tmp_path / "bucket", mkdir=True))
    dataset.publish(IMAGES)
    return load("scene-text@1", folder=tmp_path / "out", releases=Releases(StorageSettings(_env_file=None), dataset.bucket))


def pictures(html: str) -> list[Image.Image]:
    """All pictures of a page, decoded."""
    found = re.findall(r'<img alt="" src="data:image/jpeg;base64,([^"]+)">', html)
    return [Image.open(io.BytesIO(base64.b64decode(data))) for data in found]


def test_a_release_is_one_line_and_a_small_table(release: Release) -> None:
    assert len(repr(release).splitlines()) == 1
    html = release._repr_html_()
    assert "&lt;Release scene-text@1: 7 train, 2 val, 3 test, in " in html and "… and 8 more" in html
    assert html.count("<tr>") == 1 + SAMPLES
    shown = pictures(html)
    assert len(shown) == SAMPLES and {image.format for image in shown} == {"JPEG"}
    for image, image_id in zip(shown, release.labels["image_id"].to_pylist(), strict=False):
        wanted = COLOURS[image_id]
        found = image.convert("RGB").getpixel((3, 3))
        assert all(abs(one - other) < 12 for one, other in zip(found, wanted, strict=True))  # type: ignore[arg-type]


def test_texts_are_escaped_and_shortened(release: Release) -> None:
    [row] = [row for row in release.labels.to_pylist() if row["image_id"] == sha256(IMAGES[5].data)]
    many = [row["regions"][0] | {"text": text} for text in (HOSTILE, "가" * 99, *"abcdefgh", "")]
    html = html_of("", release.folder, type(release.labels).from_pylist([row | {"regions": many}], release.labels.schema))
    assert "<script" not in html and "&lt;script&gt;alert(&#x27;1&#x27;)&lt;/script&gt;&amp;&quot;한글" in html
    assert "가" * LETTERS + "…<br>" in html and "가" * (LETTERS + 1) not in html
    assert f"<br>… and {10 - TEXTS} more" in html and "<br>d<br>" in html and "<br>e<br>" not in html


def test_a_part_and_nothing(release: Release) -> None:
    assert "more" not in html_of("", release.folder, release.labels.slice(0, 2))
    assert pictures(html_of("", release.folder, release.labels.slice(0, 0))) == []


def test_without_pillow_there_are_texts_only(release: Release, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "PIL", None)
    html = release._repr_html_()
    assert "<img" not in html and html.count("<tr>") == 1 + SAMPLES


def test_a_shard_that_is_gone_takes_only_its_own_pictures(release: Release) -> None:
    shards = release.labels["shard"].to_pylist()[:SAMPLES]
    (release.folder / shards[0]).unlink()
    assert len(pictures(release._repr_html_())) == SAMPLES - shards.count(shards[0])


def test_an_image_that_does_not_decode_has_no_picture(release: Release, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = iter(range(SAMPLES))
    monkeypatch.setattr("saegim.notebook.thumbnail", lambda data, side: thumbnail(data if next(asked) else b"none", side))
    assert len(pictures(release._repr_html_())) == SAMPLES - 1


@pytest.mark.parametrize(("kind", "size"), [("JPEG", (3000, 1000)), ("PNG", (700, 2000)), ("PNG", (5, 3))])
def test_a_picture_is_small_and_keeps_its_shape(kind: str, size: tuple[int, int]) -> None:
    out = io.BytesIO()
    Image.effect_noise(size, 60).save(out, kind)
    data = thumbnail(out.getvalue(), SIDE)
    small = Image.open(io.BytesIO(data))
    assert max(small.size) == min(SIDE, max(size)) and len(data) < 15_000
    assert small.width / small.height == pytest.approx(size[0] / size[1], rel=0.02)

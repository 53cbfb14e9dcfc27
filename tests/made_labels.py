"""Labelled images for tests of formats: some that are hard, and any."""

from __future__ import annotations

import hashlib
import io
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from saegim.labels.conversion import convert
from saegim.labels.findings import Findings
from saegim.labels.format import Format
from saegim.labels.labelled import LabelledImage, LabelledRegion, LabelledSet
from saegim.labels.reading import opened_set

WIDTH = 160
HEIGHT = 120
HARD_TEXTS = ("서울역 3번 출구", "100,000원", 'say "ah"', "###", "*", ".", "xxx", "□", "#", "a|b", "탭\t아님", " ", "",
              "각\u1100\u1161", "🙂", "back\\slash", "{\"a\":1}", "<b>&amp;</b>", "1,2,3,4,5,6,7,8,끝", "\u2028 쪽")
"""Texts that some format takes for something else."""


def picture(number: int, width: int = WIDTH, height: int = HEIGHT, form: str = "PNG") -> bytes:
    """A picture that is like no other of another number."""
    made = Image.new("RGB", (width, height), (number * 37 % 256, number * 11 % 256, number % 256))
    ImageDraw.Draw(made).line((0, 0, width, height), "white", 3)
    out = io.BytesIO()
    made.save(out, form)
    return out.getvalue()


def labelled(number: int, regions: Sequence[LabelledRegion], split: str = "train", unit: str = "word") -> LabelledImage:
    """A labelled image as a release has it."""
    data = picture(number)
    image_id = hashlib.sha256(data).hexdigest()
    return LabelledImage(f"{image_id}.png", lambda: data, WIDTH, HEIGHT, unit, tuple(regions), split, image_id, image_id, "scene")


def quad(left: float = 10, top: float = 10, width: float = 60, height: float = 20) -> tuple[tuple[float, float], ...]:
    """Four corners, clockwise from the upper left one."""
    return ((left, top), (left + width, top), (left + width, top + height), (left, top + height))


def hard_set(unit: str = "word") -> LabelledSet:
    """All that formats stumble over, in three splits."""
    plain = LabelledRegion(quad(), "비상구", direction="horizontal", writing="printed", language="ko", region_id="r-0")
    regions = [
        plain,
        replace(plain, legible=False, text="", region_id="r-1"),
        replace(plain, polygon=((40, 10), (70, 30), (60, 60), (20, 60), (12, 30)), direction="curved", region_id="r-2"),
        replace(plain, polygon=quad(100, 5, 12, 80), direction="vertical", text="세로쓰기", region_id="r-3"),
        replace(plain, polygon=quad(120, 5, 10, 30), text="I", direction="horizontal", region_id="r-4"),
        replace(plain, polygon=((50, 90), (20, 90), (20, 80), (50, 80)), text="upside down", language="en", region_id="r-5"),
        replace(plain, effects=("dot_matrix", "reflective"), writing="handwritten", text="12:30", language="digits",
                region_id="r-6"),
        replace(plain, kind="checkbox", checked=True, text="", region_id="r-7"),
    ]
    texts = [replace(plain, polygon=quad(8, 8 + 4 * place, 40.25, 20.5), text=text, region_id=f"t-{place}")
             for place, text in enumerate(HARD_TEXTS)]
    images = [labelled(0, regions, "train", unit), labelled(1, texts, "val", unit), labelled(2, [], "test", unit),
              replace(labelled(3, [plain], "test", unit), conditions=("blurred",), image_kind="document")]
    return LabelledSet("made@1", images, len(images), "CC-BY-4.0", "made")


texts = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn")), max_size=30)
regions = st.builds(
    LabelledRegion,
    polygon=st.builds(lambda left, top, width, height: quad(left, top, width, height), st.integers(0, 80), st.integers(0, 60),
                      st.integers(4, 70), st.integers(4, 50)),
    text=texts, legible=st.booleans(), direction=st.sampled_from(["horizontal", "vertical", "curved"]),
    writing=st.sampled_from(["printed", "handwritten"]), language=st.sampled_from(["ko", "en", "mixed", "digits", "other"]),
    effects=st.sets(st.sampled_from(["embossed", "dot_matrix", "boundary_violation", "reflective"])).map(
        lambda found: tuple(sorted(found))))
"""Any region of a picture made here."""


def written(form: Format, dataset: LabelledSet, folder: Path) -> Findings:
    """Writes a data set, and returns what became of it."""
    findings = Findings()
    convert(dataset, form, folder, findings)
    return findings


def read_back(form: Format, folder: Path) -> tuple[list[LabelledImage], Findings]:
    """Reads a data set, with its pictures' bytes read once."""
    findings = Findings()
    with opened_set(folder, form, findings) as dataset:
        return [replace(image, picture=_giving(image.picture())) for image in dataset.images], findings


def nfc(text: str) -> str:
    """As every reader gives a text back."""
    return unicodedata.normalize("NFC", text)


def without_pictures(images: Iterable[LabelledImage]) -> list[LabelledImage]:
    """Images that compare by their labels, by name; texts as readers give them back."""
    plain = [replace(image, picture=bytes, regions=tuple(replace(one, text=nfc(one.text)) for one in image.regions))
             for image in images]
    return sorted(plain, key=lambda image: image.name)


def contents(folder: Path) -> dict[str, bytes]:
    """All files of a folder that are not hidden, by their paths in it."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*"))
            if path.is_file() and not path.name.startswith(".")}


def check_resumes(form: Format, dataset: LabelledSet, folder: Path) -> None:
    """Writing twice gives the same bytes, and so does writing that broke off in the middle and is run again."""
    written(form, dataset, folder / "once")
    written(form, dataset, folder / "again")
    with pytest.raises(KeyboardInterrupt):
        written(form, replace(dataset, images=_breaking(dataset.images)), folder / "broken")
    written(form, dataset, folder / "broken")

    assert contents(folder / "once") == contents(folder / "again") == contents(folder / "broken")
    assert not list(folder.rglob("*.part"))


def _breaking(images: Iterable[LabelledImage]) -> Iterator[LabelledImage]:
    yield from islice(images, 2)
    raise KeyboardInterrupt


def _giving(data: bytes) -> Callable[[], bytes]:
    return lambda: data

"""Pictures that EXIF turns: labels end in the upright frame, whichever they were made in, and what was done is told."""

from __future__ import annotations

import io
from collections.abc import Sequence

import pytest
from PIL import Image, ImageOps

from saegim.labels import frames
from saegim.labels.findings import Findings
from saegim.labels.frames import frame_of, upright_picture
from tests.made_labels import quad

WIDTH = 60
HEIGHT = 40
"""As stored."""
MARK = ((4.0, 2.0), (16.0, 2.0), (16.0, 8.0), (4.0, 8.0))
"""Where the stored picture is white."""


def stored(orientation: int, form: str = "PNG") -> bytes:
    """A black picture with a white mark, that EXIF turns."""
    made = Image.new("RGB", (WIDTH, HEIGHT))
    made.paste("white", (4, 2, 16, 8))
    exif = Image.Exif()
    exif[frames.ORIENTATION] = orientation
    out = io.BytesIO()
    made.save(out, form, exif=exif)
    return out.getvalue()


def reasons(findings: Findings) -> list[str]:
    return [remark.reason for remark in findings.remarks]


@pytest.mark.parametrize("orientation", range(1, 9))
def test_labels_of_the_stored_picture_are_turned_with_it(orientation: int) -> None:
    findings = Findings()
    turns = orientation in frames.SWAPS
    # A second outline lies where only the stored frame has room; of orientations that keep the size nothing can tell.
    frame = frame_of(stored(orientation), "1.png", findings, [MARK, quad(50, 30, 9, 9)], (WIDTH, HEIGHT) if turns else None)

    assert frame is not None
    upright = ImageOps.exif_transpose(Image.open(io.BytesIO(stored(orientation))))
    assert (frame.width, frame.height) == upright.size
    if not turns:
        assert reasons(findings) == ([] if orientation == 1 else [frames.UNTOLD])
        return
    assert reasons(findings) == [frames.TURNED]
    corners = frame.upright(MARK)
    box = [int(value) for value in (min(x for x, _ in corners), min(y for _, y in corners), max(x for x, _ in corners),
                                    max(y for _, y in corners))]
    assert upright.getbbox() == tuple(box)


@pytest.mark.parametrize("orientation", [*frames.MIRRORS, *frames.SWAPS, 3])
def test_turned_outlines_stay_clockwise_from_their_start(orientation: int) -> None:
    frame = frames.PictureFrame(WIDTH, HEIGHT, orientation)
    turned = frame.upright(MARK)

    assert sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in zip(turned, turned[1:] + turned[:1], strict=True)) > 0
    assert turned[0] == frame.upright([MARK[0], *MARK[:0:-1]])[0]
    assert frame.upright(MARK, starts=False)[0] == min(turned, key=sum)


@pytest.mark.parametrize(("declared", "corners", "expected"), [
    ((HEIGHT, WIDTH), [MARK], []),
    ((WIDTH, HEIGHT), [MARK], [frames.TURNED]),
    (("60", "40"), [MARK], [frames.TURNED]),
    (None, [quad(0, 50, 5, 5)], []),
    (None, [quad(50, 0, 5, 5)], [frames.TURNED]),
    ((0, None), [quad(50, 0, 5, 5), None, "x", [1, 2]], [frames.TURNED]),
    (None, [MARK], [frames.UNTOLD]),
    (None, [quad(50, 50, 5, 5)], [frames.UNTOLD]),
    (None, [], []),
])
def test_which_frame_labels_are_of(declared: tuple[object, object] | None, corners: Sequence[object],
                                   expected: list[str]) -> None:
    findings = Findings()
    frame_of(stored(6), "1.png", findings, corners, declared)
    assert reasons(findings) == expected


def test_labels_of_the_picture_in_another_size_are_scaled() -> None:
    findings = Findings()
    frame = frame_of(stored(1), "1.png", findings, [MARK], (WIDTH * 2, HEIGHT * 2))
    assert frame is not None
    assert frame.upright(MARK) == [(x / 2, y / 2) for x, y in MARK]
    assert reasons(findings) == [frames.RESIZED]


def test_labels_of_a_stored_picture_in_another_size_are_scaled_and_turned() -> None:
    findings = Findings()
    frame = frame_of(stored(6), "1.png", findings, [quad(100, 60, 18, 12)], (WIDTH * 2, HEIGHT * 2))
    assert frame is not None
    assert min(frame.upright(quad(100, 60, 18, 12))) == (4, 50)
    assert reasons(findings) == [frames.TURNED, frames.RESIZED]


def test_a_size_that_is_no_scale_of_the_picture_changes_nothing_and_is_told() -> None:
    findings = Findings()
    frame = frame_of(stored(1), "1.png", findings, [MARK], (WIDTH * 2, HEIGHT))
    assert frame is not None
    assert frame.upright(MARK) == MARK
    assert reasons(findings) == [frames.OTHER_SIZE]


@pytest.mark.parametrize("corners", [None, "abc", 7, [1, 2, 3], [(1, 2), None]])
def test_what_is_no_outline_comes_back_as_it_is(corners: object) -> None:
    assert frames.PictureFrame(WIDTH, HEIGHT, 6).upright(corners) == corners


@pytest.mark.parametrize("data", [b"", b"no picture", b"GIF89a", stored(1)[:40], stored(1)[:-60], stored(6, "JPEG")[:-20]])
def test_a_broken_picture_is_left_out_with_its_regions(data: bytes) -> None:
    findings = Findings()
    findings.came(2)
    assert frame_of(data, "1.jpg", findings, [MARK, MARK]) is None
    assert reasons(findings) == [frames.BROKEN]
    assert findings.unaccounted() == 0


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP", "TIFF"])
def test_a_picture_is_written_upright(form: str) -> None:
    findings = Findings()
    data = stored(6, form)
    read = upright_picture(lambda: data, "1.jpg", findings)
    assert read() == read()
    opened = Image.open(io.BytesIO(read()))
    assert (opened.format, opened.size, opened.getexif().get(frames.ORIENTATION, 1)) == (form, (HEIGHT, WIDTH), 1)
    assert reasons(findings) == [frames.MADE_UPRIGHT]


@pytest.mark.parametrize("data", [stored(1), b"no picture"])
def test_a_picture_that_is_upright_keeps_its_bytes(data: bytes) -> None:
    findings = Findings()
    assert upright_picture(lambda: data, "1.png", findings)() is data
    assert not findings.remarks

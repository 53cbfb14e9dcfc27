"""Labels as a stranger's file has them, made into a labelled image."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from saegim.labels.dataset_files import DatasetFiles
from saegim.labels.findings import Findings
from saegim.labels.labelled import LabelledImage, LabelledRegion
from saegim.labels.mending import box, mended
from saegim.labels.picture_files import FoundPicture, found_picture
from saegim.labels.texts import LOST, as_number

NO_TEXT = "nobody wrote what it says: illegible"
CHARACTER_LOST = "a character of its text was lost before it came here (U+FFFD)"
PLACES = 3
"""Decimals of a pixel in outlines that were shares: what shares with eight decimals say of pictures up to 65,535 pixels wide."""
BACKWARDS = "its box ran backwards: put upright"
SAME_NAME = "another image of the data set has the same name"


@dataclass(frozen=True, slots=True)
class Draft:
    """One region.

    Attributes:
        corners: its outline, perhaps broken: see ``mending.mended``.
        label: the rest of it; its polygon is not used.
        starts: whether the first corner is where reading starts; a box says nothing of that.
        whole: whether the picture is the region; then it has no corners.
        shares: whether corners are shares of the upright picture's width and height, from 0 to 1, in place of pixels.
        changes: reasons for which it is not as it stands in the file.
        lost: reasons for which something of it has no place here.
        doubts: reasons for which it may be wrong as it stands.
        left_out: reason for which it is not taken; empty where it is.
    """

    corners: Any
    label: LabelledRegion
    starts: bool = True
    whole: bool = False
    shares: bool = False
    changes: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()
    left_out: str = ""


@dataclass(frozen=True, slots=True)
class DraftImage:
    """The labels of one picture.

    Attributes:
        image: as its labels say it; picture, size and regions are not used.
        drafts: its regions.
        declared: width and height that the labels state.
        lost: reasons for which something of the image has no place here.
    """

    image: LabelledImage
    drafts: Sequence[Draft]
    declared: tuple[object, object] | None = None
    lost: tuple[str, ...] = ()


def no_picture() -> bytes:
    """Stands for the picture of a draft until it is found."""
    raise ValueError("a draft has no picture")


def finished(files: DatasetFiles, path: str | None, draft: DraftImage, findings: Findings) -> LabelledImage | None:
    """A draft with its picture; None where there is none that can be opened. Counts what was read.

    Args:
        files: of the data set.
        path: of the picture; None where none was found.
        draft: its labels.
        findings: take the remarks.
    """
    findings.came(len(draft.drafts))
    found = found_picture(files, path, draft.image.name, findings, [one.corners for one in draft.drafts], draft.declared)
    return with_picture(found, draft, findings) if found else None


def finished_once(files: DatasetFiles, path: str | None, draft: DraftImage, used: set[str],
                  findings: Findings) -> LabelledImage | None:
    """The same as ``finished``, but left out where earlier labels have the picture; ``used`` has these pictures, and grows."""
    if path in used:
        findings.came(len(draft.drafts))
        findings.left_out(draft.image.name, None, SAME_NAME, regions=len(draft.drafts))
        return None
    if path:
        used.add(path)
    return finished(files, path, draft, findings)


def with_picture(found: FoundPicture, draft: DraftImage, findings: Findings) -> LabelledImage:
    """A draft with a picture that was found; regions without an outline are left out."""
    name = draft.image.name
    width = found.frame.width
    height = found.frame.height
    for reason in draft.lost:
        findings.not_held(name, None, reason)
    regions = []
    for number, one in enumerate(draft.drafts):
        if one.left_out:
            findings.left_out(name, number, one.left_out)
            continue
        for reason in one.changes:
            findings.changed(name, number, reason)
        for reason in one.lost:
            findings.not_held(name, number, reason)
        for reason in (*one.doubts, *((CHARACTER_LOST,) if LOST in one.label.text else ())):
            findings.doubtful(name, number, reason)
        outline = [(round(x * width, PLACES), round(y * height, PLACES)) for x, y in one.corners] if one.shares else one.corners
        corners = box(0.0, 0.0, width, height) if one.whole else found.frame.upright(outline, one.starts)
        if polygon := mended(corners, width, height, name, number, findings):
            regions.append(replace(one.label, polygon=polygon, number=number))
    return replace(draft.image, picture=found.read, width=width, height=height, regions=tuple(regions))


def from_box(draft: Draft, numbers: object) -> Draft:
    """A draft with a box for its outline: left, top, width, height; anything else is no outline."""
    found = _four(numbers)
    if found is None:
        return replace(draft, corners=None, starts=False)
    left, top, width, height = found
    return from_edges(draft, (left, top, left + width, top + height))


def from_edges(draft: Draft, numbers: object) -> Draft:
    """A draft with a box for its outline: left, top, right, bottom; anything else is no outline."""
    found = _four(numbers)
    if found is None:
        return replace(draft, corners=None, starts=False)
    left, top, right, bottom = found
    changes = (*draft.changes, BACKWARDS) if right < left or bottom < top else draft.changes
    corners = box(min(left, right), min(top, bottom), abs(right - left), abs(bottom - top))
    return replace(draft, corners=corners, starts=False, changes=changes)


def _four(numbers: object) -> tuple[float, float, float, float] | None:
    if not isinstance(numbers, Sequence) or isinstance(numbers, str) or len(numbers) != 4:
        return None
    a, b, c, d = map(as_number, numbers)
    return None if a is None or b is None or c is None or d is None else (a, b, c, d)

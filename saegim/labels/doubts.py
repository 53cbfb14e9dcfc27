"""Legible texts of strangers that spell "don't care" in some format: told, and not learnt from where only texts are learnt."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from saegim.labels.dont_care import DONT_CARE
from saegim.labels.findings import Findings
from saegim.labels.labelled import LabelledImage, LabelledRegion, numbered

SPELLINGS = frozenset(text for spelled in DONT_CARE.values() for text in spelled.texts)
DOUBTFUL = "legible, and its text is what some format writes for don't care: no crop, and in no text of a whole picture"


def is_doubtful(region: LabelledRegion, image: LabelledImage) -> bool:
    """Whether nobody knows that a text is real. That of a release, or of what was written from one, somebody saw."""
    return (region.legible and region.kind == "text" and region.text.strip() in SPELLINGS
            and not region.region_id and not image.image_id)


def with_doubts(images: Iterable[LabelledImage], findings: Findings) -> Iterator[LabelledImage]:
    """The images of a data set as they are; doubtful texts are among the findings."""
    for image in images:
        for number, region in numbered(image.regions):
            if is_doubtful(region, image):
                findings.doubtful(image.name, number, DOUBTFUL, region.text)
        yield image


def sure_texts(image: LabelledImage) -> list[str]:
    """The legible texts of an image in their order, but for doubtful ones."""
    return [region.text for region in image.regions if region.legible and region.text and not is_doubtful(region, image)]

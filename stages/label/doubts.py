"""Why a label is doubted, as the third person reads it: Korean and English, plain text, a line a region."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from schemas.reading import Reading
from schemas.shown_text import shortened, visible
from schemas.suspects import Suspect, Suspicion

LONGEST = 48
"""How many characters of a text a line shows."""
LISTED = 30
"""How many regions of one image are named."""
MODEL = "모델 · model"
"""Who reads something else."""
WORDS = {
    Suspicion.DIFFERS: "라벨 확인 · check the label",
    Suspicion.TWO_AGREE: "두 모델이 다르게 읽음 · two models read otherwise",
    Suspicion.NEIGHBOUR: "다른 영역의 글일 수 있음 · perhaps another region's text",
    Suspicion.NOT_LABELLED: "라벨이 빠졌을 수 있음 · perhaps not labelled",
    Suspicion.NOT_FOUND: "글이 없을 수 있음 · perhaps no text there",
}
"""What a line calls each suspicion."""


def standing(suspects: Iterable[Suspect], accepted: Reading) -> list[Suspect]:
    """Those whose label is still what it was: a region that was mended or redrawn since is nobody's doubt.

    Args:
        suspects: of one image.
        accepted: its accepted reading today.
    """
    texts = {region.region_id: region.text for region in accepted.regions}
    return [item for item in suspects if item.why is Suspicion.NOT_LABELLED or texts.get(item.region_id) == item.truth]


def doubted(suspects: Sequence[Suspect], accepted: Reading) -> str:
    """Why a third person looks at an image again.

    A region is named by its number in the list of the accepted reading, which the second look opens on, and by its text.

    Args:
        suspects: of this image, the likeliest first.
        accepted: its accepted reading.
    """
    numbers = {region.region_id: number for number, region in enumerate(accepted.regions, 1)}
    lines = [_line(item, numbers) for item in suspects[:LISTED]]
    if len(suspects) > LISTED:
        lines.append(f"외 {len(suspects) - LISTED}건 · and {len(suspects) - LISTED} more")
    return "\n".join(lines)


def _line(item: Suspect, numbers: Mapping[str, int]) -> str:
    words = WORDS[item.why]
    if item.why is Suspicion.NOT_LABELLED:
        return f"{words}: {MODEL} {_quoted(item.read)}"
    label = f"{words}: #{numbers[item.region_id]} {_quoted(item.truth)}"
    return label if item.why is Suspicion.NOT_FOUND else f"{label} / {MODEL} {_quoted(item.read)}"


def _quoted(text: str) -> str:
    return f"'{shortened(visible(text), LONGEST)}'"

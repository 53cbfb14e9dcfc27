"""Words of an engine that says what stands between them become what stands without a space, or whole lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import shapely

from adapters.predictions.dialect import SeenRegion
from adapters.predictions.outlines import Corners
from schemas.reading import Unit

LINE_ENDS = "\n"
"""What stands behind the last word of a line."""


def joined(regions: Sequence[SeenRegion], to: Unit) -> Iterator[list[int]]:
    """Which regions become one.

    Args:
        regions: of an image, in the engine's order.
        to: words: where nothing stands between two, they are one; lines: all up to a line's end. A region that says nothing of
            what follows it, such as a check box, stays alone; a line goes on behind it.

    Yields:
        Places of regions that become one, mostly one place.
    """
    places: list[int] = []
    for place, region in enumerate(regions):
        if region.after is None:
            yield [place]
            continue
        places.append(place)
        if region.after == LINE_ENDS or (to is Unit.WORD and region.after):
            yield places
            places = []
    if places:
        yield places


def as_one(regions: Sequence[SeenRegion], outlines: Sequence[Corners]) -> tuple[SeenRegion, Corners]:
    """One region of several.

    Args:
        regions: in reading order.
        outlines: theirs.

    Returns:
        The texts with what stands between them; the lowest score; the smallest box, turned as the text is, around all outlines,
        from the corner next to where the first begins.
    """
    texts = [region.text + (region.after or "") for region in regions if isinstance(region.text, str)]
    scores = [region.score for region in regions if region.score is not None]
    box = shapely.oriented_envelope(shapely.MultiPoint(np.concatenate(outlines)))
    corners = np.array(box.exterior.coords)[:-1] if box.geom_type == "Polygon" else outlines[0]
    start = int(np.argmin(((corners - outlines[0][0]) ** 2).sum(axis=1)))
    try:
        score = min(scores, key=float, default=None)
    except (TypeError, ValueError):
        score = scores[0]
    one = replace(regions[0], text="".join(texts).strip(), score=score, after=regions[-1].after)
    return one, np.roll(corners, -start, axis=0)

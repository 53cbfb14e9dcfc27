"""Which of the images that wait become tasks, in what order, and what a task shows."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from schemas.labelling import GoldGiven, Side, Waiting
from schemas.reading import Kind
from schemas.recipes.annotation_config import AnnotationConfig
from stages.label.draws import drawn_blind, drawn_for_two, place_in_queue
from stages.label.gold import gold_room
from stages.label.priority import in_order

SHOWN_WIDTH = 980
"""Pixels of a screen of 1440 × 900 that the picture has when a task opens: what Label Studio's panel (190), our column (190), the
gap and margins (38) and the picture's tools (42) leave, from the style sheets of scene_text 3 and document 2."""
SHOWN_HEIGHT = 684
"""The same downwards: ``calc(100vh - 216px)`` in scene_text 3."""
AS_WIDE_AS_IT_IS = 'maxHeight="none"'
"""Of the Image in a label config whose screen shows a picture over the whole width, to be moved up and down."""
FEWEST_LINES = 3
"""An image with fewer lines is no page: its letters are as quickly read by zooming in once."""
NOT_TEXT = frozenset(kind for kind in Kind if kind is not Kind.TEXT)
"""What line pages do not show."""


def choose(config: AnnotationConfig, side: Side, waiting: Sequence[Waiting], gold: Collection[str], given: GoldGiven,
           room: int) -> list[Waiting]:
    """The next tasks of a side, in order: by priority on side A, shuffled on side B; gold anywhere among them.

    Args:
        config: of the project.
        side: A or B.
        waiting: images without a task on this side.
        gold: ids of images that are gold.
        given: how much of the project is gold.
        room: for so many tasks.
    """
    def by_draw(item: Waiting) -> float:
        return place_in_queue(config, side, item.image_id)

    rest = [item for item in waiting if item.image_id not in gold]
    ordered = in_order(rest, config.requested) if side is Side.A else sorted(rest, key=by_draw)
    most = gold_room(given, min(room, len(ordered)))
    hidden = sorted((item for item in waiting if item.image_id in gold), key=by_draw)[:most]
    chosen = ordered[:max(0, room - len(hidden))]
    for item in hidden:
        chosen.insert(int(by_draw(item) * (len(chosen) + 1)), item)
    return chosen


@dataclass(frozen=True, slots=True)
class ByDensity:
    """Images that wait for a first reader.

    Attributes:
        images: read as a whole.
        pages: read line by line, for their lines are many or small.
    """

    images: list[Waiting]
    pages: list[Waiting]


def split_by_density(config: AnnotationConfig, waiting: Sequence[Waiting], by_line: Collection[str]) -> ByDensity:
    """Parts dense pages from other images; all are images where the config names none for dense ones.

    Args:
        config: of whole images.
        waiting: images without a task on side A.
        by_line: ids of images that were given out line by line already, which are in neither part.
    """
    if not config.dense_config:
        return ByDensity(list(waiting), [])
    images: list[Waiting] = []
    pages: list[Waiting] = []
    for item in waiting:
        if item.image_id not in by_line:
            (pages if is_dense(config, item) else images).append(item)
    return ByDensity(images, pages)


def is_dense(config: AnnotationConfig, item: Waiting) -> bool:
    """Whether an image is read line by line: it has more regions than ``dense``, or lines lower than ``dense_height``.

    Never where that shows less than the picture does, or worse: where something is no text (a check box, a stamp), and where
    fewer than half of the regions are lines that run across, or fewer than ``FEWEST_LINES``.
    """
    summary = item.summary
    if summary.lines < max(FEWEST_LINES, summary.regions / 2) or not NOT_TEXT.isdisjoint(summary.slices):
        return False
    return summary.regions > config.dense or height_shown(config, item) < config.dense_height


def height_shown(config: AnnotationConfig, item: Waiting) -> float:
    """How high the lines of an image are when its task opens, in pixels of a screen of 1440 × 900: their median."""
    fits = [1, SHOWN_WIDTH / item.width]
    if AS_WIDE_AS_IT_IS not in config.xml:
        fits.append(SHOWN_HEIGHT / item.height)
    return item.summary.line_height * min(fits)


def for_second_readers(config: AnnotationConfig, image_ids: Sequence[str], gold: Collection[str]) -> list[str]:
    """Those of the images that go to side B: gold, and what is drawn for two people; in the same order."""
    return [image_id for image_id in image_ids if image_id in gold or drawn_for_two(config, image_id)]


def readings_shown(config: AnnotationConfig, side: Side, item: Waiting) -> tuple[str, ...]:
    """Ids of the pre-labels of a task; none for the share that measures whether pre-labels lead people astray."""
    return () if drawn_blind(config, side, item.image_id) else (item.reading_id,)

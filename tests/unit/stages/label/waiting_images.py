"""Images that wait, and the annotation config that they wait for."""

from __future__ import annotations

from collections.abc import Iterable

from schemas.labelling import Waiting
from schemas.reading import Summary, Unit
from schemas.recipes.annotation_config import AnnotationConfig

CONFIG = AnnotationConfig(name="scene_text", version=1, unit=Unit.LINE, owner="kim", title="글자", overlap=0.2, gold=0.1,
                          without_prelabel=0.1, requested=("vertical",), dense=200, dense_config="line_text")


def image(name: str, uncertainty: float = 0.1, *slices: str, regions: int = 5, lines: int | None = None,
          line_height: float = 40, size: tuple[int, int] = (1600, 1200)) -> Waiting:
    summary = Summary(regions, uncertainty, slices, regions if lines is None else lines, line_height)
    return Waiting(name, f"reading of {name}", summary, *size, name, "kim", "demo")


def some_images(count: int) -> list[Waiting]:
    return [image(f"image {number}") for number in range(count)]


def ids(items: Iterable[Waiting]) -> list[str]:
    return [item.image_id for item in items]

"""What a reader has to know before trusting the figures of an evaluation."""

from __future__ import annotations

from collections.abc import Iterator

from schemas.evaluation import Notice
from schemas.outcomes import Outcomes


def notices(outcomes: Outcomes, images: int, split: str, only_test: bool) -> Iterator[Notice]:
    """Labels that are the model's own, images that it may have been trained on, images that it has not read.

    Args:
        outcomes: what the figures were made of.
        images: how many were to be read.
        split: whose images; empty for all.
        only_test: whether all of them are test images.
    """
    read = len(outcomes.images)
    untouched = sum(outcomes.images["untouched"].to_pylist())
    if untouched:
        yield Notice(f"On {untouched} of {read} images the release's labels are this model's own pre-labels, accepted as they "
                     "were: its figures there are perfect by construction.",
                     f"{read}장 중 {untouched}장의 라벨은 이 모델의 사전 라벨을 그대로 확정한 것이라, 그 이미지의 수치는 언제나 "
                     "완벽합니다.")
    if not only_test:
        of = f"the split {split}" if split else "all splits"
        yield Notice(f"These are images of {of}, not test images alone: a model that was trained on this release has seen some.",
                     "테스트 이미지만이 아닙니다. 이 릴리스로 학습한 모델은 이 중 일부를 이미 보았습니다.")
    if read < images:
        yield Notice(f"{images - read} of the {images} images were not read and are in no figure.",
                     f"{images}장 중 {images - read}장은 판독되지 않아 어떤 수치에도 들어 있지 않습니다.")

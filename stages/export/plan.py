"""What a release holds: which samples, in which split, and what is left out and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from schemas.ids import digest
from schemas.sample import Sample
from stages.export.recipe import Dataset

BRIDGES_SPLITS = "bridges_splits"


@dataclass(frozen=True, slots=True)
class Before:
    """Where the parent release has an image."""

    split: str
    shard: str
    cluster_id: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What a release will hold, in order of image id.

    Attributes:
        samples: with their split; ``shard`` is set where an earlier release wrote the image.
        exclusions: (image id, reason) of accepted readings that are left out.
    """

    samples: tuple[Sample, ...]
    exclusions: tuple[tuple[str, str], ...]


def plan(recipe: Dataset, samples: Sequence[Sample], before: Mapping[str, Before]) -> Plan:
    """Plans a release. A split never moves: an image keeps the one that it has, a cluster follows its members.

    A new image whose cluster stands in two splits already is left out (``bridges_splits``).

    Args:
        recipe: the dataset.
        samples: accepted readings.
        before: the parent release's images, by image id.
    """
    cluster_splits: dict[str, set[str]] = {}
    clusters = {sample.image_id: sample.cluster_id for sample in samples}
    for image_id, known in before.items():
        cluster_splits.setdefault(clusters.get(image_id, known.cluster_id), set()).add(known.split)
    taken: list[Sample] = []
    excluded: list[tuple[str, str]] = []
    for sample in sorted(samples, key=lambda item: item.image_id):
        if earlier := before.get(sample.image_id):
            taken.append(replace(sample, split=earlier.split, shard=earlier.shard))
            continue
        splits = cluster_splits.get(sample.cluster_id, set())
        if len(splits) > 1:
            excluded.append((sample.image_id, BRIDGES_SPLITS))
            continue
        split = next(iter(splits), None) or split_of(recipe, sample.cluster_id)
        taken.append(replace(sample, split=split))
    return Plan(tuple(taken), tuple(excluded))


def split_of(recipe: Dataset, cluster_id: str) -> str:
    """The split of a cluster that no release has: its hash against the shares, the same on every machine."""
    position = int(digest(recipe.salt, cluster_id, length=13), 16) / 16**13
    total = 0.0
    for name, share in recipe.splits.items():
        total += share
        if position < total:
            return name
    return list(recipe.splits)[-1]

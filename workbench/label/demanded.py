"""What evaluations ask for is labelled first, behind what an annotation config requests."""

from __future__ import annotations

from datastore.ledger import Ledger
from datastore.ledger.demands import newest_demands
from schemas.evaluation import SliceFacet
from schemas.recipes.annotation_config import AnnotationConfig

OF_REGIONS = {SliceFacet.NAMED, SliceFacet.DIRECTION, SliceFacet.WRITING, SliceFacet.EFFECTS, SliceFacet.LANGUAGE}
"""Slices that a model's reading of a waiting image tells of."""


def with_demand(ledger: Ledger, config: AnnotationConfig, dataset: str) -> AnnotationConfig:
    """An annotation config that also requests what the newest evaluation of a dataset asks for, in order of its ranks.

    Args:
        ledger: knows the demands.
        config: its own requests come first.
        dataset: whose evaluations count.
    """
    wanted = [row.demand.slice.name for row in newest_demands(ledger, dataset)
              if row.rank is not None and row.demand.slice.facet in OF_REGIONS]
    return config.model_copy(update={"requested": tuple(dict.fromkeys((*config.requested, *wanted)))})

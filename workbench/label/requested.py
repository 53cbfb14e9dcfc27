"""Named slices that an annotation config asks for first: waiting images are looked through for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from datastore.ledger import Ledger
from schemas.labelling import Waiting
from schemas.recipes.annotation_config import AnnotationConfig
from workbench.named_slices import named_among, slices_of_stored
from workbench.settings import Settings


def with_requested(ledger: Ledger, settings: Settings, config: AnnotationConfig, waiting: Sequence[Waiting]) -> list[Waiting]:
    """Waiting images, with the named slices that the config requests among the slices of their readings.

    Args:
        ledger: has the readings; they are read where the config requests a named slice, and only then.
        settings: where the named slices are.
        config: whose queue it is.
        waiting: the images.
    """
    named = named_among(settings, config.requested)
    found = slices_of_stored(ledger, named, {item.reading_id: item.campaign for item in waiting})
    return [replace(item, summary=replace(item.summary, slices=(*item.summary.slices, *sorted(found[item.reading_id]))))
            if found.get(item.reading_id) else item for item in waiting]

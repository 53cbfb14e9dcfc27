"""Images whose truth is known before people read them."""

from __future__ import annotations

from collections.abc import Mapping

from datastore.ledger import Connection, gold, second_looks
from datastore.ledger.second_looks import SecondLook
from schemas.recipes.annotation_config import AnnotationConfig

GOLD_REASON = ("한 글자씩 꼼꼼히 확인해 주세요.\n"
               "Please check every letter with care.")
"""Everybody can open the project of second looks: it does not say that the image is gold."""


def make_gold(connection: Connection, config: AnnotationConfig, prelabels: Mapping[str, str]) -> int:
    """Makes images gold that nobody was given yet: a second look settles their truth first.

    Args:
        connection: a writing transaction.
        config: whose gold it is.
        prelabels: ids of the readings that the second look starts from, by image id.
    """
    new = gold.add_gold(connection, config.name, list(prelabels))
    for image_id, reading_id in sorted(prelabels.items()):
        second_looks.want_second_look(connection, SecondLook(image_id, config.name, GOLD_REASON, (reading_id,)))
    return new

"""Which pages are read line by line, in words."""

from __future__ import annotations

from collections.abc import Sequence

from saegim.tables import Table
from schemas.labelling import PagesGiven
from schemas.recipes.annotation_config import AnnotationConfig

NAMES = 2
"""So many columns are words."""


def said_density(config: AnnotationConfig) -> str:
    """What makes a page one that is read line by line: behind ``pages with``."""
    low = f", or lines lower than {config.dense_height:g} pixels on the screen" if config.dense_height else ""
    return f"more than {config.dense} regions{low}"


def dense_table(given: Sequence[tuple[AnnotationConfig, PagesGiven]]) -> Table:
    """How many pages went where, a row an annotation config that names another one for dense pages."""
    rows = tuple((config.name, f"{said_density(config)}: {config.dense_config}", str(found.images), str(found.pages),
                  str(found.tasks)) for config, found in given)
    return Table("Pages read line by line", ("annotation config", "which", "on the picture", "line by line", "tasks of lines"),
                 rows, NAMES, "Images that were given out, whether or not they were answered.")

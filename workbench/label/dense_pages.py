"""How many pages went to annotators as pictures, and how many line by line."""

from __future__ import annotations

from collections.abc import Iterable

from datastore.ledger import label_queue
from pages.dense_pages import dense_table
from saegim.tables import Table
from workbench.bench import Workbench


def table_of_dense_pages(bench: Workbench, annotation_configs: Iterable[str]) -> Table | None:
    """What was given out under these annotation configs; None where none of them names another one for dense pages."""
    configs = [config for config in map(bench.config_named, annotation_configs) if config.dense_config]
    given = [(config, label_queue.pages_given(bench.ledger, config.name, config.dense_config)) for config in configs]
    return dense_table(given) if given else None

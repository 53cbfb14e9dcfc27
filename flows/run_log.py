"""What is said of waiting goes to the log of the run that waits."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from prefect.exceptions import MissingContextError
from prefect.logging import get_run_logger

from saegim import patience
from schemas.errors import SaegimError
from workbench.json_lines import use_json_lines
from workbench.settings import load_settings


@contextmanager
def waiting_is_logged() -> Iterator[None]:
    """What is said of waiting goes to the run's log, from whatever thread; the console is as SAEGIM_LOG_FORMAT has it."""
    with suppress(SaegimError):  # what is wrong with a setting is said by the verb
        if load_settings().log_format == "json":
            use_json_lines()
    try:
        logger = get_run_logger()
    except MissingContextError:
        yield
        return
    handler = _Handler(logger)
    patience.log.addHandler(handler)
    before = patience.log.propagate
    patience.log.propagate = False
    try:
        yield
    finally:
        patience.log.removeHandler(handler)
        patience.log.propagate = before


class _Handler(logging.Handler):
    """Hands records to a run's logger."""

    def __init__(self, logger: Any) -> None:
        super().__init__()
        self._logger = logger

    def emit(self, record: logging.LogRecord) -> None:
        """Only the innermost run says it: a verb within full-cycle has a log of its own."""
        if patience.log.handlers and patience.log.handlers[-1] is self:
            self._logger.log(record.levelno, record.getMessage())

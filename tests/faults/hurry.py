"""Shorter waits, in processes of the harness alone: what takes minutes in an outage takes tenths of a second here.

Only how long is waited is another: how often, for what and in which order stays as it is.
"""

from __future__ import annotations

import inspect
from datetime import timedelta
from typing import Any

from adapters.label_studio import tasks
from adapters.label_studio.client import LabelStudio
from saegim import patience
from saegim.settings import StorageSettings
from schemas.errors import ServiceFailed, Transient

OUTAGE = 4.0
"""Seconds that a service may be away, in place of 300."""
ANSWER = 3
"""Seconds that Label Studio may take to answer, in place of 60."""
TENTH = timedelta(seconds=0.1)
"""Longest pause between obstore's own tries, in place of 15 s."""


def hurry() -> None:
    """From now on this process waits for little time only."""
    patience.OUTAGE_SECONDS = OUTAGE
    patience.FIRST_PAUSE = 0.02
    patience.LONGEST_PAUSE = 0.2
    patience.LONGEST_PAUSE_BUSY = 0.3
    Transient.worth = OUTAGE
    ServiceFailed.worth = 1.5
    tasks.IMPORT_SECONDS = ANSWER
    defaults = {name: item.default for name, item in inspect.signature(LabelStudio.request).parameters.items()
                if item.default is not item.empty}
    LabelStudio.request.__defaults__ = tuple({**defaults, "seconds": float(ANSWER)}.values())
    opened = StorageSettings.bucket

    def bucket(self: StorageSettings, name: str) -> Any:
        store = opened(self, name)
        config: Any = {key: value for key, value in store.config.items() if not str(key).endswith("bucket")}
        client: Any = {**(store.client_options or {}), "timeout": "5s"}
        return type(store)(name, config=config, client_options=client, retry_config={
            "max_retries": 3, "backoff": {"init_backoff": TENTH / 5, "max_backoff": TENTH, "base": 2}})

    StorageSettings.bucket = bucket  # type: ignore[method-assign]


hurry()

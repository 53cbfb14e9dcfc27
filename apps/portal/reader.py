"""Reads the photographs of the demo page: ``python -m apps.portal.reader``; ``saegim up`` starts it.

One process that keeps the model open. Any number of them may run: each trial is read by one. It ends at SIGTERM, in the middle
of a trial too: whoever reads next takes that one up.
"""

from __future__ import annotations

import logging
import signal
import time
from datetime import UTC, datetime
from types import FrameType

from saegim import patience
from schemas.errors import ModelUnavailable, SaegimError, SettingError
from workbench.bench import Workbench
from workbench.ingest.decoders import Decoders
from workbench.settings import load_settings
from workbench.trial_decoding import decode_trials, trial_settings
from workbench.trial_reader import TrialReader, WarmModel, recalibrated, warm_model
from workbench.trials import forget

POLL_SECONDS = 0.25
"""Between two looks at an empty queue."""
RESTING_SECONDS = 1.0
"""The same where nobody has sent anything for long: at night the looks cost more than all else that the portal does."""
RESTS_AFTER = 600.0
"""Seconds without a photograph after which it rests."""
HELD_SECONDS = 1.0
"""Between two looks at a queue whose trials other readers hold: each look is a write."""
SWEEP_SECONDS = 60.0
"""Between two times of forgetting."""
MODEL_SECONDS = 15.0
"""Between two looks at which model is in use."""
CALIBRATED_SECONDS = 900.0
"""Between two looks at what people have checked of the model's lines: 1.5 s of work."""
TROUBLE_SECONDS = 5.0
"""Wait after a service was away for longer than one waits for it."""
NO_MODEL_SECONDS = 30.0
"""Wait for a model whose files cannot be had."""

log = logging.getLogger("saegim")


class Resident:
    """The reader with what it does from time to time.

    Args:
        bench: the systems.
        decoders: with ``decode_trials`` as their work.
    """

    def __init__(self, bench: Workbench, decoders: Decoders) -> None:
        self._bench = bench
        self._reader = TrialReader(bench, _first_model(bench), decoders)
        self._swept = 0.0
        self._looked = time.monotonic()
        self._calibrated = time.monotonic()
        self._busy = time.monotonic()
        self._refused = ""

    def step(self) -> float:
        """Reads one trial, or does what is due; returns for how many seconds nothing is to be done.

        Raises:
            Transient: a service is away.
        """
        now = time.monotonic()
        if now - self._swept >= SWEEP_SECONDS:
            forget(self._bench, datetime.now(UTC))
            self._swept = now
        found = self._reader.read_next()
        if found is None:
            return HELD_SECONDS
        if found:
            self._busy = time.monotonic()
            return 0.0
        if now - self._looked >= MODEL_SECONDS:
            self._looked = now
            self._renew_model()
        return POLL_SECONDS if now - self._busy < RESTS_AFTER else RESTING_SECONDS

    def _renew_model(self) -> None:
        """Opens another model where one was chosen; now and then looks at what people have checked of this one's lines."""
        fresh = _fresh(self._bench)
        if fresh.model not in (self._reader.model.name, self._refused):
            self._open(fresh)
        elif time.monotonic() - self._calibrated >= CALIBRATED_SECONDS:
            self._reader.model = recalibrated(self._bench, self._reader.model)
            self._calibrated = time.monotonic()

    def _open(self, fresh: Workbench) -> None:
        try:
            self._reader.model = warm_model(fresh)
        except (ModelUnavailable, SettingError) as error:
            self._refused = fresh.model
            log.warning("%s reads on: %s", self._reader.model.name, error)
            return
        self._refused = ""
        self._calibrated = time.monotonic()
        log.info("%s reads", fresh.model)


def _fresh(bench: Workbench) -> Workbench:
    """The same systems, that ask anew which model is in use."""
    fresh = Workbench(bench.settings, bench.run)
    fresh.ledger = bench.ledger
    fresh.objects = bench.objects
    return fresh


def _first_model(bench: Workbench) -> WarmModel:
    """The model in use, once its files can be had."""
    said = ""
    while True:
        try:
            return warm_model(_fresh(bench))
        except (ModelUnavailable, SettingError) as error:
            if str(error) != said:
                said = str(error)
                log.warning("no model to read with, asked for again every %.0f s: %s", NO_MODEL_SECONDS, error)
        time.sleep(NO_MODEL_SECONDS)


def _end(_signal: int, _frame: FrameType | None) -> None:
    patience.stop()
    raise SystemExit(0)


def main() -> None:
    """Reads until it is stopped."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    signal.signal(signal.SIGTERM, _end)
    signal.signal(signal.SIGINT, _end)
    settings = load_settings()
    with patience.unattended(), Decoders(trial_settings(settings), workers=1, work=decode_trials) as decoders:
        resident = Resident(Workbench(settings), decoders)
        log.info("ready")
        while True:
            try:
                wait = resident.step()
            except SaegimError as error:  # whoever waits on the page waits on; nothing is lost
                log.warning("%s", error)
                wait = TROUBLE_SECONDS
            time.sleep(wait)


if __name__ == "__main__":
    main()

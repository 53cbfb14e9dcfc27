"""Reading the photographs of the demo page: one after the other, by a model that stays open."""

from __future__ import annotations

import logging
import time
import traceback
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from adapters.ocr.engine import OcrEngine, as_kept
from datastore.ledger import leases, trials
from datastore.ledger.leases import Lease
from schemas.errors import ObjectUnreadable, SaegimError
from schemas.reading import Kind, Reading
from schemas.stored import StoredImage
from schemas.submission import CanonicalImage, Reason, Rejection
from schemas.trial import Trial, TrialAnswer, TrialRegion
from stages.label.calibration import Calibration
from workbench.bench import Workbench
from workbench.ingest.decoders import Decoders
from workbench.label.calibration import calibration_of
from workbench.models import OpenModel, open_model
from workbench.named_slices import NamedSlices, load_slices
from workbench.prelabel.pictures import pixels_of
from workbench.trial_decoding import seen_key
from workbench.trials import REMEMBERED

LEASE_SECONDS = 120
"""How long a reader of another machine may be silent; one of this machine that has ended is seen to have."""
MOST_READERS = 3
"""So many readers may end in the middle of one trial before it is refused: it may be what ends them."""
LOOKED_AT = 4
"""Waiting trials that are asked for at once: other readers may hold the first ones."""
UNSURE_UNDER = 0.6
"""Score of a line under which it is marked while too few lines of the model were checked by people to know better."""

log = logging.getLogger("saegim")


@dataclass(frozen=True, slots=True)
class WarmModel:
    """A model that is open, and what tells where it is unsure.

    Attributes:
        name: as ``saegim models use`` has it.
        opened: the model, warmed up.
        calibration: of its scores; None where people have checked too few of its lines.
        slices: the named ones.
    """

    name: str
    opened: OpenModel
    calibration: Calibration | None
    slices: NamedSlices

    def regions(self, reading: Reading) -> tuple[TrialRegion, ...]:
        """A reading as the demo page shows it."""
        unsure = self._unsure(reading)
        named = self.slices.of_reading(reading, "")
        return tuple(
            TrialRegion(tuple((round(x, 1), round(y, 1)) for x, y in region.polygon), region.text, region.region_id in unsure,
                        (*region.attributes.slices(), *names))
            for region, names in zip(reading.regions, named, strict=True))

    def _unsure(self, reading: Reading) -> set[str]:
        """Ids of the regions that are marked: by the marks of the labelling, and by bare scores where there are none yet."""
        if self.calibration:
            return set(self.calibration.marks(reading))
        return {region.region_id for region in reading.regions
                if region.attributes.kind is Kind.TEXT and region.score is not None and region.score < UNSURE_UNDER}


def recalibrated(bench: Workbench, model: WarmModel) -> WarmModel:
    """The same model, with what people have checked of its lines since."""
    return replace(model, calibration=calibration_of(bench.ledger, bench.annotation_config, model.opened.engine.run))


def warm_model(bench: Workbench) -> WarmModel:
    """Opens the model in use and reads with it once.

    Raises:
        ModelUnavailable: its files cannot be had.
        SettingError: there is no such model.
    """
    opened = open_model(bench, bench.run.say)
    opened.engine.warm_up()
    return WarmModel(bench.model, opened, calibration_of(bench.ledger, bench.annotation_config, opened.engine.run),
                     load_slices(bench.settings))


class TrialReader:
    """Takes waiting trials in order and answers each.

    Args:
        bench: the systems.
        model: that reads.
        decoders: with ``decode_trials`` as their work.
    """

    def __init__(self, bench: Workbench, model: WarmModel, decoders: Decoders) -> None:
        self.bench = bench
        self.model = model
        self._decoders = decoders

    def read_next(self) -> bool | None:
        """Answers the first trial that nobody else is reading.

        Returns:
            Whether it answered one; None where other readers hold all that wait.

        Raises:
            Transient: a service is away; the trial waits on.
        """
        ledger = self.bench.ledger
        waiting = trials.waiting_trials(ledger, LOOKED_AT)
        for trial in waiting:
            lease = leases.claim(ledger, "trial", [trial.trial_id], LEASE_SECONDS)
            if lease.tokens:
                try:
                    self._read(trial, lease)
                finally:
                    leases.release(ledger, lease)
                return True
        return None if waiting else False

    def _read(self, trial: Trial, lease: Lease) -> None:
        started = time.monotonic()
        if lease.tokens[trial.trial_id] > MOST_READERS:
            answer = self._refused(Reason.BROKEN)
            log.warning("trial %s… ended %d readers and is refused", trial.trial_id[:8], MOST_READERS)
        else:
            found = self._quarantining(trial)
            if found is None:
                return  # replaced while it was fetched: it is looked at again
            answer = found
        now = datetime.now(UTC)
        if now - trial.sent_at < REMEMBERED:
            seconds = round(time.monotonic() - started, 2)
            trials.set_answer(self.bench.ledger, lease, trial, replace(answer, seconds=seconds), now)

    def _quarantining(self, trial: Trial) -> TrialAnswer | None:
        """As ``_answer``; what nobody foresaw is this trial's trouble and stops no other."""
        try:
            return self._answer(trial)
        except (SaegimError, BrokenProcessPool):
            raise
        except Exception:
            log.warning("trial %s… cannot be read: %s", trial.trial_id[:8], traceback.format_exc())
            return self._refused(Reason.BROKEN)

    def _answer(self, trial: Trial) -> TrialAnswer | None:
        """What came of a trial; None where its object was replaced meanwhile."""
        bucket = self.bench.settings.bucket_demo
        raw = next((raw for page in self.bench.objects.pages(bucket, trial.key) for raw in page), None)
        if raw is None:
            return self._refused(Reason.EMPTY)
        [decoded] = [item for some in self._decoders.decode([raw]) for item in some]
        if decoded.gone:
            return None
        if decoded.unread and not isinstance(decoded.unread, ObjectUnreadable):
            raise decoded.unread
        if isinstance(decoded.result, Rejection):
            return self._refused(decoded.result.reason)
        if not isinstance(decoded.result, CanonicalImage):
            return self._refused(Reason.BROKEN)
        return self._seen(decoded.result, seen_key(trial.key))

    def _seen(self, image: CanonicalImage, key: str) -> TrialAnswer:
        """What the model makes of a canonical copy."""
        engine: OcrEngine = self.model.opened.engine
        data = self.bench.objects.get(self.bench.settings.bucket_demo, key)
        pixels = pixels_of(data, StoredImage(image.image_id, image.media_type, image.width, image.height))
        [reading] = map(as_kept, engine.read([pixels], [image.image_id]))
        return TrialAnswer(key, image.width, image.height, self.model.opened.bundle.label, self.model.regions(reading), 0.0,
                      self.model.calibration is not None)

    def _refused(self, why: Reason) -> TrialAnswer:
        return TrialAnswer("", 0, 0, self.model.opened.bundle.label, (), 0.0, why=why)

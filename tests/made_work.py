"""Work of three people, what was compared of it, and the queues of their projects."""

from __future__ import annotations

from schemas.config_version import ConfigVersion
from schemas.labelling import Agreement, AgreementKind, CountedAgreement, Effort, Queue, Side, Work
from schemas.reader import Reader
from stages.label.calibration import Calibration, Step
from stages.label.marking import Marking
from stages.label.ratios import Ratio

SCENE_TEXT = ConfigVersion("scene_text@1")


def work(reader: str = "person:kim", seconds: float | None = 60, model: str | None = "model:m@1", *, side: Side = Side.A,
         skipped: bool = False, problem: str | None = None, config: str = "scene_text@1") -> Work:
    done = Effort(model, 10, 8, 2, 1, 0, 0, 1, 11, 100, 75) if model else Effort(None, 0, 0, 0, 0, 0, 0, 5, 5, 50, 0)
    return Work(ConfigVersion(config), side, Reader(reader), 1, seconds, skipped, problem, None if skipped else done)


def compared(kind: AgreementKind, one: str, other: str, cer: float, *,
             shown: tuple[bool, bool] = (True, True)) -> CountedAgreement:
    return CountedAgreement(SCENE_TEXT, kind, Reader(one), Reader(other), Agreement(1, cer, 1), cer <= 0.02, *shown)


SOME_WORK = [work(), work(seconds=120), work(seconds=50_000), work(seconds=None), work(skipped=True, seconds=20),
             work(model=None), work("person:lee", side=Side.B, problem="region x has no text"),
             work("person:boss", side=Side.SECOND_LOOK, model=None)]
SOME_PAIRS = [compared(AgreementKind.PAIR, "person:kim", "person:lee", 0.0),
              compared(AgreementKind.PAIR, "person:kim", "person:lee", 0.1),
              compared(AgreementKind.PAIR, "person:kim", "person:lee", 0.2, shown=(True, False)),
              compared(AgreementKind.GOLD, "person:boss", "person:lee", 0.01),
              compared(AgreementKind.GOLD, "person:boss", "person:kim", 0.03, shown=(True, False))]
QUEUES = [Queue(SCENE_TEXT, Side.B, 5, 100, 60, 20), Queue(SCENE_TEXT, Side.A, 4, 100, 0, None),
          Queue(SCENE_TEXT, Side.SECOND_LOOK, 6, 9, 3, None)]


def marking(config: str, judged: int, *, known: bool = True, sure: bool = True, under: float = 0.874) -> Marking:
    found = Calibration((Step(0.5, Ratio(1, 2)),), under, sure) if known else None
    return Marking(config, Reader("model:m@1"), judged, found, right=Ratio(97, 100) if known else Ratio(0, 0),
                   marked=Ratio(312, 3400), rightly=Ratio(222, 312), missed=Ratio(96, 3088))


SOME_MARKING = [marking("scene_text", 10_000), marking("document", 120, known=False)]

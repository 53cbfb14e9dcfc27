"""A life with something of each kind in it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from schemas.decision import Decision
from schemas.flags import Flag, FlagKind
from schemas.labelling import Side
from schemas.outcomes import Fate
from schemas.points import PointEntry, PointReason
from schemas.reading import Reading, Region, Unit
from schemas.recorded import ImageRow, SubmissionRow
from schemas.runs import RunState, VerbRun
from schemas.stored import StoredEvaluation
from schemas.submission import Compared, Outcome, Reason, Said, Verdict
from schemas.trace import Life, LifeAnnotation, LifeArrival, LifeMeasured, LifePair, LifeRelease, LifeTask
from schemas.upload import Upload

START = datetime(2026, 11, 20, 9, tzinfo=UTC)
IMAGE = "ab" * 32
KEY = "spring/김하늘/road.jpg"
REGION, REDRAWN = "aaaaaaaaaa", "redrawn-01"
BOX = ((0.0, 0.0), (90.0, 0.0), (90.0, 30.0), (0.0, 30.0))


def at(hours: float) -> datetime:
    """So many hours after the photograph was sent."""
    return START + timedelta(hours=hours)


def revision(hours: float) -> int:
    """The same as a state of an annotation is numbered."""
    return int(at(hours).timestamp() * 1000)


SENT = SubmissionRow("c0" * 16, "raw", KEY, "1", 5000, START, "spring", "김하늘", Outcome.ACCEPTED, None, None, IMAGE, None, None,
                     Verdict.DISTINCT, None, 0, 0)
MODEL = Reading(IMAGE, "model:m@1", "f" * 64, 0, Unit.LINE, 100, 80, (Region(REGION, BOX, "서울억", score=0.9),))
KIM = replace(MODEL, reader="person:kim@example.org", run="scene_text@3", revision=revision(3),
              regions=(Region(REGION, BOX, "서울역"),))
LEE = replace(KIM, reader="person:lee@example.org", revision=revision(3.5),
              regions=(Region(REDRAWN, BOX, "서울역 <b>", replaces=REGION),))
SOURCE = replace(MODEL, reader="source:public/made", run="public/made")
TASK = LifeTask(3, "scene_text", 3, Side.A, IMAGE, None, (MODEL.reading_id,), at(2), 302, False)
ANSWER = LifeAnnotation(3, 9, revision(3), 302, IMAGE, KIM.reader, KIM.reading_id, False, 31.0, None, False)
EVALUATION = StoredEvaluation("e" * 16, "scene-text@1", "", "model:m@1", "f" * 64, 1, "", {}, "folder", at(6))


def run(verb: str, hours: float, **values: object) -> VerbRun:
    """A run of ten minutes that did something."""
    made = VerbRun(f"{verb} {hours}", verb, f"{verb}-otter", at(hours), state=RunState.COMPLETED, ended_at=at(hours + 1 / 6),
                   counts={"images": 1})
    return replace(made, **values)  # type: ignore[arg-type]


RUNS = (run("ingest", 0.5), run("prelabel", 1), run("label", 1.9), run("export", 5), run("evaluate", 5.9))


def made_life() -> Life:
    """Each step of a trace happened in it, more than any photograph lives through."""
    others = [replace(SENT, submission_id=name * 16, key=f"spring/lee/{outcome}.jpg", submitter="lee", outcome=outcome,
                      sent_at=at(0.01), reason=reason, detail="<i>why", duplicate_of=duplicate_of)
              for name, outcome, reason, duplicate_of in (
                  ("d0", Outcome.DUPLICATE, None, SENT.submission_id), ("d1", Outcome.REJECTED, Reason.TOO_DARK, None),
                  ("d2", Outcome.HELD, None, None), ("d3", Outcome.QUARANTINED, None, None),
                  ("d4", Outcome.WITHDRAWN, None, None))]
    return Life(
        (SENT, *others),
        {KEY: Upload(KEY, "spring", "김하늘", "c", "road.jpg", "image/jpeg", 5000, ("vertical",), False, at(-0.01))},
        (LifeArrival("e0" * 16, "spring/lee/new.jpg", 10, at(0.02), False),),
        {SENT.submission_id: [Compared("cd" * 32, Verdict.DISTINCT, {})]},
        (Decision(1, Said.SPLIT, SENT.submission_id, "", None, at(1.5)),),
        ImageRow(IMAGE, "image/jpeg", 100, 80, IMAGE, True, Outcome.QUARANTINED, "trace\nValueError: odd"), at(0.55),
        (MODEL, SOURCE, KIM, LEE),
        (TASK, replace(TASK, task_id=None, posted_at=None), replace(TASK, side=Side.SECOND_LOOK, posted_at=at(4), task_id=400)),
        (ANSWER, replace(ANSWER, annotation_id=10, skipped=True, reading_id=None, revision=revision(3.1)),
         replace(ANSWER, annotation_id=11, problem="no text", revision=revision(3.2), deleted=True)),
        (LifePair("pair", KIM.reading_id, LEE.reading_id, 0.9, 0.25, 1.0, False),), {"scene_text": "they differ"},
        {"scene_text": LEE.reading_id}, "a face",
        (Flag(SENT.submission_id, FlagKind.SCREEN, "spring", "0.9", at(1.6)),),
        (PointEntry(1, at(1.7), "spring", "김하늘", SENT.submission_id, "photograph", 10, 0, PointReason.ACCEPTED, "", 1),),
        (LifeRelease("scene-text@1", at(5.05), "test", "", "person:pseudonym"),
         LifeRelease("scene-text@2", at(8), "", "on hold")),
        (LifeMeasured(EVALUATION, ({"image_id": IMAGE, "region_id": REDRAWN, "other_id": REGION, "outcome": Fate.MATCHED,
                                    "truth": "서울역 <b>", "read": "서울억"},)),), RUNS)

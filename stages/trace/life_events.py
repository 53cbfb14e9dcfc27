"""Events of a life, in order: of rows that say what happened, most of them with the moment at which it did."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from schemas.outcomes import Fate
from schemas.reader import Reader, ReaderKind
from schemas.reading import Reading
from schemas.recorded import SubmissionRow
from schemas.runs import RunState, VerbRun
from schemas.submission import Outcome
from schemas.trace import Life, LifeAnnotation, LifeMeasured, LifeTask, TraceEvent, TraceKind, TraceName, TraceStep

SHORT = 12
"""Digits of an id that sentences show."""
ENDINGS = {Outcome.ACCEPTED: TraceStep.ACCEPTED, Outcome.DUPLICATE: TraceStep.DUPLICATE, Outcome.REJECTED: TraceStep.REJECTED,
           Outcome.HELD: TraceStep.HELD, Outcome.QUARANTINED: TraceStep.QUARANTINED, Outcome.WITHDRAWN: TraceStep.WITHDRAWN}


@dataclass(frozen=True, slots=True)
class _Placed:
    """An event at its place: the moment that it happened at, or after which it did."""

    place: datetime
    event: TraceEvent


def events_of(life: Life, name: TraceName, stands_for: Callable[[str], str]) -> list[TraceEvent]:
    """All events of a life in their order; what has no time of its own stands behind what it followed from.

    Args:
        life: the rows.
        name: of what was asked for: its events say so.
        stands_for: what stands in place of a person's name.
    """
    told = _Told(life, name, stands_for)
    placed = [*told.submissions(), *told.readings(), *told.work(), *told.what_followed()]
    return [item.event for item in sorted(placed, key=lambda item: item.place)]  # a stable sort: equal moments stay in order


def shown_key(key: str, stands_for: Callable[[str], str]) -> str:
    """An object's key with its sender under another name: ``campaign/sender/name``."""
    campaign, slash, rest = key.partition("/")
    sender, other, file = rest.partition("/")
    return f"{campaign}/{stands_for(sender)}/{file}" if slash and other else key


def shown_reader(reader: str, stands_for: Callable[[str], str]) -> str:
    """A reader, a person under another name."""
    read = Reader(reader)
    return str(Reader.person(stands_for(read.name))) if read.kind is ReaderKind.PERSON else reader


def run_at(runs: tuple[VerbRun, ...], verb: str, moment: datetime) -> VerbRun | None:
    """The run of a verb that was at work at a moment; None where none was, or several.

    Object storage tells whole seconds: what was written in the second in which a run began is that run's.
    """
    return _only([run for run in runs if _is_of(run, verb)
                  and run.started_at.replace(microsecond=0) <= moment <= (run.ended_at or moment)])


def run_within(runs: tuple[VerbRun, ...], verb: str, after: datetime, before: datetime) -> VerbRun | None:
    """The one run of a verb that changed anything between two moments; None where there is none, or several."""
    return _only([run for run in runs if _is_of(run, verb) and run.started_at <= before and after <= (run.ended_at or before)
                  and (run.counts or run.state is RunState.AT_WORK)])


def _is_of(run: VerbRun, verb: str) -> bool:
    return run.verb in (verb, f"{verb}-batch") and run.state is not RunState.GAVE_WAY


def _only(found: list[VerbRun]) -> VerbRun | None:
    batches = [run for run in found if run.parent] or found  # a batch run and its parent are at work at once
    return batches[0] if len(batches) == 1 else None


class _Told:
    """Makes the events; each method those of one part of the life."""

    def __init__(self, life: Life, name: TraceName, stands_for: Callable[[str], str]) -> None:
        self.life = life
        self.name = name
        self.stands_for = stands_for
        self.runs = tuple(life.runs)
        self.first = min((row.sent_at for row in life.submissions), default=datetime.min.replace(tzinfo=UTC))
        self.made_at = life.decoded_at or self.first
        answered = [_moment(item.revision) for item in life.annotations]
        self.answered_at = max(answered, default=self.made_at)

    def submissions(self) -> Iterator[_Placed]:
        """From the place that the portal gave, to what became of what was sent."""
        for upload in self.life.uploads.values():
            yield _Placed(upload.issued_at, TraceEvent(TraceStep.PLACE_GIVEN, upload.issued_at, {
                "key": shown_key(upload.key, self.stands_for), "categories": ", ".join(upload.categories)}))
        for arrival in self.life.waits:
            facts = {"submission": arrival.submission_id[:SHORT], "key": shown_key(arrival.key, self.stands_for),
                     "size": str(arrival.size), "campaign": arrival.key.partition("/")[0],
                     "who": self.stands_for(arrival.key.split("/")[1]) if "/" in arrival.key else "?"}
            asked = self._is(TraceKind.SUBMISSION, arrival.submission_id)
            yield _Placed(arrival.sent_at, TraceEvent(TraceStep.SENT, arrival.sent_at, facts, asked=asked))
            yield _Placed(arrival.sent_at, TraceEvent(TraceStep.WAITS, None, {
                **facts, "state": "decoded" if arrival.decoded else "not decoded"}, asked=asked))
        if image := self.life.image:
            yield _Placed(self.made_at, TraceEvent(
                TraceStep.DECODED, self.life.decoded_at, {"image": image.image_id[:SHORT], "width": str(image.width),
                                                          "height": str(image.height), "media_type": image.media_type},
                run_at(self.runs, "ingest", self.life.decoded_at) if self.life.decoded_at else None,
                self._is(TraceKind.IMAGE, image.image_id)))
            if image.refused:
                yield _Placed(self.made_at, TraceEvent(TraceStep.REFUSED, None, {
                    "outcome": str(image.refused), "why": _last_line(image.why_refused)}))
        for row in self.life.submissions:
            yield from self._submission(row)

    def _submission(self, row: SubmissionRow) -> Iterator[_Placed]:
        asked = self._is(TraceKind.SUBMISSION, row.submission_id)
        facts = {"submission": row.submission_id[:SHORT], "key": shown_key(row.key, self.stands_for), "size": str(row.size),
                 "campaign": row.campaign or "?", "who": self.stands_for(row.submitter) if row.submitter else "?"}
        yield _Placed(row.sent_at, TraceEvent(TraceStep.SENT, row.sent_at, facts, asked=asked))
        place = max(row.sent_at, self.made_at) if row.own_image else row.sent_at
        for compared in self.life.compared.get(row.submission_id, ()):
            yield _Placed(place, TraceEvent(TraceStep.COMPARED, None, {
                "submission": facts["submission"], "other": compared.image_id[:SHORT], "verdict": str(compared.verdict)},
                asked=asked))
        yield _Placed(place, TraceEvent(ENDINGS[row.outcome], None, {
            "submission": facts["submission"], "reason": str(row.reason or ""), "why": _last_line(row.detail),
            "other": (row.duplicate_of or "")[:SHORT], "image": (row.image_id or "")[:SHORT]}, asked=asked))

    def readings(self) -> Iterator[_Placed]:
        """What models read, and what labels a public data set came with: their moment is that of the run that did it."""
        for reading in self.life.readings:
            kind = Reader(reading.reader).kind
            asked = self._is(TraceKind.READING, reading.reading_id) or self._has_region(reading)
            facts = {"reader": reading.reader, "reading": reading.reading_id[:SHORT], "run": reading.run[:SHORT],
                     "regions": str(len(reading.regions))}
            if kind is ReaderKind.MODEL:
                run = run_within(self.runs, "prelabel", self.made_at, self._shown_at(reading))
                at = run.ended_at if run else None
                yield _Placed(self._after_made(at), TraceEvent(TraceStep.READ, at, facts, run, asked))
            elif kind is ReaderKind.SOURCE:
                yield _Placed(self.made_at, TraceEvent(TraceStep.LABELS_IMPORTED, None, facts, None, asked))

    def _after_made(self, at: datetime | None) -> datetime:
        return max(at, self.made_at) if at else self.made_at

    def _shown_at(self, reading: Reading) -> datetime:
        """When a reading was there at the latest: it was in a task, or an evaluation had it; else now."""
        known = [task.posted_at for task in self.life.tasks if task.posted_at and reading.reading_id in task.shown]
        known += [item.evaluation.made_at for item in self.life.measured if item.evaluation.run == reading.run]
        return min(known, default=datetime.max.replace(tzinfo=UTC))

    def work(self) -> Iterator[_Placed]:
        """Tasks of Label Studio, what people answered, and what was made of it."""
        for task in self.life.tasks:
            yield self._task(task)
        for item in self.life.annotations:
            yield from self._annotation(item)
        readers = {reading.reading_id: shown_reader(reading.reader, self.stands_for) for reading in self.life.readings}
        for pair in self.life.pairs:
            yield _Placed(self.answered_at, TraceEvent(TraceStep.PAIR_COMPARED, None, {
                "one": readers.get(pair.one, pair.one[:SHORT]), "other": readers.get(pair.other, pair.other[:SHORT]),
                "regions": f"{pair.regions:.0%}", "cer": f"{pair.cer:.1%}", "agreed": "agreed" if pair.agreed else "differ"}))
        for config, reason in self.life.second_looks.items():
            looks = [task.posted_at for task in self.life.tasks if task.annotation_config == config and task.posted_at
                     and task.side.value == "second_look"]
            yield _Placed(min(looks, default=self.answered_at) - timedelta(microseconds=1), TraceEvent(
                TraceStep.SECOND_LOOK, None, {"config": config, "why": reason}))
        for config, reading_id in self.life.accepted.items():
            yield _Placed(self.answered_at, TraceEvent(
                TraceStep.READING_ACCEPTED, None, {"config": config, "reader": readers.get(reading_id, "?"),
                                                   "reading": reading_id[:SHORT]},
                asked=self._is(TraceKind.READING, reading_id)))

    def _task(self, task: LifeTask) -> _Placed:
        facts = {"task": str(task.task_id or "–"), "project": str(task.project or "–"),
                 "config": f"{task.annotation_config}@{task.config_version}", "side": str(task.side), "why": task.reason or "",
                 "subject": task.subject.partition("/")[2]}
        if task.posted_at is None:
            return _Placed(self.made_at, TraceEvent(TraceStep.PLANNED, None, facts))
        asked = self._is(TraceKind.TASK, f"{task.project}/{task.task_id}") or bool(
            facts["subject"] and facts["subject"] == self.name.name)
        verb = "collect" if task.side.value == "second_look" else "label"
        return _Placed(task.posted_at, TraceEvent(
            TraceStep.PUSHED, task.posted_at, facts, run_at(self.runs, verb, task.posted_at), asked))

    def _annotation(self, item: LifeAnnotation) -> Iterator[_Placed]:
        at = _moment(item.revision)
        regions = {reading.reading_id: len(reading.regions) for reading in self.life.readings}
        facts = {"who": self.stands_for(Reader(item.reader).name), "annotation": str(item.annotation_id),
                 "task": str(item.task_id), "project": str(item.project or "–"), "why": item.problem or "",
                 "seconds": f"{item.lead_time:.0f}" if item.lead_time is not None else "?",
                 "regions": str(regions.get(item.reading_id or "", 0)), "reading": (item.reading_id or "")[:SHORT]}
        step = (TraceStep.SKIPPED if item.skipped else TraceStep.NOT_TAKEN if item.problem or not item.reading_id
                else TraceStep.ANSWERED)
        asked = (self._is(TraceKind.ANNOTATION, f"{item.project}/{item.annotation_id}")
                 or self._is(TraceKind.TASK, f"{item.project}/{item.task_id}")
                 or self._is(TraceKind.READING, item.reading_id or ""))
        yield _Placed(at, TraceEvent(step, at, facts, asked=asked))
        if item.deleted:
            yield _Placed(at, TraceEvent(TraceStep.TAKEN_BACK, None, facts, asked=asked))

    def what_followed(self) -> Iterator[_Placed]:
        """What managers said, points, releases and evaluations."""
        life = self.life
        for said in life.decisions:
            yield _Placed(said.decided_at or self.made_at, TraceEvent(TraceStep.DECIDED, said.decided_at, {
                "kind": str(said.kind), "submission": said.submission_id[:SHORT], "other": said.other_id[:SHORT],
                "number": str(said.number)}))
        for flag in life.flags:
            yield _Placed(flag.found_at, TraceEvent(TraceStep.FLAGGED, flag.found_at, {
                "kind": str(flag.kind), "why": flag.detail, "decision": str(flag.decision or "open")}))
        for entry in life.points:
            yield _Placed(entry.at, TraceEvent(TraceStep.POINTS, entry.at, {
                "points": f"{entry.provisional + entry.final:+d}", "rule": entry.rule, "reason": str(entry.reason),
                "who": self.stands_for(entry.submitter)}))
        for release in life.releases:
            facts = {"release": release.name, "split": release.split, "why": release.left_out, "reader": release.reader}
            yield _Placed(release.at or self.answered_at, TraceEvent(
                TraceStep.LEFT_OUT if release.left_out else TraceStep.RELEASED, release.at, facts,
                run_at(self.runs, "export", release.at) if release.at else None))
        for measured in life.measured:
            yield self._measured(measured)
        if life.hold is not None:
            yield _Placed(datetime.max.replace(tzinfo=UTC), TraceEvent(TraceStep.ON_HOLD, None, {"why": life.hold}))

    def _measured(self, measured: LifeMeasured) -> _Placed:
        rows = measured.regions
        matched = [row for row in rows if row["outcome"] == Fate.MATCHED]
        facts = {"reader": measured.evaluation.reader, "release": measured.evaluation.release,
                 "evaluation": measured.evaluation.evaluation_id, "matched": str(len(matched)),
                 "wrong": str(sum(row["truth"] != row["read"] for row in matched)),
                 "missed": str(sum(row["outcome"] == Fate.MISSED for row in rows)),
                 "extra": str(sum(row["outcome"] == Fate.EXTRA for row in rows))}
        at = measured.evaluation.made_at
        asked = self.name.kind is TraceKind.REGION and any(
            self.name.name in (row["region_id"], row["other_id"]) for row in rows)
        return _Placed(at, TraceEvent(TraceStep.MEASURED, at, facts, run_at(self.runs, "evaluate", at), asked))

    def _is(self, kind: TraceKind, name: str) -> bool:
        return self.name.kind is kind and self.name.name == name

    def _has_region(self, reading: Reading) -> bool:
        return self.name.kind is TraceKind.REGION and any(
            self.name.name in (region.region_id, region.replaces) for region in reading.regions)


def without_asked(events: list[TraceEvent]) -> list[TraceEvent]:
    """The same where every event is about what was asked for: then none has to say so."""
    return [replace(event, asked=False) for event in events] if all(event.asked for event in events) else events


def _moment(revision: int) -> datetime:
    """The moment of a state of an annotation, which is numbered in ms since 1970."""
    return datetime.fromtimestamp(revision / 1000, UTC)


def _last_line(text: str | None) -> str:
    return "".join((text or "").strip().splitlines()[-1:])

"""Every question that the modules of the ledger ask of a database, taken down as it is sent, with the plan it is answered by."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import numpy as np
from sqlalchemy import Connection, event

import datastore.ledger
from datastore.ledger import Ledger, decisions, leases
from datastore.ledger.campaign_counts import Between
from datastore.ledger.duplicates import Doubt
from datastore.ledger.tables import metadata
from schemas.accounts import Account, Act, Role
from schemas.answers import AgreementRow, AnnotationRow, SecondLook, StandingAnnotation
from schemas.board import Board, BoardState
from schemas.config_version import ConfigVersion
from schemas.decision import Decision, Ending, Endings, Membership
from schemas.demand import AcceptedBonus, Demand, DemandReason, DemandRow
from schemas.errors import NotToBeDecided
from schemas.evaluation import SliceFacet, SliceName
from schemas.flag_review import FlagName
from schemas.flags import Flag, FlagDecision, FlagKind
from schemas.ids import digest
from schemas.label_tasks import Project, TaskRow
from schemas.labelling import Agreement, AgreementKind, Annotator, Share, Side
from schemas.points import PHOTOGRAPH, PointEntry, PointReason
from schemas.reading import Reading, Unit
from schemas.recipes.pricing_rules import FoundRules
from schemas.recorded import SubmissionRow
from schemas.runs import RunState, VerbRun
from schemas.sources import ImportedLabels, PublicSource, SettledLabels
from schemas.stored import StoredEvaluation
from schemas.submission import CanonicalImage, Compared, Original, Outcome, RawObject, Said, Submission, Verdict, sender_of
from schemas.trial import Trial, TrialAnswer, TrialState
from schemas.upload import Upload
from stages.ingest.settle import repeats, settle
from tests.filled_ledger import CAMPAIGNS, CONFIG, KIM, LEE, MODEL, PROJECTS, RUN, START, Made

FEW = {"projects", "annotation_configs", "people", "models", "model_runs", "cursors", "evaluations", "demands", "leases",
       "unreadable_tasks", "decisions", "campaign_versions", "boards", "draws", "trials", "flags",
       "sources", "runs"}
"""Tables that have few rows whatever an archive holds, or those of the work in hand."""
BIG = set(metadata.tables) - FEW
COARSE = {"project", "campaign", "annotation_config", "outcome"}
"""Columns that many rows have the same value of: an index that is searched by them alone is gone through."""
PARTIAL = {"ix_arrivals_undecoded", "ix_arrivals_uncompared", "ix_imported_unsettled"}
"""Indexes that hold but the few rows that are asked for."""
WHOLE = {
    # The answer is the whole table, or what most rows of it are asked for.
    "label_status.work", "label_status.compared", "releasable.candidates", "releasable.photographs", "releasable.repeated",
    "pairs.clusters", "shared_words.alike", "holds.held", "names.annotation_configs",
    "imported.parts_of_sources", "imported.splits_of_sources", "imported.images_in_splits", "imported.pictures_of_source",
    "imported.counts_by_source", "sources.licences_of_pictures", "readings.accepted_under_other_versions",
    "submissions.submission_rows", "label_queue.pages_given",
    # Once a run: what waits among all images, or among all that few images are of.
    "arrivals.waiting", "arrivals.waiting_ids", "without_words.count_without_words", "without_words.look_for_missing",
    "duplicates.doubts", "label_queue.waiting_ids", "images.unread_images", "unclaimed.count_unread", "gold.gold_images",
    "label_queue.images_given", "second_looks.needless_second_looks", "second_looks.second_looks_without_task",
    "second_looks.stuck_second_looks", "checked_prelabels.recently_accepted",
    # Once a page that a manager opens.
    "accounts.all_accounts", "audit.deeds",
    "morning.not_settled", "morning.count_submissions", "morning.on_the_way", "morning.open_tasks", "morning.count_tasks",
    "morning.answers_by_hour", "morning.answered_last",
    # Once a command that a person types.
    "duplicates.find", "duplicates.retry", "outcomes.waiting", "demands.accepted_of_sent_after",
    "campaign_counts.count_waiting", "sent_photographs.unlisted_places",
    "traced_names.tasks_numbered", "traced_names.annotations_numbered", "traced_names.regions_anywhere",
}
"""Functions that may go through one table from end to end, once."""


@dataclass(frozen=True)
class Question:
    """A statement as it was sent, with its parameters, and the function that asked it."""

    function: str
    statement: str
    parameters: Any


@contextmanager
def taken_down(ledger: Ledger) -> Iterator[list[tuple[str, Any]]]:
    """The statements that are sent to a ledger meanwhile; of many rows, the first."""
    sent: list[tuple[str, Any]] = []

    def take_down(_connection: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, executemany: bool) -> None:
        if re.match(r"\s*(select|insert|update|delete|with)\b", statement, re.IGNORECASE) and "pg_advisory" not in statement:
            sent.append((statement, parameters[0] if executemany else parameters))

    event.listen(ledger._engine, "before_cursor_execute", take_down)
    try:
        yield sent
    finally:
        event.remove(ledger._engine, "before_cursor_execute", take_down)


def functions() -> dict[str, Callable[..., Any]]:
    """What asks the ledger something: public functions of its modules whose first parameter is a ledger or a connection."""
    found: dict[str, Callable[..., Any]] = {}
    for module in pkgutil.iter_modules(datastore.ledger.__path__):
        if module.name not in ("migrations", "engine", "sql"):
            names = vars(importlib.import_module(f"datastore.ledger.{module.name}"))
            for name, value in names.items():
                if (inspect.isfunction(value) and value.__module__.endswith(f".{module.name}") and not name.startswith("_")
                        and [*inspect.signature(value).parameters][:1] in (["ledger"], ["connection"])):
                    found[f"{module.name}.{name}"] = value
    return found


def questions(ledger: Ledger, made: Sequence[Made]) -> list[Question]:
    """What all functions ask, each called once on a filled ledger.

    A new function is called too: its arguments go by the names of its parameters, see ``_arguments``.
    """
    asked = []
    with ledger.read() as connection:
        known = (_values(made, connection) | _values_of_campaigns(made) | _values_of_the_portal(made) | _values_of_fairness(made)
                 | _values_of_imports(made) | _values_of_runs() | _values_of_traces(made))
    for name in ("lease", "leases.renew.lease", "trials.set_answer.lease"):
        known[name] = leases.claim(ledger, "ingest", [name], 600)
    for name, function in functions().items():
        arguments = _arguments(name, function, known)
        with taken_down(ledger) as sent:
            try:
                result = _called(ledger, function, arguments)
                if inspect.isgenerator(result):
                    list(result)
            except NotToBeDecided:
                pass  # it has asked what it had to
            except Exception as error:
                error.add_note(f"called as {name}({', '.join(arguments)})")
                raise
        asked += [Question(name, *one) for one in sent]
    return asked


def _called(ledger: Ledger, function: Callable[..., Any], arguments: dict[str, Any]) -> Any:
    if next(iter(inspect.signature(function).parameters)) == "ledger":
        return function(ledger, **arguments)
    with ledger.write() as connection:
        return function(connection, **arguments)


def _arguments(name: str, function: Callable[..., Any], known: dict[str, Any]) -> dict[str, Any]:
    found = {}
    for parameter, about in [*inspect.signature(function).parameters.items()][1:]:
        key = f"{name}.{parameter}" if f"{name}.{parameter}" in known else parameter
        if key in known:
            found[parameter] = known[key]
        elif about.default is inspect.Parameter.empty:
            raise AssertionError(f"tests/ledger_questions.py does not say what {parameter!r} of {name} is: add it to _values, so "
                                 "that its plans are looked at too")
    return found


def _values(made: Sequence[Made], connection: Connection) -> dict[str, Any]:
    """Arguments by the name of the parameter, or FUNCTION.PARAMETER where it means something else there."""
    some, first = made[:40], made[19]  # which two people have read
    ids = [item.image_id for item in some]
    at = START + timedelta(days=1)
    project = Project(CONFIG, 1, Side.A, PROJECTS[Side.A], 1, None)
    rows = _rows(connection, [item.submission_id for item in made[100:102]])
    reading = Reading(first.image_id, MODEL, "new", 0, Unit.LINE, 9, 9, ())
    raw = RawObject("raw", "spring/kim/new.jpg", "1", 1, at)
    original = Original("image/jpeg", 9, 9, None, None, False)
    picture = CanonicalImage("f" * 64, 1, "image/jpeg", 9, 9, "e" * 64, tuple(range(60)), "made", original)
    sent = settle(Submission(raw, sender_of(raw.key), {}, Outcome.ACCEPTED, "d" * 64, image=picture), [], 0)
    again = repeats(replace(sent, raw=replace(raw, key="spring/kim/again.jpg")), picture.image_id, picture.image_id,
                    raw.submission_id)
    about = decisions.related(connection, ids)
    otherwise = Endings({first.submission_id: Ending(Outcome.HELD, first.image_id)},
                        {first.image_id: Membership("another", True)})
    annotation = AnnotationRow(10**8, 1, PROJECTS[Side.A], 1, first.image_id, first.image_id, KIM, None,
                               False, 1.0, None, None)
    wanted = Demand(SliceName(SliceFacet.DIRECTION, "vertical"), DemandReason.WEAK, 0.3, 0.1, 9, 27, 0.1)
    demand = DemandRow("e", "scene-text@1", at, 1, wanted)
    bonus = AcceptedBonus("spring", 8, at.date(), at.date())
    return {
        "after": rows[1], "after_task": 1, "among": None, "annotation_config": CONFIG,
        "annotation_configs": [CONFIG], "at": at, "beginning": first.image_id[:12], "campaign": "spring",
        "campaigns": list(CAMPAIGNS), "displays": list(CAMPAIGNS)[:1], "changes": {first.image_id: at}, "clusters": ids,
        "days": 7.0,
        "decision": Decision(0, Said.SPLIT, first.submission_id),
        "decoded": [sent], "dense_config": CONFIG, "details": {}, "digests": ids, "earlier": made[100].submission_id,
        "gone": ["a"], "guide": "g", "ids": ids, "image_id": first.image_id, "image_ids": ids, "into": rows[1],
        "key": PROJECTS[Side.A], "keys": [f"key {number}" for number in range(40)], "kind": "ingest", "last": rows[1],
        "later": first.submission_id, "limit": 100, "lines": [], "listed": [raw],
        "lost": project, "metrics": {}, "moment": at, "name": CONFIG, "new": [reading], "number": 1,
        "numbers": [int(name[:15], 16) for name in ids], "one": first.reading_id(KIM),
        "other": first.reading_id(LEE), "outcome": Outcome.QUARANTINED, "pairs": [(ids[0], ids[1])],
        "person": Annotator("kim@example.org", CONFIG, Side.A, "kim"), "pixels": ids, "project": PROJECTS[Side.A],
        "project_id": 1,
        "reader": MODEL, "reading": reading, "reading_ids": [item.reading_id(MODEL) for item in some], "release": "scene-text@1",
        "report_key": "k", "row": rows[0], "rows": rows, "run": RUN, "seconds": 60, "settled": [sent, again], "share": Share(),
        "side": Side.A, "since_revision": 0,
        "subjects": ids, "submission_ids": [item.submission_id for item in some], "task_ids": [1, 2], "trace": "t",
        "unit": "line",
        "verdict": Verdict.CLUSTER, "version": 1, "wanted": SecondLook(made[2].image_id, CONFIG, "why", ()), "why": "why",
        "xml": "<View/>",
        "agreements.add_agreement.row": AgreementRow(AgreementKind.PAIR, ConfigVersion(f"{CONFIG}@1"), first.image_id,
                                                     first.reading_id(KIM), first.reading_id(LEE), Agreement(1, 0, 1), True),
        "annotations.add_annotations.rows": [annotation],
        "annotations.mark_taken_back.gone": [StandingAnnotation(first.number, first.number, first.image_id, first.image_id)],
        "annotations.seen_annotations.keys": [(1, 1), (2, 2)],
        "demands.add_demands.rows": [demand], "demands.add_bonus.row": demand, "demands.add_bonus.bonus": bonus,
        "demands.demands_of.dataset": "scene-text", "demands.newest_demands.dataset": "scene-text",
        "evaluations.add_evaluation.made": StoredEvaluation("e", "scene-text@1", "", MODEL, RUN, 1, "", {}, "f", at),
        "duplicates.find.name": first.image_id[:12],
        "arrivals.around.submission_ids": [
            digest("waits", item.image_id, length=32) for item in made if item.is_one_of(1, 90)],
        "arrivals.store_compared.found": {made[100].submission_id: [Compared(ids[0], Verdict.DISTINCT, {})]},
        "decisions.write.about": about, "decisions.write.worked_out": otherwise,
        "submissions.add_image.image_id": "a" * 64, "submissions.add_image.media_type": "image/png",
        "submissions.add_image.width": 9, "submissions.add_image.height": 9, "submissions.add_image.size": 9,
        "duplicates.resolve.looked_at": [(Doubt(first.submission_id, first.image_id, "k", ids[0], "k", {}),
                                        Compared(ids[0], Verdict.DISTINCT, {}))],
        "shared_words.alike.numbers": np.sort(np.array([int(name[:15], 16) for name in ids], np.int64)),
        "shared_words.alike.sides": np.arange(40, dtype=np.int8) % 2,
        "shared_words.alike.new": np.ones(40, np.bool_),
        "shared_words.alike.least_shared": 3,
        "shared_words.alike.least_weight": 1.0,
        "holds.hold.reason": "why",
        "names.image_named.name": first.image_id[:12],
        "projects.confirm_project.project": project,
        "names.where_a_key_goes_wrong.key": "spring/사람0/none.jpg",
        "projects.lost_keys.project": project,
        "projects.plan_project.key": "another",
        "projects.replace_project.key": "a third",
        "label_queue.moved.project": project, "label_queue.withdrawn.project": project,
        "label_queue.waiting_ids.project": project,
        "images.images_in_slice.name": "vertical",
        "model_runs.set_model_run.name": "made",
        "outbox.carry_over.lost": PROJECTS[Side.B],
        "outbox.confirm.task_ids": {first.image_id: 1},
        "outbox.note_marked.marked": {first.image_id: {"a": 0.5}},
        "outbox.note_unreadable.changes": {1: at},
        "outbox.plan_tasks.rows": [TaskRow(PROJECTS[Side.A], "new", 1, "new", CONFIG)],
        "restored.move_annotations.to": {1: (10**6, 1)},
        "without_words.next_without_words.after": -1, "without_words.put_words.found": {int(ids[0][:15], 16): range(60)},
        "without_words.note_missing.numbers": [int(ids[1][:15], 16)],
        "without_words.count_waiting_among.numbers": [int(name[:15], 16) for name in ids[:40]],
        "unclaimed.undecoded_after.after": raw, "unclaimed.unread_after.after": first.image_id, "labelled": False,
    }


def _values_of_campaigns(made: Sequence[Made]) -> dict[str, Any]:
    """The same for what campaigns and the portal ask."""
    at = START + timedelta(days=1)
    board = Board("spring", 0, at, BoardState.OPEN, (), (), (), None)
    return {
        "submitter": made[0].submitter, "states": tuple(BoardState), "board": board, "now": at,
        "points.entries_by_number.numbers": [1, 2, 3],
        "campaign_versions.note_rules.read": lambda: FoundRules({"points": 11}, at),
        "points.add_entries.seen": max(2 * item.number + 2 for item in made if item.is_one_of(50)),
        "points.add_entries.new": [PointEntry(10**6, at, "spring", made[0].submitter, made[0].submission_id, PHOTOGRAPH, 1, 0,
                                              PointReason.CHANGED, "", 1)],
    }


def _values_of_fairness(made: Sequence[Made]) -> dict[str, Any]:
    """The same for what draws, flags and the state of a campaign ask."""
    at = START + timedelta(days=1)
    days = Between(START, at)
    return {
        "commitment": "c" * 64, "secret": "5" * 64, "awaited": "drand", "code_key": "k" * 64, "text": "a list",
        "list_hash": "1" * 64,
        "because": "why", "public_value": "8f3a", "winners": ("AAAA",), "who": "kim", "role": Role.MANAGER, "act": Act.DREW,
        "subject": "spring", "submission_id": made[0].submission_id, "figures": {made[0].image_id: 1.0},
        "flags.add_flags.found": [Flag(made[0].submission_id, FlagKind.STOCK, "spring", "seen", at)],
        **{f"campaign_counts.count_{what}.days": days for what in ("waiting", "outcomes", "people", "to_label")},
        "campaign_counts.count_by_days.days": [days],
    }


def _values_of_runs() -> dict[str, Any]:
    """The same for what is asked about runs of verbs."""
    at = START + timedelta(days=1)
    run = VerbRun("r" * 36, "ingest", "brave-otter", at)
    return {"before": at, "audit.deeds.before": 99, "longest": 1800.0, "moment": at, "verbs": ["ingest"],
            **{f"runs.{question}.run": run for question in ("begin", "end", "end_unheard")},
            "states": [RunState.COMPLETED]}


def _values_of_traces(made: Sequence[Made]) -> dict[str, Any]:
    """The same for what is asked about the life of one thing."""
    at = START + timedelta(days=1)
    return {
        "traced_names.things_with_key.key": f"spring/{made[0].submitter}/0000000.jpg",
        "traced_names.tasks_numbered.project": 1, "traced_names.nearest.name": made[19].image_id[:20],
        "life.runs_between.first": START, "life.runs_between.last": at,
    }


def _values_of_imports(made: Sequence[Made]) -> dict[str, Any]:
    """The same for what is asked about public data sets."""
    at = START + timedelta(days=1)
    key = "public/made/1.png"
    labels = ImportedLabels(key, "public/made", "1.png", "r", 9, 9, Unit.LINE, ())
    return {
        "source": "public/made", "reading_id": made[0].reading_id(MODEL), "imported.put_labels.new": [labels],
        "imported.images_in_splits.splits": ["test"], "imported.waiting_pictures.after": "", "imported.other_key_of.key": key,
        "imported.settle_labels.settled": [SettledLabels(key, labels.digest)],
        "sources.put_source.source": PublicSource("public/made", "CC0-1.0", (), "ufo", Unit.LINE, True, at, at),
        "sources.source_named.name": "public/made", "sources.sources_named.names": ["public/made"],
    }


def _values_of_the_portal(made: Sequence[Made]) -> dict[str, Any]:
    """The same for what accounts, participants, uploads and the demo page ask."""
    at = START + timedelta(days=1)
    name = made[0].submitter
    key = f"{made[2].campaign}/{made[2].submitter}/{made[2].number:07}.jpg"
    flag = FlagName(made[0].submission_id, FlagKind.SCREEN)
    trial = Trial("t" * 32, "v", TrialState.WAITING, at, "k", "image/jpeg")
    return {
        "address": "kim@example.com", "bucket": "raw", "categories": ["vertical"], "client_ids": [made[0].submission_id],
        "consent_version": 1, "nickname": "해님", "part": "사람1", "since": at, "most": 9, "hidden": False,
        "flag_queue.flag_named.name": flag, "flag_queue.flags_named.names": [flag], "flags.set_flag.name": flag,
        "flags.set_flag.decision": FlagDecision.CLEARED,
        "submitters": [name], "trial": trial, "trial_id": trial.trial_id, "visitor": "v",
        "answer": TrialAnswer("k", 9, 9, MODEL, (), 1.0), "uploads.add.new": [Upload(
            "spring/new.jpg", "spring", name, "new", "사진.jpg", "image/jpeg", 1, (), False, at)],
        "sent_photographs.sent_photograph.key": "spring/new.jpg",
        "withdrawals.withdraw_key.key": key, "withdrawals.withdraw_key.detail": "asked for",
        "withdrawals.withdraw_key.lying": [RawObject("raw", key, "newer", 1, at)],
        "accounts.add_account.new": Account("new", Role.SUBMITTER, None, at, at), "trials.note_sent.key": "k",
    }


def _rows(connection: Connection, submission_ids: Sequence[str]) -> list[SubmissionRow]:
    return list(decisions.rows_by_id(connection, submission_ids).values())


def sqlite_scans(connection: Connection, question: Question) -> list[str]:
    """What is wrong with SQLite's plan of a question: tables gone through from end to end, see ``_wrong``."""
    rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {question.statement}", question.parameters).all()
    tables = _aliases(question.statement)
    by_id = {row[0]: row for row in rows}
    first: dict[int, int] = {}  # the outermost loop of each nest
    found = []
    for number, parent, _, detail in rows:
        if match := re.match(r"(SCAN|SEARCH) (\S+)", detail):
            outermost = first.setdefault(parent, number) == number
            table = tables.get(match[2].strip('"'), "")
            inner, by = not outermost or _is_repeated(by_id, parent), set(re.findall(r"(\w+)[=<>]", detail))
            if table not in BIG:
                continue
            if "AUTOMATIC" in detail or (inner and by and by <= COARSE):  # the first is made for this one question
                found += _wrong(question, table, inner=True, said=detail)
            elif match[1] == "SCAN" and not _stops(question, detail, rows):
                found += _wrong(question, table, inner=inner, said=detail)
    return found


def _stops(question: Question, detail: str, plan: Sequence[Any]) -> bool:
    """Whether what is gone through is an index of few rows, or one in the order that is asked for until some rows are found."""
    if any(name in detail for name in PARTIAL):
        return True
    sorts = any("TEMP B-TREE FOR ORDER BY" in row[3] for row in plan)
    return " USING " in detail and " LIMIT " in question.statement.upper().replace("\n", " ") and not sorts


def _is_repeated(by_id: dict[int, Any], number: int) -> bool:
    while number in by_id:
        if "CORRELATED" in by_id[number][3]:
            return True
        number = by_id[number][1]
    return False


def _wrong(question: Question, table: str, inner: bool, said: str) -> list[str]:
    if inner:
        return [f"{question.function} goes through {table} again and again ({said}):\n{question.statement}\n"]
    if question.function not in WHOLE:
        return [f"{question.function} goes through {table} ({said}), and WHOLE does not name it:\n{question.statement}\n"]
    return []


def _aliases(statement: str) -> dict[str, str]:
    found = {name: name for name in metadata.tables}
    found |= {alias: table for table, alias in re.findall(r'"?(\w+)"? AS "?(\w+)"?', statement) if table in metadata.tables}
    return found


def postgres_scans(connection: Connection, question: Question) -> list[str]:
    """What is wrong with PostgreSQL's plan of a question, where it may not go through a table if there is another way.

    Only what is gone through again and again: of a small table it rather reads all than look many rows up.
    """
    connection.exec_driver_sql("SET enable_seqscan = off")
    [[plan]] = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {question.statement}", question.parameters).scalars()
    return list(_postgres(question, plan["Plan"], False))


def _postgres(question: Question, node: dict[str, Any], inner: bool) -> Iterator[str]:
    table = node.get("Relation Name", "")
    through = node["Node Type"] == "Seq Scan" or (
        node["Node Type"] in ("Index Scan", "Index Only Scan") and "Index Cond" not in node and node["Index Name"] not in PARTIAL)
    if through and inner and table in BIG:
        yield from _wrong(question, table, inner, f"{node['Node Type']}, {node.get('Index Name', 'no index')}")
    for number, child in enumerate(node.get("Plans", [])):
        relation, repeated = child.get("Parent Relationship"), inner
        if relation == "SubPlan":
            repeated = f"hashed {child['Subplan Name']}" not in str({**node, "Plans": None})
        elif node["Node Type"] == "Nested Loop" and number == 1:
            repeated = True
        elif relation == "InitPlan":
            repeated = False
        if node["Node Type"] != "Limit" or child["Node Type"] not in ("Index Scan", "Index Only Scan"):
            yield from _postgres(question, child, repeated)

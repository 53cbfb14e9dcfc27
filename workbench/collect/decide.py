"""What people's readings of an image come to: accepted, or a second look."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from datastore.ledger import Connection, agreements, readings, second_looks
from datastore.ledger import annotations as answers
from datastore.ledger.annotations import Answer
from datastore.ledger.gold import gold_images
from datastore.ledger.second_looks import SecondLook
from schemas.reading import Reading
from schemas.recipes.annotation_config import AnnotationConfig
from stages.collect.review import Given, Verdict, review
from stages.label.draws import drawn
from workbench.bench import Workbench
from workbench.report import CollectReport

STUCK_TOLD = 5
"""How many second looks that settle nothing a run names."""


def _decide_stranded(bench: Workbench, config: AnnotationConfig, counts: Counter[str]) -> None:
    """Decides about images that waited for a second reader and are no longer drawn for one: the overlap was lowered."""
    waiting = [image_id for image_id in agreements.stranded(bench.ledger, config.name)
               if not drawn(config.overlap, "overlap", config.name, image_id)]
    if waiting:
        with bench.ledger.write(alone=f"decide {config.name}") as connection:
            decide(connection, config, waiting, counts)


def _tell_stuck(bench: Workbench, config: AnnotationConfig, report: CollectReport) -> None:
    """Names second looks that settle nothing: somebody has to open them again."""
    stuck = second_looks.stuck_second_looks(bench.ledger, config.name)
    for project, task, problem in stuck[:STUCK_TOLD]:
        report.notes.append(f"{bench.label_studio.url}/projects/{project}/data?task={task} settles nothing yet: {problem}")
    if len(stuck) > STUCK_TOLD:
        report.notes.append(f"… and {len(stuck) - STUCK_TOLD} more second looks that settle nothing.")


def decide(connection: Connection, config: AnnotationConfig, image_ids: Iterable[str], counts: Counter[str]) -> None:
    """Decides anew about images, from all that people answered: accepted readings, agreements, second looks."""
    wanted = sorted(set(image_ids))
    given = answers.given(connection, config.name, wanted)
    gold = gold_images(connection, config.name)
    two = agreements.given_to_two(connection, config.name, wanted)
    before = readings.accepted_ids(connection, config.name, wanted)
    by_id = readings.readings_by_id(connection, [
        reading_id for items in given.values() for item in items for reading_id in (item.reading_id, *item.shown) if reading_id])
    agreements.drop_agreements(connection, config.name, wanted)
    for image_id in wanted:
        items = given.get(image_id, [])
        verdict = review(
            [_given(item, by_id) for item in items], gold=image_id in gold, limits=config.agreement,
            two=image_id in two or (image_id not in before and drawn(config.overlap, "overlap", config.name, image_id)),
            shown=next((by_id[item.shown[0]] for item in items if item.shown and item.shown[0] in by_id), None))
        _note_verdict(connection, config, image_id, verdict, before.get(image_id), items, counts)


def _note_verdict(connection: Connection, config: AnnotationConfig, image_id: str, verdict: Verdict, before: str | None,
                  items: Sequence[Answer], counts: Counter[str]) -> None:
    run = max((item.run for item in items), default=config.run, key=lambda run: int(run.partition("@")[2]))
    for compared in verdict.comparisons:
        agreements.add_agreement(connection, compared.kind, run, image_id, readings.reading_id(compared.one),
                                  readings.reading_id(compared.other), compared.figures, compared.agreed)
        counts["agreed"] += compared.agreed
    counts["by_one_person"] += verdict.same_person
    if verdict.accepted:
        if verdict.merged:
            readings.add_readings(connection, [verdict.accepted])
        readings.accept(connection, config.name, verdict.accepted)
        counts["accepted"] += readings.reading_id(verdict.accepted) != before
    elif readings.unaccept(connection, config.name, image_id):
        counts["no_longer_accepted"] += 1
    if verdict.reason is not None:
        shown = tuple(readings.reading_id(item) for item in verdict.to_choose) or next(
            (item.shown[:1] for item in items if item.shown), ())
        counts["to_a_second_look"] += second_looks.want_second_look(
            connection, SecondLook(image_id, config.name, verdict.reason, shown))


def _given(item: Answer, by_id: Mapping[str, Reading]) -> Given:
    return Given(item.side, item.reader, item.revision, by_id.get(item.reading_id or ""), item.problem, item.skipped)

"""What people's readings of an image come to: accepted, or a second look."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from datastore.ledger import Connection, Ledger, agreements, readings, second_looks
from datastore.ledger.annotations import answers_to
from datastore.ledger.gold import gold_images
from schemas.config_version import ConfigVersion
from schemas.recipes.annotation_config import AnnotationConfig
from stages.collect.review import Case, Ruling, review
from stages.label.draws import drawn_for_two
from workbench.report import CollectReport

STUCK_TOLD = 5
"""How many second looks that settle nothing a run names."""


def decide(connection: Connection, config: AnnotationConfig, image_ids: Iterable[str]) -> CollectReport:
    """Decides anew about images, from all that people answered: accepted readings, agreements, second looks."""
    cases = read_cases(connection, config, image_ids)
    rulings = [(case, review(case, config.agreement)) for case in cases]
    return write_rulings(connection, config.name, rulings)


def read_cases(connection: Connection, config: AnnotationConfig, image_ids: Iterable[str]) -> list[Case]:
    """What is known of these images, in order of their ids."""
    wanted = sorted(set(image_ids))
    answers = answers_to(connection, config.name, wanted)
    gold = gold_images(connection, config.name)
    on_side_b = agreements.given_to_two(connection, config.name, wanted)
    before = readings.accepted_ids(connection, config.name, wanted)
    first_shown = {image_id: [item.shown[0] for item in given if item.shown] for image_id, given in answers.items()}
    shown = readings.readings_by_id(connection, [name for names in first_shown.values() for name in names])
    return [Case(
        image_id=image_id,
        config=ConfigVersion(config.run),
        answers=tuple(answers.get(image_id, ())),
        shown=next((config.as_shown(shown[name]) for name in first_shown.get(image_id, ()) if name in shown), None),
        gold=image_id in gold,
        on_side_b=image_id in on_side_b,
        drawn=drawn_for_two(config, image_id),
        before=before.get(image_id)) for image_id in wanted]


def write_rulings(connection: Connection, annotation_config: str, rulings: Sequence[tuple[Case, Ruling]]) -> CollectReport:
    """Writes what was decided in place of what was decided about the same images before."""
    report = CollectReport()
    agreements.drop_agreements(connection, annotation_config, [case.image_id for case, _ in rulings])
    for case, ruling in rulings:
        for row in ruling.agreements:
            agreements.add_agreement(connection, row)
            report.agreed += row.agreed
        report.by_one_person += ruling.same_person
        if ruling.accepted:
            if ruling.merged:
                readings.add_readings(connection, [ruling.accepted])
            readings.accept(connection, annotation_config, ruling.accepted)
            report.accepted += ruling.accepted.reading_id != case.before
        else:
            report.no_longer_accepted += readings.unaccept(connection, annotation_config, case.image_id)
        if ruling.second_look:
            report.to_a_second_look += second_looks.want_second_look(connection, ruling.second_look)
    return report


def decide_stranded(ledger: Ledger, config: AnnotationConfig) -> CollectReport:
    """Decides about images that waited for a second reader and are no longer drawn for one: the overlap was lowered."""
    waiting = [image_id for image_id in agreements.stranded(ledger, config.name)
               if not drawn_for_two(config, image_id)]
    if not waiting:
        return CollectReport()
    with ledger.write(alone=f"decide {config.name}") as connection:
        return decide(connection, config, waiting)


def tell_stuck(ledger: Ledger, annotation_config: str, url: str) -> list[str]:
    """Notes on second looks that settle nothing: somebody has to open them again.

    Args:
        ledger: where.
        annotation_config: its name.
        url: Label Studio's address.
    """
    stuck = second_looks.stuck_second_looks(ledger, annotation_config)
    notes = [f"{url}/projects/{look.project_id}/data?task={look.task_id} settles nothing yet: {look.problem}"
             for look in stuck[:STUCK_TOLD]]
    if len(stuck) > STUCK_TOLD:
        notes.append(f"… and {len(stuck) - STUCK_TOLD} more second looks that settle nothing.")
    return notes

"""A label that a model makes doubtful: one command, a second look, and another reading once a third person has decided."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from datastore.ledger import evaluations
from flows.collect import collect
from flows.label import label
from schemas.labelling import Side
from schemas.stored import StoredEvaluation
from schemas.suspects import Suspect, Suspicion
from tests.read_images import fill
from tests.services.test_labelling import KIM, PARK, Lab, lab, texts, with_text  # noqa: F401
from workbench.evaluate.stored import SUSPECT_LISTS, SUSPECTS


def suspected(here: Lab, suspects: tuple[Suspect, ...]) -> str:
    """An evaluation that suspects these labels; returns its id."""
    bench = here.bench
    bench.objects.put(bench.settings.bucket_datasets, f"scene-text/evaluations/e1/{SUSPECTS}", SUSPECT_LISTS.dump_json(suspects))
    evaluations.add_evaluation(bench.ledger, StoredEvaluation(
        "e1e1e1e1e1e1e1e1", "scene-text@1", "", "model:m@1", "run", 1, "", {}, "scene-text/evaluations/e1",
        datetime.now(UTC)))
    return "e1e1"


def test_a_doubted_label_stays_until_a_third_person_has_decided(lab: Callable[..., Lab]) -> None:  # noqa: F811
    here = lab(overlap=0.0)
    [image] = fill(here.bench.ledger, here.bench.model, 1, regions=4, seed="doubted")
    label()
    [task] = here.open()
    here.answer(task, KIM, with_text("합게"))
    assert collect().counts["accepted"] == 1
    before = here.accepted[image]
    [wrong] = [region for region in before.regions if region.text == "합게"]
    name = suspected(here, (Suspect(image, wrong.region_id, "합게", "합계", None, 0.99, Suspicion.DIFFERS, 0.97),))

    shown = here.world.run("label", "doubt", name, "--dry-run")
    assert "합계" in shown.stdout
    assert label().counts["second looks"] == 0
    here.world.run("label", "doubt", name)
    assert label().counts["second looks"] == 1
    again = here.world.run("label", "doubt", name)
    assert "1 images have a second look already" in again.stdout
    assert (label().counts["second looks"], collect().counts["second looks"]) == (0, 0)
    assert here.accepted[image].reading_id == before.reading_id

    [look] = here.open(Side.SECOND_LOOK)  # not taken back, though a reading is accepted
    number = before.regions.index(wrong) + 1
    assert look.data["reason"] == f"라벨 확인 · check the label: #{number} '합게' / 모델 · model '합계'"
    here.answer(look, PARK, with_text("합계"))
    assert collect().counts["accepted"] == 1
    assert texts(here.accepted[image])[number - 1] == "합계"

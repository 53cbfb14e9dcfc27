"""evaluate: a release × a model's readings → figures by slice, stored with all that they were made of, and a report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from multiprocessing import get_context

import pyarrow as pa
import pyarrow.compute as pc

from datastore.ledger import evaluations
from pages.evaluation_tables import markdown, tables
from pages.time_tables import times_markdown
from schemas.evaluation import Confusion, Evaluation, Faults
from schemas.normalisation import Normalisation
from schemas.outcomes import Outcomes
from schemas.reader import Reader
from schemas.stored import StoredEvaluation
from schemas.times import StageTime
from stages.evaluate.confidence import confidence_of
from stages.evaluate.confusions import confusions, count_confusions
from stages.evaluate.figures import LEADING, figures_by_slice, overall_figures
from stages.evaluate.letter_classes import letter_classes
from stages.evaluate.notices import notices
from stages.evaluate.slices import wanted
from stages.evaluate.suspects import suspects, without_suspects
from stages.evaluate.worst import garbled
from workbench.bench import Workbench
from workbench.demand import note_demand
from workbench.evaluate.compare_images import PARALLEL_FROM, compare_all
from workbench.evaluate.page import report_page
from workbench.evaluate.question import Question, ReleaseImages, opened
from workbench.evaluate.read_by import ReadBy, ReadImages, read_by
from workbench.evaluate.stored import EvaluationFiles, code_digest, evaluation_id
from workbench.named_slices import NamedSlices, load_slices
from workbench.report import EvaluateReport
from workbench.run import progress
from workbench.times import time_to_dataset

HEADLINE = (LEADING, "cer exact", "exact nospace", "hmean", "cleval-hmean", "cleval-e2e-hmean", "e2e nospace", "page-cer nospace")
"""Figures that the ledger keeps of an evaluation."""
REGIONS_NEEDED = 200
"""What a model does wrong as a rule is not to be learnt from fewer: of the 119 regions of the demo a fifth were suspected."""
CONFUSIONS = 60
"""The most frequent ones are kept."""


def measure(bench: Workbench, question: Question, read_images: ReadImages | None = None) -> EvaluateReport:
    """Answers a question; one that was answered before is not computed again.

    Args:
        bench: the systems.
        question: what somebody wants to know.
        read_images: lets a model read images of the release that it has not read; None to leave these out.

    Raises:
        SettingError: there is no such split or model.
        ReleaseNotFound: there is no such release.
        PredictionsWrong: see ``read_by``.
        UnitMismatch: see ``read_by``.
        ModelUnavailable: see ``read_by``.
    """
    with opened(bench, question) as release:
        if release is None:
            return EvaluateReport(notes=[f"There is no release of {bench.settings.dataset} yet."])
        source = read_by(bench, question, release, read_images)
        if source is None:
            return EvaluateReport(notes=[f"There is no reading by {bench.model} yet."])
        slices = load_slices(bench.settings)
        manifest = release.manifest
        read = _read_digest(source, release)
        name = evaluation_id(str(manifest.name), manifest.labels.sha256, release.split, read, slices.digest, question.options)
        files = EvaluationFiles(bench.objects, bench.settings.bucket_datasets, f"{manifest.dataset}/evaluations/{name}")
        there = files.evaluation()
        if there:
            _note(bench, question, there, files)
            return _report(there, files.page(), files, _times(bench, release), new=False)
        return _answer(bench, question, release, source, slices, name, files)


def _answer(bench: Workbench, question: Question, release: ReleaseImages, source: ReadBy, slices: NamedSlices, name: str,
            files: EvaluationFiles) -> EvaluateReport:
    outcomes = compare_all(bench.run, release, source, slices, question.across_units)
    with _beside(len(outcomes.images)) as other:
        enough = int(wanted(outcomes.regions).sum()) >= REGIONS_NEEDED
        looking = other.submit(suspects, outcomes.regions, _second_opinion(bench, release, source)) if enough else None
        evaluation = _figures(bench, question, name, release, source, slices, outcomes)
        doubted = looking.result() if looking else ()
    without = overall_figures(Outcomes(without_suspects(outcomes.regions, doubted), outcomes.images)) if doubted else None
    times = _times(bench, release)
    page = report_page(bench, evaluation, outcomes, doubted, without, release, source, times)
    files.put(evaluation, outcomes, doubted, page)
    _note(bench, question, evaluation, files)
    return _report(evaluation, page, files, times, new=True)


def _times(bench: Workbench, release: ReleaseImages) -> tuple[StageTime, ...]:
    return time_to_dataset(bench.ledger, bench.objects, bench.settings.bucket_datasets, release.manifest)


def _second_opinion(bench: Workbench, release: ReleaseImages, source: ReadBy) -> pa.Table | None:
    """What became of the regions in the newest evaluation of the same images that is of another reader; None without one."""
    for made in evaluations.evaluations_made(bench.ledger, str(release.manifest.name)):
        files = EvaluationFiles(bench.objects, bench.settings.bucket_datasets, made.folder)
        if made.split == release.split and made.reader != source.reader and files.there():
            return files.outcomes().regions
    return None


def _beside(images: int) -> Executor:
    """What does something beside this thread: a process where there is much to do."""
    return ProcessPoolExecutor(1, get_context("spawn")) if images >= PARALLEL_FROM else ThreadPoolExecutor(1)


def _figures(bench: Workbench, question: Question, name: str, release: ReleaseImages, source: ReadBy, slices: NamedSlices,
             outcomes: Outcomes) -> Evaluation:
    with progress(bench.run, "figures", 0) as advance:
        found = figures_by_slice(outcomes, advance)
    images = len(release.images)
    return Evaluation(
        name, str(release.manifest.name), release.split, source.reader, source.run, str(release.manifest.unit),
        len(outcomes.images), code_digest(), found, confidence_of(outcomes.regions), _confusions(outcomes.regions),
        _faults(outcomes, source.faults, images), tuple(notices(outcomes, images, release.split, release.only_test)),
        letter_classes(outcomes.regions), garbled(outcomes.regions), question.options, slices.digest)


def _confusions(regions: pa.Table) -> tuple[Confusion, ...]:
    texts = regions.filter(pc.is_valid(regions[f"edits_{Normalisation.EXACT}"]))
    counter: Counter[tuple[str, str]] = Counter()
    count_confusions(texts["truth"].to_pylist(), texts["read"].to_pylist(), counter)
    return tuple(confusions(counter)[:CONFUSIONS])


def _faults(outcomes: Outcomes, found: Faults, images: int) -> Faults:
    unknown = sum(text.count("\ufffd") for text in outcomes.regions["read"].to_pylist() if text)
    return replace(found, unknown_characters=unknown, unread_images=images - len(outcomes.images))


def _read_digest(source: ReadBy, release: ReleaseImages) -> str:
    """The run, and which images it has read: those that it reads later change the figures."""
    read = source.has_read([image.image_id for image in release.images])
    return source.run if len(read) == len(release.images) else f"{source.run} {' '.join(sorted(read))}"


def _note(bench: Workbench, question: Question, evaluation: Evaluation, files: EvaluationFiles) -> None:
    """Notes the evaluation, and what it asks for: only the question that nobody narrowed asks people for photographs."""
    if evaluation.images and not (question.split or question.options or question.predictions):
        note_demand(bench, evaluation)
    headline = {key: figure.value for key in HEADLINE if (figure := evaluation.overall.figure(key)) and figure.value is not None}
    evaluations.add_evaluation(bench.ledger, StoredEvaluation(
        evaluation.evaluation_id, evaluation.release, evaluation.split, evaluation.reader, evaluation.run, evaluation.images,
        evaluation.options, headline, files.folder, datetime.now(UTC)))


def _report(evaluation: Evaluation, page: str, files: EvaluationFiles, times: Sequence[StageTime], new: bool) -> EvaluateReport:
    reader = Reader(evaluation.reader).name
    of = f"{evaluation.release}, split {evaluation.split}" if evaluation.split else evaluation.release
    return EvaluateReport(evaluated=int(new), page=page, page_key=f"{files.folder}.html", evaluation=evaluation,
                          notes=[f"{reader} on {of}: {evaluation.images} images, {evaluation.overall.regions} regions.",
                                 *(notice.en for notice in evaluation.notices)],
                          tables=tables(evaluation), markdown=markdown(evaluation), times=times_markdown(times))

"""score: submissions, readings, flags and claims → points and the board."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from datastore.ledger import arrivals, campaign_versions, model_runs, participants, points
from datastore.ledger.flags import flags_of
from datastore.ledger.shown_slices import ShownSlices, accepted_slices, claims_of, suggested_slices
from datastore.ledger.submissions import submission_rows
from datastore.ledger.uploads import claimed_categories
from schemas.counted_photograph import CountedPhotograph, claimed_slices
from schemas.errors import LedgerBusy, SettingError, Transient
from schemas.flags import Flag, FlagDecision
from schemas.points import PointLine
from schemas.recipes.campaign import Campaign
from schemas.recorded import SubmissionRow
from schemas.submission import Outcome
from stages.score.changes import changes, differing
from stages.score.points import count
from workbench.bench import Workbench
from workbench.board import board_now, note_board
from workbench.campaign_rules import follow_file
from workbench.campaigns import load_campaigns
from workbench.flags import find_flags
from workbench.named_slices import named_among, slices_of_stored
from workbench.report import ScoreReport

TRIES = 5
"""Times that points are counted anew where another run wrote some meanwhile."""


def count_points(bench: Workbench, campaign: str | None = None, *, board: bool = False,
                 now: datetime | None = None) -> ScoreReport:
    """Counts the points of each campaign from what the ledger holds, writes what changed, and makes a board where one is due.

    Args:
        bench: the systems.
        campaign: name of one campaign; all where it is left out.
        board: a board is due in any case.
        now: in UTC; the clock's where left out.

    Returns:
        Who has how many points; campaigns whose files are wrong are among what failed.

    Raises:
        SettingError: there is no such campaign.
        Transient: the ledger does not answer, or others write points all the time.
    """
    at = now or datetime.now(UTC)
    found = load_campaigns(bench.settings, campaign)
    report = ScoreReport(failed=[*found.wrong.values()])
    for recipe in found.by_name.values():
        try:
            report.rules += follow_file(bench, recipe.name, now)
            _count_one(bench, recipe, at, report, board=board)
        except Exception as error:  # what nobody foresaw of one campaign stops no other one
            if isinstance(error, Transient):
                raise
            error.add_note(f"campaign {recipe.name}")
            report.failed.append(error)
    return report


def _count_one(bench: Workbench, recipe: Campaign, at: datetime, report: ScoreReport, *, board: bool) -> None:
    """Counts the points of one campaign, and adds what is new to a report."""
    report.flags += _flagged(bench, recipe, report)
    report.entries += _write_points(bench, recipe, at)
    current = board_now(bench, recipe, at)
    report.boards += note_board(bench, recipe, current, on_demand=board)
    report.standings[recipe.name] = current


def _flagged(bench: Workbench, recipe: Campaign, report: ScoreReport) -> int:
    """Flags what looks unfair; a wrong file of known pictures is told, and stops no points. Returns how many flags are new."""
    try:
        return find_flags(bench, recipe)
    except SettingError as error:
        if str(error) not in map(str, report.failed):
            report.failed.append(error)
        return 0


def _write_points(bench: Workbench, recipe: Campaign, now: datetime) -> int:
    """Writes what changed of the points of a campaign; returns how many entries."""
    for _ in range(TRIES):
        seen = points.last_entry(bench.ledger)
        again = arrivals.waiting_ids(bench.ledger)
        lines = points_of(bench, recipe)
        written = points.written_sums(bench.ledger, recipe.name)
        if again:  # what ingest decides anew is not gone: nothing is said of it before
            again -= {line.submission_id for line in lines}
            written = {place: sums for place, sums in written.items() if place[0] not in again}
        found = differing(lines, written)
        newest = points.entries_by_number(bench.ledger, [item.before.newest for item in found if item.before])
        new = changes(recipe.name, found, newest, seen, now)
        if not new or points.add_entries(bench.ledger, seen, new):
            return len(new)
    raise LedgerBusy(f"Other runs write points of {recipe.name} all the time. The next run of score counts them",
                     f"the ledger at {bench.ledger.address}")


def points_of(bench: Workbench, recipe: Campaign) -> list[PointLine]:
    """What each photograph of a campaign is worth by everything that the ledger knows now. Its rules were noted before."""
    known = participants.participants_of(bench.ledger, recipe.name)
    disqualified = {item.submitter: item.disqualified_because or "" for item in known if item.disqualified_at}
    return count(recipe, campaign_versions.versions_of(bench.ledger, recipe.name), _sent(bench, recipe), disqualified)


def _sent(bench: Workbench, recipe: Campaign) -> list[CountedPhotograph]:
    config = recipe.annotation_config or bench.settings.annotation_config
    read = _by_image(bench, recipe, accepted_slices(bench.ledger, recipe.name, config))
    suggested = _suggested(bench, recipe)
    chosen = claimed_categories(bench.ledger, recipe.name)
    claims = claims_of(bench.ledger, recipe.name)
    flags: dict[str, list[Flag]] = {}
    for flag in flags_of(bench.ledger, recipe.name):
        flags.setdefault(flag.submission_id, []).append(flag)
    return [_photograph(row, frozenset(chosen.get(row.key, ())) or claimed_slices(claims.get(row.submission_id, {})), suggested,
                        read, flags.get(row.submission_id, [])) for row in submission_rows(bench.ledger, recipe.name)]


def _photograph(row: SubmissionRow, claimed: frozenset[str], suggested: dict[str, frozenset[str]],
                read: dict[str, frozenset[str]], flags: Sequence[Flag]) -> CountedPhotograph:
    confirmed = [flag for flag in flags if flag.decision is FlagDecision.CONFIRMED]
    because = {Outcome.DUPLICATE: row.duplicate_of, Outcome.REJECTED: row.reason}.get(row.outcome)
    image = row.image_id or ""
    return CountedPhotograph(
        row.submission_id, row.key, row.submitter or "", row.sent_at, row.outcome, str(because or ""),
        claimed, suggested.get(image, frozenset()), read.get(image), any(flag.decision is None for flag in flags),
        "; ".join(flag.because or flag.detail for flag in confirmed))


def _suggested(bench: Workbench, recipe: Campaign) -> dict[str, frozenset[str]]:
    """What the model in use reads on each image; where it has not read one yet, what all models before it read.

    So nobody's points go down and up again while a new model reads everything.
    """
    found = suggested_slices(bench.ledger, recipe.name)
    run = model_runs.model_run(bench.ledger, bench.model)
    current = {item.image_id for item in found if item.run == run}
    return _by_image(bench, recipe, [item for item in found if item.run == run or item.image_id not in current])


def _by_image(bench: Workbench, recipe: Campaign, shown: Sequence[ShownSlices]) -> dict[str, frozenset[str]]:
    """Slices by image, with the named ones that some version of the campaign's rules knows."""
    versions = campaign_versions.versions_of(bench.ledger, recipe.name)
    wanted = {name for version in versions for name in (*version.rules.bonus, *version.rules.categories)}
    named = slices_of_stored(bench.ledger, named_among(bench.settings, wanted), {item.reading_id: recipe.name for item in shown})
    found: dict[str, frozenset[str]] = {}
    for item in shown:
        slices = item.slices | named.get(item.reading_id, frozenset())
        found[item.image_id] = found.get(item.image_id, frozenset()) | slices
    return found

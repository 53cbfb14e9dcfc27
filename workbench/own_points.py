"""One's own points: each change with its reason, by photograph, and as a table to keep."""

from __future__ import annotations

from collections import defaultdict
from zoneinfo import ZoneInfo

from datastore.ledger import decisions, pictures, points
from pages.category_words import category_words
from pages.moments import moment_words
from pages.own_points_page import MinePage, OwnChange, OwnHistory
from pages.point_words import entry_words
from pages.portal import PageLanguage
from schemas.accounts import Participant
from schemas.points import PointEntry
from schemas.recipes.campaign import Campaign
from schemas.recorded import PictureRow
from schemas.safe_csv import csv_table
from schemas.submission import Outcome
from workbench.bench import Workbench
from workbench.board_page import NO_WORDS

PHOTOGRAPHS = 20
"""On one page: each has a picture."""
KOREAN = ("번호", "시각", "사진", "무엇에", "잠정 점수 변화", "확정 점수 변화", "이유", "설명", "규칙 판")
ENGLISH = ("number", "time", "photograph", "for", "change of provisional points", "change of final points", "reason", "meaning",
           "version of the rules")


def mine_page(bench: Workbench, campaign: Campaign, person: Participant, page: int) -> MinePage:
    """Somebody's own history in a campaign.

    Args:
        bench: the systems.
        campaign: which.
        person: whose.
        page: from 1 on.
    """
    entries = points.entries_of(bench.ledger, campaign.name, person.submitter)
    by_photograph: dict[str, list[PointEntry]] = defaultdict(list)
    for entry in entries:
        by_photograph[entry.submission_id].append(entry)
    ids = list(by_photograph)
    pages = max(1, -(-len(ids) // PHOTOGRAPHS))
    chosen = min(max(1, page), pages)
    shown = ids[(chosen - 1) * PHOTOGRAPHS:chosen * PHOTOGRAPHS]
    rows = pictures.pictures_of(bench.ledger, shown)
    there = [name for name, row in rows.items() if row.outcome is not Outcome.WITHDRAWN]
    keys = decisions.keys_by_id(bench.ledger, there)
    histories = tuple(_history(bench, campaign, rows.get(name), by_photograph[name], keys.get(name, "")) for name in shown)
    return MinePage(sum(entry.provisional for entry in entries), sum(entry.final for entry in entries), len(ids), histories,
                    (person.disqualified_because or "") if person.disqualified_at else "", chosen, pages)


def _history(bench: Workbench, campaign: Campaign, row: PictureRow | None, entries: list[PointEntry], key: str) -> OwnHistory:
    url = bench.picture_links.of(row.key) if row and row.key else ""
    return OwnHistory(url, row.width if row else 0, row.height if row else 0,
                      moment_words(row.sent_at, campaign.time_zone) if row else NO_WORDS,
                      sum(entry.provisional for entry in entries), sum(entry.final for entry in entries),
                      tuple(_change(campaign, entry) for entry in entries), key)


def _change(campaign: Campaign, entry: PointEntry) -> OwnChange:
    words = entry_words(campaign, entry)
    return OwnChange(moment_words(entry.at, campaign.time_zone), category_words(campaign, entry.rule), entry.provisional,
                     entry.final, words.title, words.means, entry.version)


def own_table(bench: Workbench, campaign: Campaign, submitter: str, language: PageLanguage) -> str:
    """All changes of somebody's points as CSV, the oldest first, for a spreadsheet; times in the campaign's zone.

    Args:
        bench: the systems.
        campaign: which.
        submitter: whose.
        language: of headings and reasons.
    """
    korean = language is PageLanguage.KO
    rows: list[list[str | int]] = []
    for entry in reversed(points.entries_of(bench.ledger, campaign.name, submitter)):
        words = entry_words(campaign, entry)
        rule = category_words(campaign, entry.rule)
        told = (rule.ko, words.title.ko, words.means.ko) if korean else (rule.en, words.title.en, words.means.en)
        at = entry.at.astimezone(ZoneInfo(campaign.time_zone))
        rows.append([entry.number, at.isoformat(timespec="seconds"), entry.submission_id, told[0], entry.provisional, entry.final,
                     *told[1:], entry.version])
    return csv_table(KOREAN if korean else ENGLISH, rows)

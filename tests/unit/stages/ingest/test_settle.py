"""What becomes of a picture, and the record that waits for it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datastore.ledger import arrivals, uploads
from datastore.ledger.arrivals import packed, unpacked
from datastore.ledger.submissions import record, submission_rows
from schemas.submission import (
    CanonicalImage,
    Compared,
    Original,
    Outcome,
    RawObject,
    Reason,
    Rejection,
    Submission,
    Verdict,
    sender_of,
)
from schemas.upload import Upload
from stages.ingest.settle import Lookalike, repeats, settle
from tests.empty_ledger import empty_ledger
from workbench.bench import Workbench
from workbench.ingest.settling import settle_ready
from workbench.settings import Settings

START = datetime(2026, 11, 24, 9, tzinfo=UTC)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


def picture(name: str = "a") -> CanonicalImage:
    return CanonicalImage(name * 64, 1000, "image/jpeg", 800, 600, None, (1, 2, 3), "clean/1",
                          Original("JPEG", 800, 600, None, None, False))


def submission(image: CanonicalImage | None = None) -> Submission:
    raw = RawObject("raw", "demo/kim/사진.jpg", "v1", 1000, START)
    return Submission(raw, sender_of(raw.key), {}, Outcome.ACCEPTED, image=image or picture())


def related(name: str, verdict: Verdict, minutes: int = 0, represents: bool = True, median: float = 0.9) -> Lookalike:
    return Lookalike(Compared(name * 64, verdict, {"median": median}), name * 64, represents, f"s-{name}",
                   START + timedelta(minutes=minutes))


def test_a_picture_alone_founds_its_cluster() -> None:
    done = settle(submission(), [related("b", Verdict.DISTINCT)], 0)
    assert (done.outcome, done.image_id, done.cluster_id, done.comparisons) == (Outcome.ACCEPTED, "a" * 64, "a" * 64, ())


def test_a_duplicate_repeats_the_earliest() -> None:
    done = settle(submission(), [related("b", Verdict.DUPLICATE, 5), related("c", Verdict.DUPLICATE, 1),
                                 related("d", Verdict.REVIEW)], 9)
    assert (done.outcome, done.image_id, done.duplicate_of) == (Outcome.DUPLICATE, "c" * 64, "s-c")
    assert len(done.comparisons) == 3  # all the evidence stays


@pytest.mark.parametrize(("found", "unverified"), [([related("b", Verdict.REVIEW)], 0), ([], 3)])
def test_a_doubtful_picture_waits_for_a_manager(found: list[Lookalike], unverified: int) -> None:
    done = settle(submission(), found, unverified)
    assert done.outcome is Outcome.HELD
    assert done.trace


def test_the_earliest_wins_also_where_it_comes_late(tmp_path: Path) -> None:
    ledger = empty_ledger(f"sqlite:///{tmp_path / 'l.db'}")
    later, earlier = (replace(submission(), raw=RawObject("raw", key, "v", 1, START + timedelta(minutes=minutes)))
                      for key, minutes in (("demo/lee/a.jpg", 5), ("demo/kim/a.jpg", 0)))
    with ledger.write() as connection:
        record(connection, [settle(later, [], 0)])
        record(connection, [repeats(later, "a" * 64, "a" * 64, later.raw.submission_id)])  # again: changes nothing
        record(connection, [repeats(earlier, "a" * 64, "a" * 64, later.raw.submission_id)])
    rows = {row.key: row for row in submission_rows(ledger)}
    assert rows["demo/kim/a.jpg"].outcome == "accepted"
    assert rows["demo/kim/a.jpg"].duplicate_of is None
    assert (rows["demo/lee/a.jpg"].outcome, rows["demo/lee/a.jpg"].duplicate_of) == ("duplicate", earlier.raw.submission_id)


def test_the_same_bytes_are_the_same_picture_whatever_encoder_made_it(tmp_path: Path) -> None:
    settings = Settings(_env_file=None, ledger_url=f"sqlite:///{tmp_path / 'l.db'}")
    bench = Workbench(settings)
    empty_ledger(settings.ledger)
    for number, names in enumerate(("ab", "c")):  # in one run, and in a later one
        sent = [Submission(raw, sender_of(raw.key), {}, Outcome.ACCEPTED, "d" * 64, image=picture(name)) for name in names
                for raw in [RawObject("raw", f"demo/kim/{name}.jpg", "v", 1, START + timedelta(minutes=number))]]
        arrivals.register(bench.ledger, [item.raw for item in sent])
        arrivals.store(bench.ledger, sent, [])
        settle_ready(bench, lambda _: None)
    rows = {row.key: row for row in submission_rows(bench.ledger)}
    assert {key: (row.outcome, row.image_id) for key, row in rows.items()} == {
        "demo/kim/a.jpg": ("accepted", "a" * 64), "demo/kim/b.jpg": ("duplicate", "a" * 64),
        "demo/kim/c.jpg": ("duplicate", "a" * 64)}


def sent_again(bench: Workbench, key: str, *names: str, together: bool = False) -> None:
    """Photographs that come to one key one after another, each other bytes; ingest runs after each, or once."""
    sent = [replace(submission(replace(picture(name), words=())), raw_sha256=name * 64,
                    raw=RawObject("raw", key, name, 1, START + timedelta(minutes=number))) for number, name in enumerate(names)]
    for some in [sent] if together else [[item] for item in sent]:
        arrivals.register(bench.ledger, [item.raw for item in some])
        arrivals.store(bench.ledger, some, [])
        settle_ready(bench, lambda _: None)


@pytest.mark.parametrize("together", [False, True], ids=["run by run", "in one run"])
def test_a_place_of_the_portal_takes_one_photograph(tmp_path: Path, together: bool) -> None:
    bench = Workbench(Settings(_env_file=None, ledger_url=f"sqlite:///{tmp_path / 'l.db'}"))
    empty_ledger(bench.settings.ledger)
    given = "demo/kim/0123456789abcdef.jpg"
    with bench.ledger.write() as connection:
        uploads.add(connection, [Upload(given, "demo", "kim", "page-name", "사진.jpg", "image/jpeg", 9, (), False, START)])
    sent_again(bench, given, "a", "b", "a", "c", together=together)
    sent_again(bench, "demo/kim/손으로 올린 사진.jpg", "d", "e", together=together)
    rows = {(row.key, row.version): row for row in submission_rows(bench.ledger)}
    assert {version: row.outcome for (key, version), row in rows.items() if key == given} == {
        "a": "accepted", "b": "rejected", "c": "rejected"}
    assert rows[given, "a"].image_id == "a" * 64
    assert (rows[given, "b"].reason, rows[given, "b"].own_image) == (Reason.SECOND_AT_PLACE, None)
    assert {row.outcome for (key, _), row in rows.items() if key != given} == {"accepted"}


def test_clusters_do_not_chain() -> None:
    member = related("b", Verdict.CLUSTER, represents=False, median=0.99)
    assert settle(submission(), [member], 0).cluster_id == "a" * 64
    founder = related("c", Verdict.CLUSTER, median=0.5)
    assert settle(submission(), [member, founder], 0).cluster_id == "c" * 64


@given(st.dictionaries(texts, texts, max_size=3), st.sampled_from(Reason), texts, st.lists(st.integers(0, 2**33), max_size=5),
       st.booleans())
def test_what_waits_in_the_ledger_comes_back(claims: dict[str, str], reason: Reason, detail: str, words: list[int],
                                             taken: bool) -> None:
    raw = submission().raw
    image = CanonicalImage("f" * 64, 5, "image/png", 7, 9, "e" * 64, tuple(words), "x", Original("PNG", 7, 9, detail, None, True))
    item = Submission(raw, sender_of(raw.key), claims, Outcome.ACCEPTED if taken else Outcome.REJECTED, "d" * 64,
                      None if taken else Rejection(reason, detail), image if taken else None)
    assert unpacked(raw, packed(item)) == item

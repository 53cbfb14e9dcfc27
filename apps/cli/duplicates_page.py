"""The page of duplicates: what the ledger has of them, their pictures, and the commands that decide."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import track

from datastore.ledger import pairs
from datastore.ledger.pairs import Cluster, Listed, Pair, Sent
from pages.contact_sheet import Command, Cut, Group, Picture, Section, contact_sheet, data_url, pair_sheet, why
from schemas.errors import ObjectMissing
from schemas.submission import Said
from stages.ingest.align import Place
from stages.ingest.side_by_side import Shown, enlarged, side_by_side
from workbench.bench import Workbench

SHORT = 12
"""Characters of an id in a command."""
LISTS: dict[Section, Callable[..., Listed]] = {
    Section.HELD: pairs.waiting, Section.BY_HAND: pairs.by_hand, Section.EDITED: pairs.edited, Section.EXACT: pairs.exact}
SAID = {Said.DUPLICATE: "the same photograph", Said.CLUSTER: "another photograph of the same thing",
        Said.SPLIT: "a picture of its own"}


@dataclass(frozen=True, slots=True)
class Counts:
    """What the page has."""

    pairs: int
    waiting: int
    clusters: int
    left_out: int


def write_page(bench: Workbench, path: Path, campaign: str | None, limit: int, console: Console) -> Counts:
    """Writes the page and, in a folder beside it, its pictures.

    Args:
        bench: the systems.
        path: of the page.
        campaign: only this campaign's; all where it is None.
        limit: at most so many pairs of a kind, and so many clusters.
        console: for progress.
    """
    listed = {section: find(bench.ledger, campaign, limit) for section, find in LISTS.items()}
    clusters = pairs.clusters(bench.ledger, campaign)
    folder = path.parent / f"{path.stem}-pictures"
    folder.mkdir(parents=True, exist_ok=True)
    page = _Page(bench, folder)
    todo = [(section, pair) for section, found in listed.items() for pair in found.pairs]
    groups = [*track(bench.objects.in_order(page.pair, todo), "pairs", len(todo), console=console, transient=True),
              *track(bench.objects.in_order(page.cluster, clusters[:limit]), "clusters", len(clusters[:limit]),
                     console=console, transient=True)]
    left_out = sum(found.total - len(found.pairs) for found in listed.values()) + len(clusters[limit:])
    path.write_text(contact_sheet(groups, left_out), encoding="utf-8")
    page.forget_others()
    return Counts(len(todo), len({pair.later.submission_id for pair in listed[Section.HELD].pairs}), len(clusters), left_out)


def write_pair(bench: Workbench, path: Path, later: str, earlier: str | None) -> bool:
    """Writes a page of two submissions, by their ids, without commands; False where the first one has no picture."""
    pair = pairs.pair_of(bench.ledger, later, earlier)
    if pair is None:
        return False
    folder = path.parent / f"{path.stem}-pictures"
    folder.mkdir(parents=True, exist_ok=True)
    page = _Page(bench, folder)
    path.write_text(pair_sheet(page.pair((Section.EDITED, pair))), encoding="utf-8")
    page.forget_others()
    return True


class _Page:
    """Groups of the page, whose pictures become files of a folder."""

    def __init__(self, bench: Workbench, folder: Path) -> None:
        self._bench, self._folder = bench, folder
        self._written: set[str] = set()

    def pair(self, item: tuple[Section, Pair]) -> Group:
        """A pair as the page shows it."""
        section, pair = item
        later, earlier = pair.later, pair.earlier
        if section is Section.EXACT and earlier:
            return Group(section, _title(pair), "", self._alone(later, f"{_sent(later)}; {earlier.key} was {_sent(earlier)}"))
        if earlier is None:
            return Group(section, later.key, _why(pair), self._alone(later, _sent(later)), _commands(section, pair))
        before, after = self._data(earlier), self._data(later)
        if before is None or after is None:
            return Group(section, _title(pair), f"{_why(pair)} A picture is not in the object store any more.", (),
                         _commands(section, pair), pair.figures)
        seen = side_by_side(before, after)
        places = seen.differences
        pictures = (self._picture(earlier, seen.earlier, f"earlier · {_sent(earlier)}", (item.on_earlier for item in places)),
                    self._picture(later, seen.later, f"later · {_sent(later)}", (item.on_later for item in places)))
        name = f"{later.submission_id[:SHORT]}-{earlier.submission_id[:SHORT]}"
        cuts = tuple(Cut(data_url(item.earlier.data), data_url(item.later.data), item.on_later.agreement) for item in places)
        return Group(section, _title(pair), _why(pair), pictures, _commands(section, pair), pair.figures,
                     self._file(name, seen.laid) if seen.laid else None, cuts)

    def cluster(self, cluster: Cluster) -> Group:
        """A cluster as the page shows it."""
        pictures = [picture for member in cluster.members for picture in self._alone(
            member, f"{_sent(member)}{' · represents the cluster' if member.submission_id == cluster.founder else ''}")]
        return Group(Section.CLUSTER, f"{len(cluster.members)} photographs", "", tuple(pictures), tuple(
            Command(f"saegim ingest split {member.submission_id[:SHORT]}", f"묶음에서 빼기 · {member.key} shows something else.")
            for member in cluster.members))

    def forget_others(self) -> None:
        """Removes pictures of pages before."""
        for path in self._folder.glob("*.jpg"):
            if path.name not in self._written:
                path.unlink()

    def _data(self, sent: Sent) -> bytes | None:
        try:
            return self._bench.objects.get(self._bench.settings.bucket_images, sent.image_key)
        except ObjectMissing:
            return None

    def _alone(self, sent: Sent, note: str) -> tuple[Picture, ...]:
        data = self._data(sent)
        return (self._picture(sent, enlarged(data), note),) if data else ()

    def _picture(self, sent: Sent, shown: Shown, note: str, marks: Iterable[Place] = ()) -> Picture:
        return Picture(sent.key, note, self._file(sent.submission_id[:SHORT], shown), shown.width, shown.height, tuple(marks))

    def _file(self, name: str, shown: Shown) -> str:
        path = self._folder / f"{name}.jpg"
        path.write_bytes(shown.data)
        self._written.add(path.name)
        return f"{self._folder.name}/{path.name}"


def _title(pair: Pair) -> str:
    return f"{pair.later.key} ↔ {pair.earlier.key}" if pair.earlier else pair.later.key


def _why(pair: Pair) -> str:
    if pair.decision:
        day = f" on {pair.decision.decided_at:%Y-%m-%d}" if pair.decision.decided_at else ""
        return f"Decision {pair.decision.number}{day}: {SAID[pair.decision.kind]}."
    return why(pair.figures) or (f"It {pair.detail}." if pair.detail else "")


def _sent(sent: Sent) -> str:
    return f"sent {sent.sent_at:%Y-%m-%d %H:%M} UTC by {sent.submitter}"


def _commands(section: Section, pair: Pair) -> tuple[Command, ...]:
    return tuple(_said(section, pair))


def _said(section: Section, pair: Pair) -> Iterator[Command]:
    later = pair.later.submission_id[:SHORT]
    if section is Section.BY_HAND and pair.decision:
        yield Command(f"saegim ingest undo {pair.decision.number}", "되돌리기 · Take it back: what ingest found counts again.")
    if section is Section.HELD and pair.earlier:
        merge = f"saegim ingest merge {later} {pair.earlier.submission_id[:SHORT]}"
        yield Command(f"{merge} --duplicate", "같은 사진 · The same photograph: nobody labels it again, and it earns no points.")
        yield Command(merge, "같은 대상의 다른 사진 · Another photograph of the same thing: taken, in the earlier one's split.")
    if section in (Section.HELD, Section.EDITED):
        yield Command(f"saegim ingest split {later}", "다른 것 · A picture of its own: it is taken, and compared no more.")

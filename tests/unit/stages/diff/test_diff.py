"""The diff of two releases finds every change that was made and no other."""

from __future__ import annotations

import copy
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pages import diff_tables
from schemas.arrow import label_row, reading_of
from schemas.errors import UnitMismatch
from schemas.letters import letters
from stages.diff.diff import MOST, MOST_PICTURES, Diff, RowPair, diff
from stages.diff.for_programs import to_json
from stages.diff.images import MOST_CHANGES
from stages.diff.regions import changes
from stages.diff.texts import letter_edits, pieces
from stages.diff.totals import ByReader, Handover, RegionCounts, Totals

pytestmark = pytest.mark.slow

WIDTH, HEIGHT = 900, 700
CELLS = [(20.0 + 110 * column, 20.0 + 60 * row) for row in range(10) for column in range(8)]
TEXTS = st.text("가나다각힣국수집 abcXY09<&한글", min_size=1, max_size=8)


def quad(cell: int, shift: float = 0.0) -> list[list[float]]:
    x, y = CELLS[cell]
    return [[x + shift, y], [x + shift + 80, y], [x + shift + 80, y + 30], [x + shift, y + 30]]


def region(name: str, cell: int, text: str = "국수집", **values: Any) -> dict[str, Any]:
    return {"region_id": name, "polygon": quad(cell), "text": text, "score": None, "direction": "horizontal",
            "writing": "printed", "effects": [], "language": "ko", "legible": True, "kind": "text", "checked": None,
            "replaces": None, **values}


def row(image: str, regions: list[dict[str, Any]], **values: Any) -> dict[str, Any]:
    return {"image_id": image, "split": "train", "shard": "images/a.parquet", "cluster_id": image, "group": image,
            "width": WIDTH, "height": HEIGHT, "media_type": "image/jpeg", "image_kind": "scene", "conditions": [],
            "campaign": "demo", "submitter": "0123456789", "annotation_config": "scene_text", "agreement": None,
            "reader": "person:aaaaaaaaaa", "run": "scene_text@1", "revision": 1, "unit": "line", "regions": regions, **values}


Rows = Iterable[tuple[dict[str, Any] | None, dict[str, Any] | None]]


def compared(before: str, after: str, pairs: Rows, reasons: Mapping[str, str] | None = None) -> Diff:
    """The diff of rows as a label file has them."""
    made = (RowPair(label_row(one) if one else None, label_row(other) if other else None) for one, other in pairs)
    return diff(before, after, made, reasons)


Done = dict[tuple[str | None, str | None], tuple[str, ...]]


@dataclass
class Edited:
    """An image before and after, and what was done to its regions: kinds by id before and id after."""

    before: dict[str, Any]
    after: dict[str, Any]
    done: Done


ACTS = ("keep", "far", "near", "edit", "attributes", "turn", "redraw", "redraw far", "remove", "all")


@st.composite
def edited_images(draw: st.DrawFn, image: str = "i") -> Edited:
    """Regions that do not overlap, each with one act of a person; some are new; their order is another."""
    cells = draw(st.lists(st.sampled_from(range(len(CELLS))), unique=True, max_size=12))
    free = iter(draw(st.permutations([cell for cell in range(len(CELLS)) if cell not in cells])))
    before, after = list[dict[str, Any]](), list[dict[str, Any]]()
    done: Done = {}
    for number, cell in enumerate(cells):
        name = f"r{number}"
        old = region(name, cell, draw(TEXTS).strip() or "국", writing=draw(st.sampled_from(["printed", "handwritten"])))
        before.append(old)
        new = copy.deepcopy(old)
        act = draw(st.sampled_from(ACTS))
        if act in ("far", "redraw far", "all"):
            new["polygon"] = quad(next(free))
        if act in ("near", "redraw"):
            new["polygon"] = quad(cell, shift=5)
        if act in ("edit", "all"):
            new["text"] = old["text"] + draw(st.sampled_from(["확", "!", " 점"]))
        if act in ("attributes", "all"):
            new |= {"direction": "vertical", "effects": ["embossed"]}
        if act == "turn":
            new["polygon"] = new["polygon"][2:] + new["polygon"][:2]
        if act.startswith("redraw"):
            new |= {"region_id": f"n{number}", "replaces": name if act == "redraw far" or draw(st.booleans()) else None}
        kinds = {"keep": (), "far": ("moved",), "near": ("moved",), "edit": ("edited",), "attributes": ("attributes",),
                 "turn": ("turned",), "redraw": ("moved", "redrawn"), "redraw far": ("moved", "redrawn"),
                 "remove": ("removed",), "all": ("edited", "moved", "attributes")}[act]
        if act != "remove":
            after.append(new)
        if kinds:
            done[name, None if act == "remove" else new["region_id"]] = kinds
    for number in range(draw(st.integers(0, 3))):
        after.append(region(f"a{number}", next(free), draw(TEXTS)))
        done[None, f"a{number}"] = ("added",)
    after = draw(st.permutations(after))
    return Edited(row(image, before), row(image, list(after), reader="person:bbbbbbbbbb", revision=2), done)


@st.composite
def releases(draw: st.DrawFn) -> list[tuple[dict[str, Any] | None, dict[str, Any] | None]]:
    """Some images: changed, come, gone, moved to another split, the same."""
    pairs: list[tuple[dict[str, Any] | None, dict[str, Any] | None]] = []
    for number in range(draw(st.integers(0, 5))):
        made = draw(edited_images(f"i{number}"))
        what = draw(st.sampled_from(["changed", "changed", "in", "out", "split", "same"]))
        if what == "split":
            made.after["split"] = "test"
        pairs.append({"in": (None, made.after), "out": (made.before, None), "same": (made.before, made.before)}.get(
            what, (made.before, made.after)))
    return pairs


@given(edited_images())
@settings(max_examples=120)
def test_every_change_is_found_and_none_is_invented(made: Edited) -> None:
    found = {(change.before and change.before.region_id, change.after and change.after.region_id): change.kinds()
             for change in changes(reading_of(made.before), reading_of(made.after))}
    assert found == made.done
    totals = compared("a@1", "a@2", [(made.before, made.after)]).totals
    counted = Counter(kind for kinds in made.done.values() for kind in kinds)
    assert {kind: getattr(totals.regions, kind) for kind in counted} == counted
    assert totals.regions.net == len(made.after["regions"]) - len(made.before["regions"])
    assert totals.relabelled == 1
    assert totals.alike == (not set(counted) - {"redrawn"})


@given(releases())
@settings(max_examples=40)
def test_a_release_with_itself_is_the_same(pairs: list[Any]) -> None:
    rows = [one or other for one, other in pairs]
    found = compared("a@1", "a@1", [(item, copy.deepcopy(item)) for item in rows])
    assert found.nothing
    assert found.totals == compared("", "", []).totals
    assert not diff_tables.tables(found)


def counts_backwards(counts: RegionCounts) -> RegionCounts:
    return replace(counts, came=counts.went, went=counts.came, added=counts.removed, removed=counts.added, entered=counts.left,
                   left=counts.entered)


def backwards(totals: Totals) -> Totals:
    """What the diff the other way round must count; nothing says why an image is out."""
    others: dict[str, Any] = {
        name: Counter({(*key[:-2], key[-1], key[-2]): count for key, count in getattr(totals, name).items()})
        for name in ("splits_moved", "configs", "attributes", "image_attributes", "letters")}
    return replace(
        totals, images_in=totals.images_out, images_out=totals.images_in, regions=counts_backwards(totals.regions),
        by_slice={name: counts_backwards(counts) for name, counts in totals.by_slice.items()},
        by_reader={Handover(after, before): ByReader(by.images, counts_backwards(by.regions))
                   for (before, after), by in totals.by_reader.items()},
        splits_in=totals.splits_out, splits_out=totals.splits_in, reasons=Counter({"": totals.images_in}),
        **others)


@given(releases())
@settings(max_examples=60)
def test_backwards_it_is_the_same_diff(pairs: list[Any]) -> None:
    there, back = compared("a@1", "a@2", pairs), compared("a@2", "a@1", [(other, one) for one, other in pairs])
    assert back.totals == backwards(there.totals)
    assert {(image.image_id, *image.split, *image.reader, *image.regions, image.changed) for image in there.images} == {
        (image.image_id, *image.split[::-1], *image.reader[::-1], *image.regions[::-1], image.changed) for image in back.images}
    assert {(change.before, change.after, change.iou, change.edits) for image in there.images for change in image.changes} == {
        (change.after, change.before, change.iou, change.edits) for image in back.images for change in image.changes}


def slice_counts(rows: list[Any]) -> Counter[str]:
    return Counter(name for item in rows if item for each in reading_of(item).regions for name in each.attributes.slices())


@given(releases())
@settings(max_examples=60)
def test_slices_add_up(pairs: list[Any]) -> None:
    before, after = slice_counts([one for one, _ in pairs]), slice_counts([other for _, other in pairs])
    found = compared("a@1", "a@2", pairs).totals
    net = {name: tally.net for name, tally in found.by_slice.items()}
    assert Counter({name: before[name] + net.get(name, 0) for name in before | after | net}) == after
    assert found.regions.net == sum(len(other["regions"]) for _, other in pairs if other) - sum(
        len(one["regions"]) for one, _ in pairs if one)


def test_a_region_is_told_by_its_id_then_by_what_it_replaces_then_by_overlap() -> None:
    # The new region "x" lies exactly where "r0" lay; "r0" itself has moved away; "y" says that it was "r1", which "z" covers.
    before = row("i", [region("r0", 0, "하나"), region("r1", 1, "둘"), region("r2", 2, "셋")])
    after = row("i", [region("x", 0, "넷"), region("r0", 5, "하나"), region("y", 6, "둘", replaces="r1"),
                      region("z", 1, "다섯"), region("w", 2, "셋")])
    found = {(change.before and change.before.region_id, change.after and change.after.region_id): change.kinds()
             for change in changes(reading_of(before), reading_of(after))}
    assert found == {(None, "x"): ("added",), ("r0", "r0"): ("moved",), ("r1", "y"): ("moved", "redrawn"),
                     (None, "z"): ("added",), ("r2", "w"): ("redrawn",)}


def test_less_than_a_pixel_is_no_move_and_the_reading_corner_counts() -> None:
    before = row("i", [region("r0", 0), region("r1", 1)])
    after = row("i", [region("r0", 0, polygon=quad(0, shift=0.9)), region("r1", 1, polygon=quad(1)[1:] + quad(1)[:1])])
    (found,) = changes(reading_of(before), reading_of(after))
    assert found.kinds() == ("turned",)
    assert found.iou == 1.0


def test_an_outline_that_crosses_itself_is_compared_too() -> None:
    bow = [[20.0, 20.0], [100.0, 50.0], [100.0, 20.0], [20.0, 50.0]]
    (found,) = changes(*(reading_of(row("i", [each])) for each in (region("r", 0, polygon=bow), region("r", 0))))
    assert found.kinds() == ("moved",)
    assert found.iou == 0.5


def test_who_relabelled_what_under_which_config_is_counted() -> None:
    old = row("a", [region("r", 0)])
    pairs = [(old, {**old, "reader": "merged:123", "run": "scene_text@2"}),
             (row("b", []), row("b", [region("r", 0)], reader="merged:456", conditions=["blurred"])),
             (row("c", []), row("c", [], split="test")),
             (None, row("d", [region("r", 0)], reader="person:cccccccccc"))]
    totals = compared("a@1", "a@2", pairs).totals
    assert {handover: by.images for handover, by in totals.by_reader.items()} == {
        ("person:aaaaaaaaaa", "merged"): 2, (None, "person:cccccccccc"): 1}
    assert totals.by_reader[Handover("person:aaaaaaaaaa", "merged")].regions.added == 1
    assert totals.configs == {("scene_text@1", "scene_text@2"): 1}
    assert totals.image_attributes == {("condition", "none", "blurred"): 1}
    assert totals.splits_moved == {("train", "test"): 1}
    assert (totals.relabelled, totals.alike, totals.images_in) == (2, 1, 1)


def test_of_many_images_the_most_changed_are_listed() -> None:
    heavy = {f"{number:04}": number % 7 + (45 if number == 600 else 0) for number in range(MOST + 200)}
    pairs: list[Any] = [(row(name, []), row(name, [region(f"r{k}", k) for k in range(count)], revision=2))
                        for name, count in heavy.items()]
    pairs += [(None, row(f"8{number:03}", [region("r", 0)] * (number % 3))) for number in range(130)]
    pairs += [(row(f"9{number:03}", [region("r", 0, text="비밀")]), None) for number in range(40)]
    found = compared("a@1", "a@2", iter(pairs), {"9003": "withdrawn"})
    assert len(found.images) == MOST
    assert found.left_off == len(pairs) - MOST
    assert found.totals.regions.added == sum(heavy.values())
    assert [image.image_id for image in found.images[:400]] == sorted(heavy, key=lambda name: (-heavy[name], name))[:400]
    assert len(found.images[0].changes) == MOST_CHANGES
    assert json.loads(to_json(found))["images"][0]["changes_left_off"] == heavy["0600"] - MOST_CHANGES
    assert list(found.pictured()) == [*sorted(heavy, key=lambda name: (-heavy[name], name))[:MOST_PICTURES - 3],
                                      "8002", "8005", "8008"]
    assert found.totals.reasons == {"": 39, "withdrawn": 1}
    # Whoever withdrew a picture does not find its texts in the diff.
    assert "비밀" not in to_json(found).decode()
    assert to_json(found) == to_json(compared("a@1", "a@2", iter(pairs), {"9003": "withdrawn"}))


def test_units_that_cannot_be_compared_are_refused() -> None:
    with pytest.raises(UnitMismatch, match="line"):
        compared("a@1", "a@2", [(row("i", [region("r", 0)]), row("i", [region("s", 0)], unit="word"))])


@given(TEXTS, TEXTS)
@example("강남역", "강남억")
@example("\u1112\u119e\u11ab글", "\u1112\u119e글")  # old Hangul: one letter of three code points
def test_pieces_are_the_two_texts_and_cut_no_letter(before: str, after: str) -> None:
    found = pieces(before, after)
    assert "".join(piece.before for piece in found) == before
    assert "".join(piece.after for piece in found) == after
    assert [(piece.after, piece.before) for piece in found] == [tuple(piece) for piece in pieces(after, before)]
    assert all(letter in letters(before) or not letter for letter, _ in letter_edits(before, after))
    one, two = letters(before), letters(after)
    for old, new in letter_edits(before, after):
        if old:
            one.remove(old)
        if new:
            two.remove(new)
    assert Counter(one) == Counter(two)


def words(found: Diff) -> Iterator[str]:
    for table in [*diff_tables.tables(found), diff_tables.images_table(found), diff_tables.texts_table(found)]:
        yield from (table.title, *table.headings, table.note)
        for cells in table.rows:
            assert len(cells) == len(table.headings), table.title
            yield from cells


@given(releases())
@settings(max_examples=40)
def test_tables_have_a_word_for_everything(pairs: list[Any]) -> None:
    found = compared("a@1", "a@2", pairs)
    assert all(isinstance(word, str) for word in words(found))
    told = diff_tables.summary(found)
    assert all(told.values())
    assert bool(told) == (not found.nothing)

"""Labelling: what people did to a pre-label, how far two of them agree, what is accepted."""

from __future__ import annotations

import itertools
import random
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.errors import UnitMismatch
from schemas.labelling import Agreement, Effort
from schemas.reading import (
    Attributes,
    Condition,
    Direction,
    Effect,
    ImageKind,
    Kind,
    Language,
    Polygon,
    Reading,
    Region,
    Unit,
)
from schemas.recipes.annotation_config import Thresholds
from stages.collect.agreement import Disagreement, What, agreed, agreement, disagreements
from stages.collect.effort import CLEAR, DELETE, effort, keys, mending
from stages.collect.merge import merge
from stages.collect.reasons import LISTED, LONGEST, sentence
from stages.compare import compare
from tests.places import REAL_DATA

RECEIPTS = REAL_DATA / "receipts"
LIMITS = Thresholds(regions=0.9, cer=0.02, attributes=0.9)
on_receipts = pytest.mark.skipif(not RECEIPTS.is_dir(), reason="../shared/data/receipts is not on this machine")


few = settings(deadline=None, max_examples=60)


def box(x: float, y: float, width: float = 100, height: float = 40) -> Polygon:
    return ((x, y), (x + width, y), (x + width, y + height), (x, y + height))


def reading(*regions: Region, reader: str = "person:kim", conditions: tuple[Condition, ...] = ()) -> Reading:
    return Reading("a" * 64, reader, "scene_text@1", 1, Unit.LINE, 2000, 3000, regions, conditions=conditions)


def merged(one: Reading, other: Reading, shown: Reading | None) -> Reading:
    return merge(one, other, shown, reader="merged:x", run="scene_text@1", revision=9)


def what(found: Iterable[Disagreement]) -> list[What]:
    return [difference.what for difference in found]


A, B = Region("a", box(10, 10), "서울역"), Region("b", box(10, 100), "Exit 3")
SHOWN = reading(A, B, reader="model:m@1")
VERTICAL, ILLEGIBLE = Attributes(direction=Direction.VERTICAL), Attributes(legible=False)

attributes = st.builds(Attributes, direction=st.sampled_from(Direction), language=st.sampled_from(Language),
                       legible=st.booleans(), kind=st.sampled_from([Kind.TEXT, Kind.CHECKBOX]),
                       checked=st.sampled_from([None, True, False]),
                       effects=st.sets(st.sampled_from(Effect)).map(lambda found: tuple(sorted(found))))
# Few places and few texts: regions that lie on each other and ties are what is worth trying.
shapes = st.builds(box, st.sampled_from([0, 20, 60, 300]), st.sampled_from([0, 8, 200]), st.sampled_from([80, 100]), st.just(40))
texts = st.sampled_from(["", "서울역", "서울억", "a", "Exit 3"])
regions = st.lists(st.builds(Region, st.uuids().map(str), shapes, texts, attributes), max_size=5)
readings = regions.map(lambda items: reading(*items))


@st.composite
def mended(draw: st.DrawFn) -> tuple[Reading, Reading]:
    """A pre-label, and what somebody made of it."""
    shown = [replace(region, region_id=f"r{index}") for index, region in enumerate(draw(regions))]
    made = []
    for region in shown:
        match draw(st.sampled_from(["keep", "keep", "text", "move", "attributes", "delete"])):
            case "text":
                region = replace(region, text=draw(texts))
            case "move":
                region = replace(region, polygon=draw(shapes))
            case "attributes":
                region = replace(region, attributes=draw(attributes))
            case "delete":
                continue
        made.append(region)
    return reading(*shown, reader="model:m@1"), reading(*made, *draw(regions))


# Effort

@pytest.mark.parametrize(("text", "presses"), [
    ("", 0), ("서울역", 8), ("괜찮아", 10), ("닭", 4), ("까", 2), ("예", 2), ("의", 3), ("않", 4), ("뷁", 5), ("ㅋㅋ", 2),
    ("ㄳ", 2), ("Exit 3", 6), ("서울역 3", 10), ("GS25 편의점", 4 + 1 + 1 + 9), ("가a나", 2 + 1 + 1 + 1 + 2),
    ("漢", 1), ("가漢나", 5),
    ("각", 3),  # NFD: what is stored is NFC
])
def test_key_presses(text: str, presses: int) -> None:
    assert keys(text) == presses


def test_every_syllable_takes_the_keys_that_its_letters_have_by_name() -> None:
    two_vowels = {"WA", "WAE", "OE", "WEO", "WE", "WI", "YI"}

    def presses(jamo: str) -> int:
        _, place, name = unicodedata.name(jamo).split()
        return 2 if (place == "JUNGSEONG" and name in two_vowels) or (place == "JONGSEONG" and "-" in name) else 1

    for code in range(0xAC00, 0xD7A4):
        assert keys(chr(code)) == sum(map(presses, unicodedata.normalize("NFD", chr(code))))


def test_mending_counts_what_hands_do() -> None:
    assert mending("서울역", "서울역") == 0
    assert mending("서울억", "서울역") == 1 + 3  # a composed syllable goes as a whole
    assert mending("Exit3", "Exit 3") == 1
    assert mending("잘못 읽은 긴 글자들", "역") == CLEAR + 3
    assert mending("없는 글자", "") == CLEAR


def test_each_act_is_counted_once_and_a_redrawn_region_is_deleted_and_added() -> None:
    shown = reading(A, B, Region("c", box(10, 200), "c"), Region("d", box(10, 300), "d"), Region("e", box(10, 400), "서울"),
                    reader="model:m@1")
    made = reading(replace(A, text="서울억"), replace(B, polygon=box(12, 100)), Region("c", box(10.6, 200.6), "c"),
                   Region("d", box(10, 300), "d", VERTICAL), Region("f", box(10, 401), "서울", replaces="e"))
    typed = keys("서울")
    assert effort(shown, made) == Effort(
        model="model:m@1", shown=5, untouched=1, texts=1, moved=1, attributes=1, deleted=1, added=1, regions=5,
        keys=8 + 6 + 1 + 1 + typed, keys_saved=8 + 6 + 1 + 1 + typed - (1 + 3) - typed - DELETE)
    assert effort(shown, made).edits == 5


@few
@given(readings)
def test_an_untouched_prelabel_saves_all_keys_and_none_saves_nothing(made: Reading) -> None:
    as_shown = effort(replace(made, reader="model:m@1"), made)
    assert (as_shown.keys_saved, as_shown.untouched, as_shown.edits) == (as_shown.keys, len(made.regions), 0)
    alone = effort(None, made)
    assert (alone.model, alone.keys_saved, alone.added, alone.keys) == (None, 0, len(made.regions), as_shown.keys)


@few
@given(mended())
def test_counts_add_up_and_nothing_saves_more_than_typing(pair: tuple[Reading, Reading]) -> None:
    shown, made = pair
    found = effort(shown, made)
    kept = found.shown - found.deleted
    assert kept + found.added == found.regions
    assert max(changed := (found.texts, found.moved, found.attributes)) <= kept - found.untouched <= sum(changed)
    assert -CLEAR * kept - DELETE * found.deleted <= found.keys_saved <= found.keys
    assert (found.edits == 0) == (found.untouched == found.shown and not found.added)


# Agreement

@few
@given(readings, readings)
def test_agreement_is_the_same_from_both_sides_and_differences_are_mirrored(one: Reading, other: Reading) -> None:
    assert agreement(one, other) == agreement(other, one)
    names = {What.ONLY_ONE: What.ONLY_OTHER, What.ONLY_OTHER: What.ONLY_ONE}
    mirrored = [Disagreement(names.get(found.what, found.what), found.other, found.one, found.values[::-1])
                for found in disagreements(other, one)]
    assert Counter(mirrored) == Counter(disagreements(one, other))


@few
@given(readings)
def test_a_reading_agrees_with_itself(one: Reading) -> None:
    assert agreement(one, replace(one, reader="person:lee")) == Agreement(1, 0, 1)
    assert disagreements(one, replace(one, regions=one.regions[::-1])) == []


def test_figures_of_two_readings() -> None:
    one = reading(A, B, Region("c", box(10, 200), "x"))
    other = reading(replace(A, text="서울억"), replace(B, attributes=VERTICAL))
    figures = agreement(one, other)
    assert figures == Agreement(regions=2 * 2 / 5, cer=1 / 9, attributes=11 / 12)
    assert what(disagreements(one, other)) == [What.TEXT, What.ATTRIBUTES, What.ONLY_ONE]
    assert not agreed(figures, LIMITS)
    assert agreed(figures, Thresholds(regions=0.8, cer=0.2, attributes=0.9))
    assert agreement(reading(), reading()) == Agreement(1, 0, 1)
    assert agreement(reading(A), reading()) == Agreement(0, 0, 1)
    with pytest.raises(UnitMismatch):
        agreement(one, replace(other, unit=Unit.WORD))


def test_what_nobody_can_read_has_no_text_to_differ_in() -> None:
    both = replace(A, text="서을", attributes=ILLEGIBLE), replace(A, text="", attributes=replace(ILLEGIBLE, language=Language.KO))
    assert agreement(reading(both[0]), reading(both[1])) == Agreement(1, 0, 1)
    assert disagreements(reading(both[0]), reading(both[1])) == []
    figures = agreement(reading(A), reading(both[0]))
    assert (figures.cer, figures.attributes) == (0, 4 / 5)
    [found] = disagreements(reading(A), reading(both[0]))
    assert (found.what, found.values) == (What.ATTRIBUTES, ("legible", "illegible"))


def test_outlines_and_the_whole_image_are_differences_but_in_no_figure() -> None:
    one, other = reading(A, conditions=(Condition.WRINKLED,)), reading(replace(A, polygon=box(10, 10, 125, 40)))
    assert agreement(one, other) == Agreement(1, 0, 1)
    assert what(disagreements(one, other)) == [What.OUTLINE, What.IMAGE]
    assert disagreements(reading(A), reading(replace(A, polygon=box(13, 8, 100, 43)))) == []


def test_a_stamp_on_a_text_is_no_text() -> None:
    stamp = Attributes(kind=Kind.STAMP)
    one = reading(Region("t", box(0, 0, 100, 40), "김민지"), Region("s", box(0, 0, 100, 50), "김민지", stamp))
    other = reading(Region("u", box(0, 0, 100, 49), "김민지"), Region("v", box(0, 0, 100, 41), "김민지", stamp))
    assert disagreements(one, other) == []
    assert all(match.truth.attributes != match.other.attributes for match in compare(one, other).matches)  # crossed by overlap


def test_the_reason_says_which_figure_failed_and_what_differs_and_nobody() -> None:
    one = reading(A, B, *(Region(f"c{index}", box(10, 200 + 50 * index), f"줄 {index}") for index in range(8)))
    other = reading(replace(A, text="서울억"), replace(B, attributes=VERTICAL), reader="person:lee")
    said = sentence(one, other, agreement(one, other), LIMITS).splitlines()
    assert said == [
        "글자 차이 · characters that differ: 11.1 % (≤ 2 %)",
        "같은 영역 · regions in common: 33.3 % (≥ 90 %)",
        "글자가 다름 · texts differ: #1 '서울역' / '서울억'",
        *(f"첫째에만 있음 · only in the first: #{index + 3} '줄 {index}'" for index in range(8)),
        "속성이 다름 · attributes differ: #2 'Exit 3': horizontal / vertical"]
    turned = sentence(other, one, agreement(one, other), LIMITS).splitlines()
    assert "둘째에만 있음 · only in the second: #10 '줄 7'" in turned  # its number in the list that it is in
    many = reading(*(Region(f"c{index}", box(10, 20 * index), f"줄 {index}") for index in range(LISTED + 4)))
    assert sentence(many, reading(), agreement(many, reading()), LIMITS).endswith("외 4건 · and 4 more")
    assert sentence(reading(B), reading(replace(B, attributes=VERTICAL)), Agreement(1, 0, 5 / 6), LIMITS) == (
        "같은 속성 · attributes in common: 83.3 % (≥ 90 %)\n속성이 다름 · attributes differ: #1 'Exit 3': horizontal / vertical")
    assert sentence(reading(A), reading(A), Agreement(1, 0, 1), LIMITS) == ""
    both = replace(A, text="서울억"), replace(B, attributes=VERTICAL)
    attributes_missed = sentence(reading(A, B), reading(*both), Agreement(1, 0, 0.5), LIMITS).splitlines()
    assert [line.split(" · ")[0] for line in attributes_missed] == ["같은 속성", "속성이 다름", "글자가 다름"]


def test_texts_of_strangers_stay_short_and_on_their_line() -> None:
    long = "가" * 400 + "\u202e\n" + "나" * 400
    one, other = reading(replace(A, text=long + "다")), reading(replace(A, text=long + "라"))
    [line] = sentence(one, other, Agreement(1, 0, 1), LIMITS).splitlines()
    assert len(line) < 2 * LONGEST + 60
    assert line.endswith("나다' / '…" + "나" * (LONGEST // 2) + "라'")  # cut around the place that matters
    assert not disagreements(reading(A), reading(replace(A, text="서울\u200b역")))  # nobody sees it, so it is no difference
    unseen = reading(A), reading(replace(A, text="서울\ue000역"))  # which only some fonts show
    assert sentence(*unseen, Agreement(1, 0, 1), LIMITS).endswith(r"'서울역' / '서울\ue000역'")


# … on real label sets of byte-identical pictures

def receipt(name: str) -> Reading:
    lines = [line.split(",", 8) for line in (RECEIPTS / "box" / f"{name}.csv").read_text(encoding="utf-8").splitlines() if line]
    return reading(*(Region(f"{name}-{index}", tuple((float(x), float(y)) for x, y in zip(line[:8:2], line[1:8:2], strict=True)),
                            line[8]) for index, line in enumerate(lines)))


def bounds(region: Region) -> tuple[float, float, float, float]:
    xs, ys = zip(*region.polygon, strict=True)
    return min(xs), min(ys), max(xs), max(ys)


def by_hand(one: Reading, other: Reading) -> tuple[list[tuple[str, str]], list[str], list[str]]:
    """Texts that differ, texts only in one, only in other: by the best assignment of all, found by trying every one."""
    def iou(first: Region, second: Region) -> float:
        (x0, y0, x1, y1), (u0, v0, u1, v1) = bounds(first), bounds(second)
        common = max(0.0, min(x1, u1) - max(x0, u0)) * max(0.0, min(y1, v1) - max(y0, v0))
        return common / float((x1 - x0) * (y1 - y0) + (u1 - u0) * (v1 - v0) - common)

    ours, theirs = one.regions, other.regions
    edges = [(i, j) for i, first in enumerate(ours) for j, second in enumerate(theirs) if iou(first, second) >= 0.5]
    matched: list[tuple[int, int]] = []
    left = set(edges)
    while left:  # a cluster of regions that could be each other's, at a time
        cluster = {left.pop()}
        while more := {edge for edge in left if any(edge[0] == i or edge[1] == j for i, j in cluster)}:
            cluster |= more
            left -= more
        choices: list[tuple[tuple[int, int], ...]] = [
            choice for size in range(1, len(cluster) + 1) for choice in itertools.combinations(sorted(cluster), size)
            if len({i for i, _ in choice}) == len({j for _, j in choice}) == size]
        ranked = [(len(choice), sum(ours[i].text == theirs[j].text for i, j in choice), choice) for choice in choices]
        matched += max(ranked)[2]
    rows, columns = {i for i, _ in matched}, {j for _, j in matched}
    return (sorted((ours[i].text, theirs[j].text) for i, j in matched if ours[i].text != theirs[j].text),
            sorted(region.text for i, region in enumerate(ours) if i not in rows),
            sorted(region.text for j, region in enumerate(theirs) if j not in columns))


def found(one: Reading, other: Reading) -> tuple[list[tuple[str, str]], list[str], list[str]]:
    listed = disagreements(one, other)
    assert {difference.what for difference in listed} <= {What.TEXT, What.ONLY_ONE, What.ONLY_OTHER}
    return (sorted(difference.values for difference in listed if difference.what is What.TEXT),
            sorted(difference.values[0] for difference in listed if difference.what is What.ONLY_ONE),
            sorted(difference.values[1] for difference in listed if difference.what is What.ONLY_OTHER))


@on_receipts
@pytest.mark.parametrize(("names", "by_eye"), [
    (("012", "015"), ([("CASHLER # :", "CASHIER#:"), ("COMPANY REG NO. :SA03711551-P", "COMPANY REG NO.:SA03711551-P"),
                       ("GST REG NO. :001637511168", "GST REG NO.:001637511168"), ("INVOLCE NO.:", "INVOICE NO.:"),
                       ("TAX(RM)", "TAX (RM)")],
                      ["7 DAYS WITH ORIGINAL RECEIPT TQ^^", "ANY GOODS RETURN PLEASE DO WITHIN", "THANK YOU"], [])),
    (("016", "018"), ([], ["* RM", "* RM", "0.17)=RM", "2.83", "2.83 UNI (", "3.96)=RM", "33.02 UNI (", "66.04", ": 1", "COVER"],
                      ["* RM 2.83 UNI ( 0.17)=RM 2.83", "* RM 33.02 UNI ( 3.96)=RM 66.04", "COVER : 1"])),
])
def test_every_difference_of_two_real_label_sets_is_found_and_none_invented(
        names: tuple[str, str], by_eye: tuple[list[tuple[str, str]], list[str], list[str]]) -> None:
    one, other = receipt(names[0]), receipt(names[1])
    assert found(one, other) == by_hand(one, other) == by_eye
    # The multisets of texts know nothing of places: all that they differ in is among the differences, and the other way about.
    texts, only_one, only_other = found(one, other)
    here, there = (Counter(region.text for region in label_set.regions) for label_set in (one, other))
    here_only, there_only = Counter([old for old, _ in texts] + only_one), Counter([new for _, new in texts] + only_other)
    assert here - there == here_only - there_only
    assert there - here == there_only - here_only
    assert agreement(one, other) == agreement(other, one)


@on_receipts
def test_of_receipts_labelled_again_by_a_shaky_hand_exactly_what_was_changed_is_found() -> None:
    chance = random.Random(5)
    for path in sorted((RECEIPTS / "box").glob("*.csv"))[::2]:
        one = receipt(path.stem)
        again, texts, gone = [], [], []
        for region in one.regions:
            act = chance.random()
            if act < 0.05:
                gone.append(region.text)
                continue
            x0, y0, x1, y1 = bounds(region)
            steady = min(x1 - x0, y1 - y0) < 6  # a line of receipt 178 is labelled one pixel wide
            x, y, u, v = (0 if steady else chance.choice((-1, 0, 1)) for _ in range(4))
            new = replace(region, region_id=f"again-{region.region_id}", polygon=box(x0 + x, y0 + y, x1 - x0 + u, y1 - y0 + v))
            if act < 0.1:
                new = replace(new, text=region.text + "~")
                texts.append((region.text, new.text))
            again.append(new)
        again.append(Region("new", box(1600, 2600), "nobody else's"))
        chance.shuffle(again)
        other = reading(*again)
        assert found(one, other) == (sorted(texts), sorted(gone), ["nobody else's"]), path.stem


@on_receipts
def test_lines_that_were_labelled_twice_are_not_crossed_by_a_pixel() -> None:
    one = receipt("001")  # two lines of it lie there twice, once with other letters: IoU 0.81
    first, second = (next(region for region in one.regions if region.text == text)
                     for text in ("THANK YOU ! PLEASE COME AGAIN !", "THANK YOU ! FLEASE COME AOSIN !"))
    swapped = {first.region_id: second.polygon, second.region_id: first.polygon}
    other = replace(one, regions=tuple(replace(region, polygon=swapped.get(region.region_id, region.polygon))
                                       for region in one.regions))
    assert found(one, other) == ([], [], [])
    assert sum(match.edits > 0 for match in compare(one, other).matches) == 2


# Merge

def test_the_value_that_somebody_changed_wins() -> None:
    one = reading(replace(A, text="서울억"), B)
    other = reading(A, replace(B, polygon=box(10, 103), attributes=Attributes(effects=(Effect.REFLECTIVE,))), reader="person:lee")
    both = merged(one, other, SHOWN)
    assert both.regions == (one.regions[0], other.regions[1])
    assert (both.reader, both.run, both.revision) == ("merged:x", "scene_text@1", 9)
    assert merged(other, one, SHOWN).regions == both.regions


def test_what_only_the_other_person_drew_stands_where_it_is_read() -> None:
    drawn = Region("drawn", box(10, 55), "3번 출구")
    mine = reading(replace(A, text="서울억"), B)
    regions = merged(mine, reading(A, B, drawn), SHOWN).regions
    assert [region.region_id for region in regions] == ["a", "drawn", "b"]


def test_where_both_changed_it_or_nothing_was_shown_it_is_the_first() -> None:
    one, other = reading(replace(A, text="서울억")), reading(replace(A, text="서울력"))
    assert merged(one, other, SHOWN) is one
    assert merged(one, other, None) is one
    twice = reading(A, replace(A, region_id="z", text="서울억"))  # shown twice; each left another one of them as it was
    assert merged(reading(A), reading(twice.regions[1]), twice).regions == (A,)
    blind = reading(replace(A, region_id="new"))  # drew it without seeing a pre-label: all of it is that person's
    assert merged(reading(replace(A, text="서울억")), blind, reading(replace(A, text="서울억"))).regions == (A,)


def test_a_region_of_one_person_stays_where_it_was_work_and_goes_where_the_other_deleted_it() -> None:
    drawn = Region("new", box(10, 300), "새 줄")
    assert merged(reading(A, B, drawn), reading(A), SHOWN).regions == (A, drawn)
    assert merged(reading(A), reading(A, B, drawn), SHOWN).regions == (A, drawn)
    assert merged(reading(A), reading(A, replace(B, text="Exit 8")), SHOWN).regions == (A, replace(B, text="Exit 8"))
    blind = reading(replace(A, region_id="own"))
    assert merged(reading(A, B), blind, SHOWN).regions == (A, B)  # nobody decided against B
    redrawn = reading(replace(A, region_id="own", replaces="a"))
    assert merged(reading(A, B), redrawn, SHOWN).regions == (A,)  # who redrew A saw B, and deleted it


def test_text_goes_with_legibility_and_a_state_with_its_check_box() -> None:
    gone = replace(A, text="", attributes=ILLEGIBLE)
    back = replace(A, attributes=Attributes(legible=True))
    unread = reading(replace(A, attributes=ILLEGIBLE))
    [region] = merged(reading(gone), reading(back), unread).regions  # one cleared the text, the other can read it
    assert (region.text, region.attributes.legible) == (A.text, True)
    one, other = (reading(replace(A, attributes=value)) for value in (Attributes(kind=Kind.STAMP),
                                                                      Attributes(kind=Kind.CHECKBOX, checked=True)))
    assert merged(one, other, SHOWN).regions[0].attributes == Attributes(kind=Kind.STAMP)


def test_the_whole_image_is_settled_alike() -> None:
    one, other = replace(SHOWN, image_kind=ImageKind.DOCUMENT), replace(SHOWN, conditions=(Condition.DAMAGED,))
    both = merged(one, other, SHOWN)
    assert (both.image_kind, both.conditions) == (ImageKind.DOCUMENT, (Condition.DAMAGED,))


def test_one_id_in_two_places_becomes_two_ids() -> None:
    one, other = reading(replace(A, text="x")), reading(replace(A, polygon=box(500, 500), text="y"))
    first, second = merged(one, other, SHOWN).regions
    assert (first.region_id, second.replaces, second.text) == ("a", "a", "y")
    assert second.region_id != "a"


@few
@given(mended(), mended(), st.booleans())
def test_a_merge_invents_nothing(mine: tuple[Reading, Reading], theirs: tuple[Reading, Reading], blind: bool) -> None:
    shown, one = mine
    other = theirs[1] if blind else replace(one, regions=(*one.regions[1:], *theirs[1].regions))
    ids = [region.region_id for region in (*one.regions, *other.regions)]
    both = merged(one, other, shown)
    assert merged(one, one, shown) is one
    assert len({region.region_id for region in both.regions}) == len(both.regions)
    sources = one.regions + other.regions
    assert {(region.text, region.attributes.legible) for region in both.regions} <= {
        (region.text, legible) for region in sources for legible in (True, False)}
    assert {region.polygon for region in both.regions} <= {region.polygon for region in sources}
    assert all(region.region_id in ids or region.replaces in ids for region in both.regions)


@few
@given(st.lists(st.tuples(texts, attributes, texts, attributes, st.booleans(), st.booleans()), min_size=1, max_size=4))
def test_where_no_two_change_the_same_it_does_not_matter_who_comes_first(
        items: list[tuple[str, Attributes, str, Attributes, bool, bool]]) -> None:
    shown, one, other, expected = [], [], [], []
    for index, (text, values, new_text, new_values, by_one, also) in enumerate(items):
        region = Region(f"r{index}", box(10, 100 * index), text, values)
        new_values = replace(new_values, legible=values.legible, kind=values.kind)  # what hangs on them has a test of its own
        left, right = replace(region, text=new_text), replace(region, attributes=new_values) if also else region
        shown.append(region)
        expected.append(replace(region, text=new_text, attributes=right.attributes))
        one.append(left if by_one else right)
        other.append(right if by_one else left)
    before = reading(*shown)
    assert merged(reading(*one), reading(*other), before).regions == tuple(expected)
    assert merged(reading(*other), reading(*one), before).regions == tuple(expected)

"""The card's section on its own specification: crossings are as counted one by one, and strangers' conditions break no table."""

from __future__ import annotations

from collections import Counter
from xml.etree import ElementTree

from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from pages.card_coverage import specification
from pages.card_facts import CardFacts
from schemas.reading import Attributes, Direction, Effect, Language, Reading, Region, Unit
from schemas.recipes.dataset import Dataset
from schemas.recipes.slices import NamedSlice
from stages.export.counts import Counts, cells_of
from stages.export.coverage import Enough, crossings_covered
from stages.export.leaks import LeakReport
from stages.export.least import GroupsAsked

SQUARE = ((0.0, 0.0), (9.0, 0.0), (9.0, 9.0), (0.0, 9.0))
ATTRIBUTES = st.builds(Attributes, direction=st.sampled_from(Direction), language=st.sampled_from(Language),
                       effects=st.lists(st.sampled_from(Effect), unique=True).map(lambda found: tuple(sorted(found))))
SAMPLES = st.lists(st.tuples(st.sampled_from(["train", "test"]), st.lists(ATTRIBUTES, max_size=4)), max_size=8)
BY_LANGUAGE = ("language", "direction")
BY_EFFECTS = ("effects", "language")


def counted(samples: list[tuple[str, list[Attributes]]], named: tuple[str, ...] = ()) -> Counts:
    counts = Counts([BY_LANGUAGE, BY_EFFECTS])
    for split, found in samples:
        regions = tuple(Region(f"r{number}", SQUARE, "가", attributes) for number, attributes in enumerate(found))
        counts.add(split, "demo", Reading("i", "person:a", "c@1", 0, Unit.LINE, 9, 9, regions), None, [named] * bool(named)
                   * len(found))
    return counts


def facts(counts: Counts, least: int = 2, **values: object) -> CardFacts:
    recipe = Dataset.model_validate({
        "name": "signs", "description": "", "licence": "", "unit": "line", "readings": {"annotation_configs": ["scene_text"]},
        "splits": {"train": 0.9, "test": 0.1}, "salt": "s",
        "coverage": {"crossings": [list(BY_LANGUAGE), list(BY_EFFECTS)], "least": least}})
    return CardFacts("signs@1", None, recipe, "saegim", counts, {}, LeakReport(0, (), None, 0), None, {},
                     **values)  # type: ignore[arg-type]


@settings(deadline=None)
@given(SAMPLES)
def test_cells_are_those_of_counting_one_by_one(samples: list[tuple[str, list[Attributes]]]) -> None:
    counts = counted(samples)
    by_hand = Counter((split, "language", str(item.language), str(item.direction)) for split, found in samples for item in found)
    by_hand.update((split, "effects", effect, str(item.language)) for split, found in samples for item in found
                   for effect in (map(str, item.effects) if item.effects else ["none"]))
    for crossing in (BY_LANGUAGE, BY_EFFECTS):
        for one in cells_of(crossing[0]):
            for other in cells_of(crossing[1]):
                for split in ("train", "test"):
                    assert counts.cell(crossing, one, other, split) == by_hand[split, crossing[0], one, other]
    for found in crossings_covered(facts(counts).recipe.coverage, counts, ["train", "test"]):
        cells = [cell for row in found.rows for cell in row]
        assert [cell.enough for cell in cells] == [
            (Enough.EMPTY, Enough.THIN, Enough.YES)[min(2, sum(cell.regions))] for cell in cells]


def test_a_recipe_that_asks_for_nothing_has_no_section() -> None:
    plain = facts(Counts())
    none = plain.recipe.model_copy(update={"coverage": plain.recipe.coverage.model_copy(update={"crossings": []})})
    assert specification(CardFacts("signs@1", None, none, "saegim", Counts(), {}, plain.leaks, None, {})) == []


def test_tables_stay_tables_whatever_a_condition_says() -> None:
    odd = NamedSlice(name="세로_간판", where="text == '<b>|가`나'", owner="team", why="a | b\n# no heading")
    counts = counted([("train", [Attributes()] * 3), ("test", [Attributes(effects=(Effect.EMBOSSED,))])], ("세로_간판",))
    asked = (GroupsAsked("test", "세로_간판", 2, 1, 2), GroupsAsked("train", "all", 1, 1, 2))
    text = "\n\n".join(specification(facts(counts, named=(odd,), asked=asked)))
    html = MarkdownIt("commonmark", {"html": True, "xhtmlOut": True}).enable("table").render(text)
    page = ElementTree.fromstring(f"<page>{html}</page>")
    groups, named, languages, effects = ([["".join(cell.itertext()) for cell in row] for row in table.iter("tr")]
                                         for table in page.iter("table"))
    assert groups[1:] == [["test", "세로_간판", "2", "△ 1", "2"], ["train", "any", "1", "1", "2"]]
    assert named[1][0] == "세로_간판" and named[1][1] == "text == '<b>|가`나'" and named[1][3:] == ["1 · 3", "1 · 1", "2 · 4"]
    assert languages[5] == ["other", "3 · 1", "∅", "∅"] and len(effects) == 6
    assert effects[1] == ["none", "∅", "∅", "∅", "∅", "3 · 0"] and effects[2][5] == "△ 0 · 1"
    assert "Of 15 cells 14 are empty and 0 are thin." in text and "1 are thin: embossed × other (1)." in text
    assert [heading.text for heading in page.iter("h2")] == ["Beside its own specification"]

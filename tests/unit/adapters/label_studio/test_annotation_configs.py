"""The shipped annotation configs, what the linter says about others, and the guide that annotators see."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from adapters.label_studio.configs import load_annotation_config
from adapters.label_studio.guide import guide_html, second_look_xml
from adapters.label_studio.label_config import read_xml
from adapters.label_studio.lint.config_xml import lint_xml
from adapters.label_studio.lint.findings import Severity, refuse
from adapters.label_studio.lint.folder import lint_folder
from adapters.label_studio.lint.guide import LARGEST_PICTURE
from adapters.label_studio.lint.hotkeys import LABEL_STUDIO_KEYS
from schemas.errors import SettingError
from schemas.recipes.annotation_config import CHOICES, ILLEGIBLE, LABELS, SHAPES, AnnotationConfig, Subject, vocabulary_of
from tests.guide_keys import keys_of
from tests.places import ROOT, SCREENS

CONFIGS = ROOT / "annotation_configs"
SHIPPED = sorted(path.parent.name for path in CONFIGS.glob("*/config.xml"))
SCENE = (CONFIGS / "scene_text" / "config.xml").read_text(encoding="utf-8")
LINE = (CONFIGS / "line_text" / "config.xml").read_text(encoding="utf-8")
ONE_LINE = (SCREENS / "line_text_1.xml").read_text(encoding="utf-8")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the shipped configs, to be spoilt; the folder of scene_text."""
    shutil.copytree(CONFIGS, tmp_path / "annotation_configs", ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    return tmp_path / "annotation_configs" / "scene_text"


def spoil(folder: Path, file: str, old: str, new: str) -> int:
    """Replaces a text of a file, once; returns the line where it was."""
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text, f"{file} has no {old}"
    (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    return text[:text.index(old)].count("\n") + 1


def test_the_configs_of_the_design_are_there() -> None:
    assert SHIPPED == ["document", "line_text", "scene_text"]


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_config_has_nothing_to_complain_about(name: str) -> None:
    assert [str(finding) for finding in lint_folder(CONFIGS / name)] == []
    config = load_annotation_config(CONFIGS / name)
    assert config.pictures
    assert config.unit == load_annotation_config(CONFIGS / "scene_text").unit


@pytest.mark.parametrize("name", ["scene_text", "document"])
def test_configs_about_images_offer_the_whole_vocabulary(name: str) -> None:
    controls = {tag.get("name"): tag for tag in read_xml((CONFIGS / name / "config.xml").read_text(encoding="utf-8")).walk()}
    for control in {*CHOICES, LABELS} - {"legible"}:  # illegible is a label there
        assert sorted(controls[control].values) == sorted(vocabulary_of(control)), control
    assert "legible" not in controls
    assert "kind_rectangle" in controls
    assert ("kind_ellipse" in controls) is (name == "document")


def test_the_config_of_lines_asks_for_their_texts_and_nothing_else() -> None:
    controls = [tag.get("name") for tag in read_xml(LINE).walk() if tag.get("toName")]
    assert controls == ["text_{{idx}}"]
    assert ">" not in LINE[LINE.index("<Style>") + 7:LINE.index("</Style>")]  # Label Studio writes &gt; into its style sheet


def test_the_config_of_one_line_which_projects_of_version_1_have_is_still_sound() -> None:
    controls = [tag.get("name") for tag in read_xml(ONE_LINE).walk() if tag.get("toName")]
    assert controls == ["text", "legible"]
    assert [finding.wrong for finding in lint_xml(ONE_LINE, Subject.REGION) if "hotkey" not in finding.wrong] == []


@pytest.mark.parametrize(("old", "new", "wrong"), [
    ('on="$lines"', 'on="$rows"', "Repeater: on is '$rows'"),
    ("<Repeater", "<View", "0 tags of the name Repeater"),
    ('name="text_{{idx}}"', 'name="text"', "TextArea: name is 'text'"),
    ('value="$lines[{{idx}}].image"', 'value="$image"', "Image: value is '$image'"),
    ('rows="2"', 'rows="1"', "TextArea: rows is '1'"),
    ('value="✎"', 'value="✍"', "Shortcut types '✍'"),
    ('hotkey="alt+g"', 'hotkey="g"', "hotkey 'g' of '✎' is a letter of the text"),
    ("</Repeater>", '<Choices name="legible" toName="image_0"/></Repeater>', "Choices 'legible' is unknown to the codec"),
])
def test_a_mistake_in_a_config_of_lines_is_found(old: str, new: str, wrong: str) -> None:
    spoilt = LINE.replace(old, new, 1).replace("</Repeater>", "</View>" if new == "<View" else "</Repeater>")
    found = [finding for finding in lint_xml(spoilt, Subject.LINES) if wrong in finding.wrong]
    assert found and found[0].repair


@pytest.mark.parametrize("name", SHIPPED)
def test_the_guide_tells_every_key_of_its_screen(name: str) -> None:
    config = load_annotation_config(CONFIGS / name)
    told = {key.lower() for key in keys_of(config.guide)}
    assert {tag.get("hotkey") for tag in read_xml(config.xml).walk() if tag.get("hotkey")} - told == set()


@pytest.mark.parametrize("name", ["scene_text", "document"])
def test_the_guide_says_all_in_korean_and_then_in_english(name: str) -> None:
    korean, english = load_annotation_config(CONFIGS / name).guide.split("\n# ")
    assert set(keys_of(korean)) == set(keys_of(english))
    assert not re.search(r"[가-힣]", english)


TEXT_AREA = ('<TextArea name="text" toName="image" perRegion="true" whenLabelValue="text" editable="true" transcription="true" '
             'maxSubmissions="1"')
ASKS = 'required="true" requiredMessage="글자 · text"'
MISTAKES = [
    ("duplicate name", 'name="kind_rectangle"', 'name="kind"', "the name 'kind' is taken in line"),
    ("no toName", '<Choices name="direction" toName="image"', '<Choices name="direction"', "direction: toName is missing"),
    ("toName nowhere", '<Choices name="direction" toName="image"', '<Choices name="direction" toName="picture"',
     "direction: toName is 'picture'"),
    ("unknown control", 'name="direction"', 'name="way"', "Choices 'way' is unknown to the codec"),
    ("wrong tag", 'name="kind_rectangle"', 'name="kind_ellipse"', "'kind_ellipse' is a RectangleLabels"),
    ("no name", 'name="effects" toName', "toName", "Choices has no name"),
    ("outside the vocabulary", 'alias="vertical"', 'alias="upright"', "direction: 'upright' is not in the vocabulary"),
    ("offered twice", 'alias="vertical"', 'alias="horizontal"', "direction: 'horizontal' is offered twice"),
    ("no alias", ' alias="vertical"', "", "direction: '세로 vertical' has no alias"),
    ("no alias of a label", ' alias="stamp"', "", "kind: '도장 stamp' has no alias"),
    ("doubled key", 'hotkey="alt+s"', 'hotkey="alt+a"', "hotkey 'alt+a' of '세로 vertical' is taken by '가로 horizontal'"),
    ("key of Label Studio", 'hotkey="alt+s"', 'hotkey="v"', "hotkey 'v' of '세로 vertical' is Label Studio's: it moves regions"),
    ("key of Label Studio, other order", 'hotkey="alt+s"', 'hotkey="Shift+Ctrl+Z"', "is Label Studio's: it redoes"),
    ("no key", ' hotkey="alt+s"', "", "'세로 vertical' has no hotkey"),
    ("a letter", 'hotkey="alt+s"', 'hotkey="s"', "hotkey 's' of '세로 vertical' types"),
    ("a capital", 'hotkey="alt+s"', 'hotkey="Shift+S"', "hotkey 'shift+s' of '세로 vertical' types"),
    ("a digit", 'hotkey="ctrl+alt+1"', 'hotkey="1"', "hotkey '1' of '글자 text' types"),
    ("key of Chromium", 'hotkey="alt+s"', 'hotkey="alt+d"', "goes to Chromium's address bar"),
    ("key of the desktop", 'hotkey="alt+s"', 'hotkey="ctrl+alt+L"', "locks the screen on Linux"),
    ("key of the account", 'hotkey="alt+s"', 'hotkey="alt+backspace"', "in each annotator's account: regions:region:delete"),
    ("text not per region", TEXT_AREA, TEXT_AREA.replace(' perRegion="true"', ""), "the TextArea has no perRegion"),
    ("many texts", TEXT_AREA, TEXT_AREA.replace('maxSubmissions="1"', 'maxSubmissions="3"'), "maxSubmissions is '3'"),
    ("any number of texts", TEXT_AREA, TEXT_AREA.replace(' maxSubmissions="1"', ""), "maxSubmissions is ''"),
    ("text not editable", TEXT_AREA, TEXT_AREA.replace(' editable="true"', ""), "a pre-filled text cannot be corrected"),
    ("text in the list", TEXT_AREA, f'{TEXT_AREA} displayMode="region-list"', "no key reaches where their row is out of sight"),
    ("text by mouse", TEXT_AREA, TEXT_AREA.replace(' transcription="true"', ""), "a pre-filled text is edited by mouse only"),
    ("text may be empty", ' required="true"', "", "a region without text is submitted and nobody is told"),
    ("empty text without a word", ' requiredMessage="', ' title="', "a region without text is submitted and nobody is told"),
    ("attribute of the image", 'name="writing" toName="image" perRegion="true"', 'name="writing" toName="image"',
     "writing: perRegion is 'missing'"),
    ("condition of a region", 'name="condition" toName="image"', 'name="condition" toName="image" perRegion="true"',
     "condition: perRegion is 'true'"),
    ("two directions", '<Choices name="direction" toName="image" perRegion="true" choice="single"',
     '<Choices name="direction" toName="image" perRegion="true" choice="multiple"', "direction: choice is 'multiple'"),
    ("unknown condition", 'visibleWhen="region-selected"', 'visibleWhen="region-chosen"', "visibleWhen is 'region-chosen'"),
    ("condition on no control", 'whenLabelValue="checkbox"', 'whenTagName="kinds" whenLabelValue="checkbox"',
     "whenTagName is 'kinds', which no control is named"),
    ("condition on one of two shapes", 'whenLabelValue="checkbox"', 'whenTagName="kind" whenLabelValue="checkbox"',
     "so regions drawn with kind_rectangle never show it"),
    ("condition on no label", 'whenLabelValue="checkbox"', 'whenLabelValue="check box"',
     "whenLabelValue is 'check box', which nothing offers"),
    ("condition on no choice", 'whenLabelValue="checkbox"', 'whenTagName="writing" whenChoiceValue="typed"',
     "whenChoiceValue is 'typed', which nothing offers"),
    ("picture of another name", 'value="$image"', 'value="$picture"', "Image value is '$picture'"),
]


@pytest.mark.parametrize(("old", "new", "wrong"), [item[1:] for item in MISTAKES], ids=[item[0] for item in MISTAKES])
def test_a_mistake_in_the_xml_is_found_by_name_and_line(folder: Path, old: str, new: str, wrong: str) -> None:
    line = spoil(folder, "config.xml", old, new)
    found = [finding for finding in lint_folder(folder) if finding.file == "config.xml"]
    hits = [finding for finding in found if wrong in finding.wrong]
    assert hits, [str(finding) for finding in found]
    assert hits[0].line == line
    assert hits[0].repair


def test_a_value_that_is_left_out_is_missing_in_its_control(folder: Path) -> None:
    line = spoil(folder, "config.xml", '<Choice value="세로 vertical" alias="vertical" hotkey="alt+s"/>', "")
    found = [(finding.line, finding.wrong) for finding in lint_folder(folder)]
    assert found == [(line - 2, "direction: vertical is missing")]


def test_one_key_makes_a_region_of_either_shape_illegible() -> None:
    labels = [tag for tag in read_xml(SCENE).walk() if tag.get("alias") == ILLEGIBLE]
    assert [tag.get("hotkey") for tag in labels] == ["alt+x", "alt+x"]
    assert lint_xml(SCENE) == []
    line = SCENE[:SCENE.index('hotkey="ctrl+alt+2"')].count("\n") + 1
    assert [finding.wrong for finding in lint_xml(SCENE.replace('hotkey="ctrl+alt+6"', 'hotkey="ctrl+alt+2"'))] == [
        f"hotkey 'alt+ctrl+2' of '▭ 체크 checkbox' is taken by '체크 checkbox' in line {line}"]


def test_what_is_not_xml_is_said_with_its_line(folder: Path) -> None:
    line = spoil(folder, "config.xml", 'alias="vertical"', "alias=vertical")
    assert [(finding.line, finding.wrong[:7]) for finding in lint_folder(folder)] == [(line, "not XML")]


def test_a_config_about_images_needs_shapes_and_text() -> None:
    wrong = [finding.wrong for finding in lint_xml('<View><Image name="image" value="$image"/></View>')]
    assert wrong == ["no PolygonLabels named 'kind'", "no TextArea named 'text'"]
    assert lint_xml("<View/>")[0].wrong == "no Image named 'image'"


def test_a_config_about_regions_draws_nothing_and_has_one_text() -> None:
    wrong = [finding.wrong for finding in lint_xml(SCENE, Subject.REGION)]
    assert "PolygonLabels 'kind' is unknown to the codec" in wrong
    assert "text: the TextArea has perRegion" in wrong
    assert "Choices 'direction' is unknown to the codec" in wrong
    one_line = f"""<View><Image name="image" value="$image"/>{TEXT_AREA.replace(' perRegion="true"', "")}/>
    <Choices name="legible" toName="image" perRegion="true" choice="multiple"><Choice value="x" alias="illegible" hotkey="alt+x"/>
    </Choices></View>""".replace(' whenLabelValue="text"', "")
    assert [finding.wrong for finding in lint_xml(one_line, Subject.REGION)] == ["legible: perRegion is 'true'"]


def test_kinds_may_be_a_subset_and_controls_may_be_left_out() -> None:
    few = f"""<View><PolygonLabels name="kind" toName="image"><Label value="글자" alias="text" hotkey="alt+q"/></PolygonLabels>
    <Image name="image" value="$image"/>{TEXT_AREA} {ASKS}/></View>"""
    assert lint_xml(few) == []


def test_a_shape_that_a_second_look_could_not_show_is_found() -> None:
    xml = f"""<View><PolygonLabels name="kind" toName="image"><Label value="글자" alias="text" hotkey="alt+q"/></PolygonLabels>
    <EllipseLabels name="kind_ellipse" toName="image"><Label value="도장" alias="stamp" hotkey="alt+w"/></EllipseLabels>
    <Image name="image" value="$image"/>{TEXT_AREA} {ASKS}/></View>"""
    assert [finding.wrong for finding in lint_xml(xml)] == ["kind_ellipse offers 'stamp' and kind does not"]


def test_a_value_over_several_lines_keeps_the_line_of_its_tag() -> None:
    xml = '<View>\n\n<Image\n name="image"\n value="$picture"/>\n</View>'
    assert [finding.line for finding in lint_xml(xml) if "Image value" in finding.wrong] == [3]


YAML_MISTAKES = [
    ("misspelt key", "overlap: 0.1", "overlapp: 0.1", "overlapp"),
    ("no share", "overlap: 0.1", "overlap: 1.5", "overlap is 1.5"),
    ("not YAML", "unit: line", "unit: [line", "not YAML"),
    ("threshold out of range", "  cer: 0.02", "  cer: 2", "agreement.cer is 2"),
    ("another name", "name: scene_text", "name: scenes", "name is 'scenes'"),
    ("unknown slice", "requested: []", "requested: [upright]", "requested names 'upright'"),
    ("unknown dense config", "dense_config: line_text", "dense_config: lines", "dense_config is 'lines'"),
    ("dense config about images", "dense_config: line_text", "dense_config: document",
     "dense_config is 'document', about an image"),
    ("renames of this version", "renames: {}", "renames: {3: {}}", "renames of version 3"),
    ("renames of no control", "renames: {}", "renames: {1: {way: {up: vertical}}}", "renames names the control 'way'"),
    ("renames to no value", "renames: {}", "renames: {1: {direction: {up: upright}}}", "renames direction 'up' to 'upright'"),
    ("no overlap", "overlap: 0.1", "overlap: 0", "overlap is 0"),
]


@pytest.mark.parametrize(("old", "new", "wrong"), [item[1:] for item in YAML_MISTAKES], ids=[item[0] for item in YAML_MISTAKES])
def test_a_mistake_in_the_yaml_is_found_by_name_and_line(folder: Path, old: str, new: str, wrong: str) -> None:
    line = spoil(folder, "config.yaml", old, new)
    hits = [finding for finding in lint_folder(folder) if finding.file == "config.yaml" and wrong in finding.wrong]
    assert hits
    assert hits[0].line in (line, line + (wrong == "not YAML"))
    assert hits[0].repair


def test_lines_are_read_once(folder: Path) -> None:
    lines = folder.parent / "line_text"
    shutil.copytree(CONFIGS / "line_text", lines, dirs_exist_ok=True)
    path = lines / "config.yaml"
    path.write_text(path.read_text(encoding="utf-8") + "overlap: 0.1\n", encoding="utf-8")
    assert [finding.wrong for finding in lint_folder(lines)] == ["overlap is 0.1 in a config about regions"]


def test_figures_that_somebody_will_regret_are_warnings(folder: Path) -> None:
    spoil(folder, "config.yaml", "  cer: 0.02", "  cer: 0")
    spoil(folder, "config.yaml", "gold: 0.01", "gold: 0.95")
    found = lint_folder(folder)
    assert [finding.severity for finding in found] == [Severity.WARNING, Severity.WARNING]
    assert load_annotation_config(folder).gold == 0.95


def test_renames_that_the_vocabulary_knows_are_fine(folder: Path) -> None:
    spoil(folder, "config.yaml", "renames: {}", "renames: {1: {direction: {upright: vertical, wavy: ''}, kind: {seal: stamp}}}")
    assert lint_folder(folder) == []


@pytest.mark.parametrize(("old", "new", "wrong"), [
    ("(polygon.webp)", "(polygons.webp)", "the picture 'polygons.webp' is not there"),
    ("(polygon.webp)", "(https://example.org/a.png)", "the picture 'https://example.org/a.png' cannot be shown"),
    ("(polygon.webp)", "(guide.md)", "the picture 'guide.md' cannot be shown"),
])
def test_a_picture_that_cannot_be_shown_is_found(folder: Path, old: str, new: str, wrong: str) -> None:
    line = spoil(folder, "guide.md", old, new)
    assert [(finding.line, finding.wrong) for finding in lint_folder(folder)] == [(line, wrong)]


def test_a_large_picture_is_found(folder: Path) -> None:
    (folder / "polygon.webp").write_bytes(bytes(25_001))
    assert [finding.wrong for finding in lint_folder(folder)] == ["the picture 'polygon.webp' has 25001 bytes"]


@pytest.mark.parametrize(("language", "letters"), [("Korean", r"[가-힣]"), ("English", r"(?<![\[(`])\b[A-Za-z]+\b(?![)\]`])")])
def test_a_guide_in_one_language_is_half_a_guide(folder: Path, language: str, letters: str) -> None:
    guide = folder / "guide.md"
    pictures = re.findall(r"!\[.*\n", guide.read_text(encoding="utf-8"))
    guide.write_text(re.sub(letters, "", re.sub(r"!\[.*\n", "", guide.read_text(encoding="utf-8"))) + "".join(pictures),
                     encoding="utf-8")
    assert [finding.wrong for finding in lint_folder(folder)] == [f"there is no {language} in it"]


@pytest.mark.parametrize("name", ["config.yaml", "config.xml", "guide.md"])
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    assert [(finding.file, finding.wrong) for finding in lint_folder(folder)] == [(name, "the file is missing")]
    with pytest.raises(SettingError, match=f"scene_text/{name}:1: the file is missing"):
        load_annotation_config(folder)


def test_loading_a_config_names_all_errors_at_once(folder: Path) -> None:
    first = spoil(folder, "config.xml", 'hotkey="alt+s"', 'hotkey="v"')
    second = spoil(folder, "config.xml", 'alias="curved"', 'alias="bent"')
    third = spoil(folder, "config.yaml", "requested: []", "requested: [upright]")
    with pytest.raises(SettingError) as raised:
        load_annotation_config(folder)
    places = [line.split(": ")[0] for line in str(raised.value).splitlines()]
    # line second - 3 is where the control begins that now lacks `curved`
    assert places == [f"scene_text/{place}" for place in (
        f"config.yaml:{third}", f"config.xml:{second - 3}", f"config.xml:{first}", f"config.xml:{second}")]


def test_a_config_that_is_not_there_names_those_that_are(folder: Path) -> None:
    with pytest.raises(SettingError, match="did you mean scene_text"):
        load_annotation_config(folder.parent / "scenes")


def test_warnings_do_not_keep_a_config_from_being_used() -> None:
    refuse("scene_text", lint_xml(SCENE.replace(' required="true"', "")))
    with pytest.raises(SettingError, match=r"scene_text/config\.xml:\d+: hotkey 'v'"):
        refuse("scene_text", lint_xml(SCENE.replace('hotkey="alt+s"', 'hotkey="v"')))


@pytest.mark.parametrize("name", SHIPPED)
def test_a_guide_carries_its_pictures_in_a_style_sheet(name: str) -> None:
    """Label Studio drops data: addresses of ``<img>``; see ``guide_html``."""
    config = load_annotation_config(CONFIGS / name)
    html = guide_html(config)
    assert "<img" not in html
    shown = [int(number) for number in re.findall(r'class="saegim-picture saegim-picture-(\d+)"', html)]
    assert shown == list(range(len(config.pictures)))
    assert re.findall(r'\.saegim-picture-\d+::before \{ content: url\("data:image/webp;base64,[A-Za-z0-9+/=]+"\) \}', html)
    assert len(html) < 120_000
    assert "<table>" in html


def test_a_caption_cannot_leave_its_attribute() -> None:
    config = load_annotation_config(CONFIGS / "line_text")
    html = guide_html(config.model_copy(update={"guide": '![a" onclick="b](line.webp)'}))
    assert 'title="a&quot; onclick=&quot;b"' in html


@pytest.mark.parametrize("name", SHIPPED)
def test_the_second_look_shows_the_reason_above_the_same_screen(name: str) -> None:
    config: AnnotationConfig = load_annotation_config(CONFIGS / name)
    xml = second_look_xml(config.xml)
    assert lint_xml(xml, config.subject) == []
    top, before = read_xml(xml), read_xml(config.xml)
    assert "$reason" in [tag.get("value") for tag in top.children[0].walk() if tag.name == "Header"]
    assert [tag.attributes for tag in top.children[1].walk()] == [tag.attributes for tag in before.walk()]
    assert second_look_xml('<?xml version="1.0"?>\n<View/>').count("<?xml") == 0


def test_keys_that_the_guides_promise_are_label_studios() -> None:
    assert {"ctrl+enter", "ctrl+space", "enter", "alt+.", "u", "backspace", "ctrl+z"} <= set(LABEL_STUDIO_KEYS)
    assert SHAPES[LABELS] == "PolygonLabels"


def test_the_config_that_the_page_makes_from_nothing_is_right(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "annotation-configs.md").read_text(encoding="utf-8")
    folder = tmp_path / "signs"
    folder.mkdir()
    for name, text in re.findall(r"`annotation_configs/signs/([\w.]+)`\n\n```\w+\n(.*?)```", page, re.DOTALL):
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "sign.webp").write_bytes(b"RIFF")
    assert lint_folder(folder) == []
    assert load_annotation_config(folder).run == "signs@1"
    controls = next(line for line in page.splitlines() if line.startswith("| names of controls"))
    assert set(re.findall(r"`(\w+)`", controls)) == {*SHAPES, *CHOICES, "text"}
    assert f"{LARGEST_PICTURE:,} bytes" in page

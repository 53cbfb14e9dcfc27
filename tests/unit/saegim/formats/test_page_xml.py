"""PAGE XML out and in: our own, and that of other tools with their faults."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from saegim.errors import FormatWrong
from saegim.formats import page_reading
from saegim.formats.page_xml import FORMAT
from saegim.labels.findings import Findings
from saegim.labels.labelled import LabelledImage, LabelledRegion, LabelledSet
from saegim.labels.reading import recognised
from tests import made_labels

OUTLINE = '<Coords points="10,10 70,10 70,30 10,30"/>'
BOX = ((10, 10), (70, 10), (70, 30), (10, 30))


def line(text: str = "비상구", attributes: str = "", coords: str = OUTLINE, inside: str = "") -> str:
    return f"<TextLine id='l' {attributes}>{coords}{inside}<TextEquiv><Unicode>{text}</Unicode></TextEquiv></TextLine>"


def read(folder: Path, *lines: str, region: str = "", page: str = "", year: str = "2013-07-15",
         name: str = "1.png") -> tuple[LabelledImage, Findings]:
    """A data set of one document with one text region, as it is read."""
    schema = f"http://schema.primaresearch.org/PAGE/gts/pagecontent/{year}"
    (folder / "page").mkdir(exist_ok=True)
    (folder / "page" / "1.xml").write_text(
        f'<?xml version="1.0" encoding="UTF-8"?><PcGts xmlns="{schema}"><Metadata/><Page imageFilename="{name}" imageWidth="160" '
        f'imageHeight="120">{page}<TextRegion id="r" {region}>{OUTLINE}{"".join(lines)}</TextRegion></Page></PcGts>')
    (folder / "1.png").write_bytes(made_labels.picture(1))
    images, findings = made_labels.read_back(FORMAT, folder)
    return images[0], findings


def reasons(findings: Findings) -> list[str]:
    return [remark.reason for remark in findings.remarks]


@pytest.mark.parametrize("unit", ["word", "line", "character"])
def test_a_release_comes_back_whole_but_for_fractions_of_pixels(tmp_path: Path, unit: str) -> None:
    dataset = made_labels.hard_set(unit)
    made_labels.written(FORMAT, dataset, tmp_path)
    images, findings = made_labels.read_back(FORMAT, tmp_path)

    whole = [replace(image, regions=tuple(replace(one, polygon=tuple((round(x), round(y)) for x, y in one.polygon))
                                          for one in image.regions)) for image in dataset.images]
    assert findings.remarks == []
    assert made_labels.without_pictures(images) == made_labels.without_pictures(whole)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(made_labels.regions)
def test_any_region_comes_back(tmp_path: Path, region: LabelledRegion) -> None:
    made_labels.written(FORMAT, LabelledSet("made@1", [made_labels.labelled(0, [region], unit="line")], 1), tmp_path)

    assert made_labels.read_back(FORMAT, tmp_path)[0][0].regions == (replace(region, text=made_labels.nfc(region.text)),)


def test_trainers_of_lines_find_texts_and_none_of_what_nobody_can_read(tmp_path: Path) -> None:
    regions = [LabelledRegion(made_labels.quad(), "문"), LabelledRegion(made_labels.quad(), "추정", legible=False),
               LabelledRegion(made_labels.quad(), "인", kind="stamp"), LabelledRegion(made_labels.quad(), "a\x01\rb")]
    image = made_labels.labelled(0, regions, unit="word")
    findings = made_labels.written(FORMAT, LabelledSet("made@1", [image], 1), tmp_path)
    [document] = tmp_path.glob("train/*.xml")

    lines = re.findall(r"<TextLine.*?</TextLine>", document.read_text())
    assert [re.findall(r"</Word><TextEquiv><Unicode>(.*?)</Unicode>", one) for one in lines] == [["문"], [], ["a\ufffd&#13;b"]]
    assert '<GraphicRegion id="r2" type="stamp"' in document.read_text()
    assert reasons(findings) == ["a control character in its text, which XML cannot hold, became U+FFFD"]
    assert [region.text for region in made_labels.read_back(FORMAT, tmp_path)[0][0].regions] == ["문", "추정", "인", "a\ufffd\rb"]


def test_what_lines_of_others_say_is_taken_or_told(tmp_path: Path) -> None:
    image, findings = read(
        tmp_path,
        line("하나", 'readingDirection="top-to-bottom" production="handwritten-cursive" primaryLanguage="Korean"'),
        line("둘", 'production="medieval-manuscript" custom="readingOrder {index:1;} unclear {offset:0; length:1;}"'),
        line("셋", "", OUTLINE + '<Baseline points="10,30 70,30"/>'), region='primaryLanguage="German" orientation="90"')

    assert [(one.text, one.direction, one.writing, one.language) for one in image.regions] == [
        ("하나", "vertical", "handwritten", "ko"), ("둘", None, None, None), ("셋", None, None, None)]
    assert image.unit == "line"
    assert sorted(reasons(findings)) == [
        "baselines", "custom unclear", "language German", "language German", "orientation of its text region",
        "orientation of its text region", "orientation of its text region", "production medieval-manuscript"]


def test_faults_of_outlines_are_mended_or_told(tmp_path: Path) -> None:
    old = '<Coords><Point x="10" y="10"/><Point x="70" y="10"/><Point x="70" y="30"/><Point x="10" y="30"/></Coords>'
    image, findings = read(tmp_path, line("옛", "", old), line("밖", "", '<Coords points="-20,-20 70,-20 70,30 -20,30"/>'),
                           line("한", "", '<Coords points="10,10 x,y"/>'), line("무", "", ""), year="2010-03-19")

    assert [one.polygon for one in image.regions] == [BOX, ((0, 0), (70, 0), (70, 30), (0, 30))]
    assert reasons(findings) == [
        "its outline stuck out of the picture, cut at the edge", "no outline: a corner is missing or no number",
        "no outline: a corner is missing or no number"]


def test_words_are_read_where_lines_have_no_texts_and_told_where_they_have(tmp_path: Path) -> None:
    word = f'<Word id="w">{OUTLINE}<TextEquiv><Unicode>낱말</Unicode></TextEquiv></Word>'
    image, _ = read(tmp_path, f"<TextLine id='l'>{OUTLINE}{word}{word}</TextLine>")
    assert (image.unit, [one.text for one in image.regions]) == ("word", ["낱말", "낱말"])

    image, findings = read(tmp_path, line(inside=word))
    assert (image.unit, [one.text for one in image.regions]) == ("line", ["비상구"])
    assert reasons(findings) == ["its words, beside its lines"]


def test_the_first_reading_counts_and_lines_without_any_are_doubtful(tmp_path: Path) -> None:
    several = "".join(f'<TextEquiv index="{index}"><Unicode>{text}</Unicode></TextEquiv>'
                      for index, text in ((2, "나"), (1, "가")))
    image, findings = read(tmp_path, f"<TextLine id='a'>{OUTLINE}{several}</TextLine>", f"<TextLine id='b'>{OUTLINE}</TextLine>",
                           f"<TextLine id='c'>{OUTLINE}<TextEquiv><PlainText>평문</PlainText></TextEquiv></TextLine>")

    assert [(one.text, one.legible) for one in image.regions] == [("가", True), ("", True), ("평문", True)]
    assert reasons(findings) == ["readings beside the first", "nobody wrote its text: only its outline is there"]


def test_regions_come_in_reading_order(tmp_path: Path) -> None:
    order = ('<ReadingOrder><OrderedGroup id="g"><RegionRefIndexed index="1" regionRef="r"/>'
             '<RegionRefIndexed index="0" regionRef="s"/></OrderedGroup></ReadingOrder>')
    image, findings = read(tmp_path, line("뒤"), page="")
    document = tmp_path / "page" / "1.xml"
    second = f"<TextRegion id='s'>{OUTLINE}{line('앞')}</TextRegion><TableRegion id='t'/>"
    ordered = document.read_text().replace("<TextRegion", f"{order}<TextRegion", 1)
    document.write_text(ordered.replace("</Page>", f"{second}</Page>"))
    images, findings = made_labels.read_back(FORMAT, tmp_path)

    assert [one.text for one in image.regions] == ["뒤"]
    assert [one.text for one in images[0].regions] == ["앞", "뒤"]
    assert reasons(findings) == ["TableRegion: no text"]


@pytest.mark.parametrize("name", ["1.png", "https://example.org/scans/1.png", "file:///data/1.png", "C:\\scans\\1.PNG", "1.tif"])
def test_the_picture_is_found_by_its_last_name_or_stem(tmp_path: Path, name: str) -> None:
    assert read(tmp_path, line(), name=name)[0].name == "1.png"


def test_broken_documents_are_told(tmp_path: Path) -> None:
    read(tmp_path, line())
    (tmp_path / "page" / "2.xml").write_text("<PcGts><Page")
    (tmp_path / "page" / "3.xml").write_text("<alto/>")
    (tmp_path / "page" / "4.xml").write_bytes((tmp_path / "page" / "1.xml").read_bytes())
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><PcGts><Page imageFilename="5.png">&b;</Page></PcGts>'
    (tmp_path / "page" / "5.xml").write_text(bomb)
    images, findings = made_labels.read_back(FORMAT, tmp_path)

    assert len(images) == 1
    assert reasons(findings) == ["a label file that cannot be read", "an XML file that is no PAGE document",
                                 "another document already has its picture", "its picture is not there"]


def test_a_text_with_an_entity_is_left_out_and_one_with_a_comment_is_whole(tmp_path: Path) -> None:
    read(tmp_path, line("역&amp;&#44032;<!-- 확인 -->구<b>가</b>나"), line("가ENTITY나"))
    document = tmp_path / "page" / "1.xml"
    head, tail = document.read_text().replace("ENTITY", "&e;").split("?>")
    document.write_text(f'{head}?><!DOCTYPE PcGts [<!ENTITY e SYSTEM "file:///etc/hostname">]>{tail}')
    images, findings = made_labels.read_back(FORMAT, tmp_path)
    assert [region.text for region in images[0].regions] == ["역&가구가나"]
    assert [(remark.region, remark.reason) for remark in findings.remarks] == [(1, page_reading.ENTITY)]


def test_documents_in_cp949_are_read(tmp_path: Path) -> None:
    read(tmp_path, line())
    document = tmp_path / "page" / "1.xml"
    document.write_bytes(document.read_text().replace("UTF-8", "EUC-KR").encode("cp949"))
    images, findings = made_labels.read_back(FORMAT, tmp_path)

    assert [one.text for one in images[0].regions] == ["비상구"]
    assert reasons(findings) == ["not UTF-8: read as CP949"]


def test_it_is_known_by_its_root(tmp_path: Path) -> None:
    read(tmp_path, line())
    assert [guess.because for guess in recognised(tmp_path)] == ["1 XML files with the root PcGts"]


def test_a_folder_without_documents_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FormatWrong, match="no XML file with the root PcGts"):
        made_labels.read_back(FORMAT, tmp_path)


def test_a_unit_that_is_none_of_ours_is_passed_over(tmp_path: Path) -> None:
    read(tmp_path, line())
    document = tmp_path / "page" / "1.xml"
    document.write_text(document.read_text().replace("<Page ", '<Page custom="saegim {unit:page;}" '))

    assert made_labels.read_back(FORMAT, tmp_path)[0][0].unit == "line"


def test_spaces_and_control_characters_are_kept_or_told_wherever_a_text_stands(tmp_path: Path) -> None:
    texts = (" 앞뒤  ", "\u3000전각\u00a0", "두\t칸; {괄호}: ", "\x0b끊김 ")
    plain = LabelledRegion(BOX, "")
    kinds = [plain, replace(plain, legible=False), replace(plain, kind="stamp"), replace(plain, kind="checkbox", legible=False)]
    regions = [replace(given, text=text, region_id=f"r-{number}-{place}")
               for number, given in enumerate(kinds) for place, text in enumerate(texts)]
    image = replace(made_labels.labelled(0, regions), name="가 나.png", image_id="", group="")
    findings = made_labels.written(FORMAT, LabelledSet("made@1", [image]), tmp_path)
    [found] = made_labels.read_back(FORMAT, tmp_path)[0]

    assert [region.text for region in found.regions] == [text.replace("\x0b", "\ufffd") for text in texts] * len(kinds)
    assert [(remark.image, remark.region) for remark in findings.remarks if remark.region is not None] == [
        (image.name, number) for number in (3, 7, 11, 15)]

"""Label files in any encoding, with any line ends, with JSON as people write it."""

from __future__ import annotations

import pytest

from saegim.errors import FormatWrong
from saegim.labels.findings import Findings
from saegim.labels.texts import BROKEN_LINE, ENCODING, as_number, as_text, decoded, decoded_lines, documents, lines


@pytest.mark.parametrize(("encoding", "mark", "told"), [
    ("utf-8", b"", False), ("utf-8-sig", b"", False), ("utf-16", b"", False), ("utf-16-be", b"\xfe\xff", False),
    ("cp949", b"", True), ("euc-kr", b"", True)])
def test_korean_text_is_read_whatever_wrote_it(encoding: str, mark: bytes, told: bool) -> None:
    findings = Findings()
    assert decoded(mark + "서울역 3번 출구".encode(encoding), "gt.txt", findings) == "서울역 3번 출구"
    assert [remark.reason for remark in findings.remarks] == [ENCODING.format("CP949")] * told


@pytest.mark.parametrize("data", [b"\xff\xfe\x00", b"\x81\xff\xff", b"\x80\x80"])
def test_what_no_encoding_fits_says_what_to_do(data: bytes) -> None:
    with pytest.raises(FormatWrong, match=r"gt\.txt is neither UTF-8 nor .* save it as UTF-8"):
        decoded(data, "gt.txt", Findings())


@pytest.mark.parametrize("encoding", ["cp949", "utf-8"])
def test_one_bad_byte_loses_one_line(encoding: str) -> None:
    data = b"".join([f"1,1,{text}\r\n".encode(encoding) for text in ("서울역", "강남구", "출구")] + [b"2,2,\xff\xfe\r\n", b"end"])
    findings = Findings()
    assert decoded_lines(data, "gt.txt", findings) == ["1,1,서울역", "1,1,강남구", "1,1,출구", "", "end"]
    assert [(remark.reason, remark.detail) for remark in findings.remarks] == [
        *[(ENCODING.format("CP949"), "")] * (encoding == "cp949"), (BROKEN_LINE, "line 4")]


def test_utf_8_with_a_bad_byte_is_not_taken_for_cp949() -> None:
    data = '{"text": "강남강남강남강남"}'.encode() + b"\xb0\xa1"
    assert data.decode("cp949")
    with pytest.raises(FormatWrong, match=r"gt\.json is UTF-8 but for byte 36: mend it"):
        decoded(data, "gt.json", Findings())


@pytest.mark.parametrize("data", [b"\x81\xff\xff\nascii\n", b"\xff\xfe\x00\xd8\n\x00", b"\x80\x80"])
def test_a_file_most_of_whose_lines_are_broken_is_refused(data: bytes) -> None:
    with pytest.raises(FormatWrong, match="save it as UTF-8"):
        decoded_lines(data, "gt.txt", Findings())


def test_lines_end_with_what_ends_lines_and_nothing_else() -> None:
    assert lines("a\rb\r\nc\n\nd\u2028e\x0cf") == ["a", "b", "c", "", "d\u2028e\x0cf"]


@pytest.mark.parametrize(("text", "name", "found", "told"), [
    ('{"a": 1}', "a.json", [{"a": 1}], 0),
    ('{"a": 1}{"a": 2}\n{"a": 3}', "a.json", [{"a": 1}, {"a": 2}, {"a": 3}], 1),
    ('{"a": 1},\n{"a": 2},', "a.json", [{"a": 1}, {"a": 2}], 1),
    ('{"a": 1}\n{"a": 2}\n', "a.jsonl", [{"a": 1}, {"a": 2}], 0),
    (" \n", "a.json", [], 0)])
def test_json_documents_behind_each_other(text: str, name: str, found: list[object], told: int) -> None:
    findings = Findings()
    assert list(documents(text, name, findings)) == found
    assert len(findings.remarks) == told


@pytest.mark.parametrize("text", ['{"a": 1', '{"a": }', "[" * 200_000, "{'a': 1}"])
def test_broken_json_names_its_line(text: str) -> None:
    with pytest.raises(FormatWrong, match=r"a\.json is broken JSON in line 1"):
        list(documents(text, "a.json", Findings()))


@pytest.mark.parametrize(("value", "text"), [("\u1112\u1161\u11ab", "한"), (1000, "1000"), (1.5, "1.5"), (None, ""), (True, ""),
                                             ([1], ""), ({}, ""), (" a ", " a ")])
def test_a_transcription(value: object, text: str) -> None:
    assert as_text(value) == text


@pytest.mark.parametrize(("value", "number"), [(1, 1), (-1.5, -1.5), ("12", 12), (" 1.5 ", 1.5), ("1e-3", .001), (".5", .5),
                                               (True, None), ("", None), ("a", None), ("1,5", None), ("nan", None), (None, None),
                                               ([1], None)])
def test_a_coordinate(value: object, number: float | None) -> None:
    assert as_number(value) == number


def test_a_whole_number_beyond_all_floats_is_no_coordinate() -> None:
    assert as_number(10 ** 400) is None

"""A reader is the text that is stored, and says what it is."""

from __future__ import annotations

import copy
import json
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.reader import Reader, ReaderKind

KINDS = st.sampled_from(ReaderKind)


@given(KINDS, st.text())
def test_a_reader_is_the_text_that_it_was_read_from(kind: ReaderKind, name: str) -> None:
    reader = Reader(f"{kind}:{name}")
    assert (reader.kind, reader.name, reader.by_person) == (
        kind, name, kind in (ReaderKind.PERSON, ReaderKind.MERGED))
    assert reader == f"{kind}:{name}" and hash(reader) == hash(f"{kind}:{name}") and f"{reader}" == str(reader) == reader
    assert json.dumps({"reader": reader}) == json.dumps({"reader": f"{kind}:{name}"})


@given(st.text())
def test_readers_are_made_by_what_they_are(name: str) -> None:
    assert Reader.model(name) == f"model:{name}"
    assert Reader.person(name) == f"person:{name}"
    assert Reader.merged(name) == f"merged:{name}"
    assert Reader.source(name) == f"source:{name}"


@given(KINDS, st.text())
def test_a_copy_is_a_reader_too(kind: ReaderKind, name: str) -> None:
    reader = Reader(f"{kind}:{name}")
    for copied in (copy.deepcopy(reader), pickle.loads(pickle.dumps(reader))):
        assert copied == reader and isinstance(copied, Reader)


@pytest.mark.parametrize("text", ["", "person", "kim@example.com", "persons:kim", " person:kim", ":kim", "Model:m@1"])
def test_other_texts_are_no_readers(text: str) -> None:
    with pytest.raises(ValueError, match="is no reader"):
        Reader(text)

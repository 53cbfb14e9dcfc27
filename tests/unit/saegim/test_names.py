"""Names that nothing knows are told with the nearest ones."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saegim import names


@pytest.mark.parametrize(("name", "known", "end"), [
    ("sprng-2025", ["spring-2025", "autumn-2024"], "; did you mean spring-2025?"),
    ("SPRING-2025", ["spring-2025"], "; did you mean spring-2025?"),
    (unicodedata.normalize("NFD", "봄축제"), ["봄축제", "가을"], "; did you mean 봄축제?"),  # as macOS writes it
    ("korean", ["ko", "en", "mixed"], "; there are: en, ko, mixed"),
    ("x", ["demo"], "; there is: demo"),
    ("x", [], "; there are none"),
    ("x", [f"campaign-{number:02}" for number in range(15)], "campaign-11 and 3 more"),
])
def test_the_sentence_ends_with_the_nearest_or_with_all(name, known, end):
    assert names.unknown("campaign", name, known).endswith(end)


@given(st.text(), st.lists(st.text()))
def test_what_is_suggested_is_known(name, known):
    near = names.nearest(name, known)
    assert set(near) <= set(known)
    assert len(near) == len(set(near)) <= names.SUGGESTED
    assert names.did_you_mean(name, known).startswith("; ")

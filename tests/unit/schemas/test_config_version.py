"""A version of an annotation config is the text that is stored, and knows its name and number."""

from __future__ import annotations

import copy
import json
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.config_version import ConfigVersion

NAMES = st.text(min_size=1)
VERSIONS = st.integers(min_value=0)


@given(NAMES, VERSIONS)
def test_it_is_the_text_that_it_was_read_from(name: str, version: int) -> None:
    made = ConfigVersion.of(name, version)
    assert made == ConfigVersion(f"{name}@{version}") == f"{name}@{version}"
    assert (made.name, made.version) == (name, version)
    assert hash(made) == hash(f"{name}@{version}") and f"{made}" == f"{name}@{version}"
    assert json.dumps([made]) == json.dumps([f"{name}@{version}"])


@given(NAMES, VERSIONS)
def test_a_copy_is_one_too(name: str, version: int) -> None:
    made = ConfigVersion.of(name, version)
    for copied in (copy.deepcopy(made), pickle.loads(pickle.dumps(made))):
        assert copied == made and isinstance(copied, ConfigVersion)


@pytest.mark.parametrize("text", ["", "scene_text", "@1", "scene_text@", "scene_text@one", "scene_text@-1", "scene_text@1.0",
                                  "scene_text@1 ", "scene_text@²", "scene_text@١"])
def test_other_texts_are_none(text: str) -> None:
    with pytest.raises(ValueError, match="is no version of an annotation config"):
        ConfigVersion(text)

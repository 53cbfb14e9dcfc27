"""Keys that annotators' accounts get."""

from __future__ import annotations

import re

from adapters.label_studio.hotkeys import ANNOTATOR_HOTKEYS, custom_hotkeys

EDITORS = re.compile("(annotation|timeseries|audio|regions|video|image_gallery|tools):.+")
"""Names of keys that the page that labels reads (Label Studio 1.23, templates/base.html)."""
ALLOWED = re.compile(r"[a-zA-Z0-9+.,]{1,50}")
"""Keys that Label Studio takes (users/serializers.py), as far as ours need it."""


def test_keys_have_the_form_that_label_studio_takes() -> None:
    for name, entry in custom_hotkeys().items():
        assert EDITORS.fullmatch(name)
        assert entry.keys() == {"key", "active"}  # the editor does not start with an entry that has more
        assert ALLOWED.fullmatch(entry["key"])


def test_no_single_letter_acts_and_no_key_acts_twice() -> None:
    keys = [key for hotkey in ANNOTATOR_HOTKEYS.values() if hotkey.active for key in hotkey.key.split(",")]
    assert all(len(key) > 1 for key in keys)
    assert "backspace" not in keys
    assert len(keys) == len(set(keys))


def test_what_a_person_has_set_for_other_actions_stays() -> None:
    own = {"annotation:annotation:undo": {"key": "ctrl+y", "active": True}, "regions:region:cycle": {"key": "n", "active": True}}
    made = custom_hotkeys(own)
    assert made["annotation:annotation:undo"] == own["annotation:annotation:undo"]
    assert made["regions:region:cycle"]["key"] == ANNOTATOR_HOTKEYS["regions:region:cycle"].key
    assert custom_hotkeys(made) == made

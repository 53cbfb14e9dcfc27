"""Keys of Label Studio itself that an annotator's account changes: none that types text deletes a region or chooses a tool.

Label Studio binds its keys wherever the focus is not in a text field. The screens lead the focus into the text of each region,
but a person who believes to be in it and is not must not lose a region to Backspace or a tool to a letter.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Hotkey:
    """What one act of Label Studio 1.23 is bound to.

    Attributes:
        key: as Label Studio writes keys, several with commas between them. Its server takes no empty one.
        active: False unbinds the act.
    """

    key: str
    active: bool = True


ANNOTATOR_HOTKEYS: dict[str, Hotkey] = {
    # Tab leads out of a text, and from there into the next region's.
    "regions:region:cycle": Hotkey("tab,alt+."),
    "regions:region:delete": Hotkey("alt+backspace"),
    # Everywhere else Ctrl+Backspace deletes a word, and Escape unselects as well as U.
    "regions:region:delete-all": Hotkey("ctrl+backspace", active=False),
    "regions:region:unselect": Hotkey("u", active=False),
    # It leads into texts of the region list, which no screen has, and keeps Enter from the buttons of a message.
    "regions:region:focus": Hotkey("enter", active=False),
    "tools:tool:move": Hotkey("ctrl+alt+v"),
    "tools:tool:pan-image": Hotkey("ctrl+alt+h"),
    "tools:tool:polygon": Hotkey("ctrl+alt+g"),
    "tools:tool:rect": Hotkey("ctrl+alt+r"),
    "tools:tool:rect-3point": Hotkey("ctrl+alt+shift+r"),
    "tools:tool:ellipse": Hotkey("ctrl+alt+o"),
    "tools:tool:zoom-to-fit": Hotkey("ctrl+alt+0"),
    "tools:tool:zoom-to-actual": Hotkey("ctrl+alt+shift+0"),
}
"""What each annotator's account has, by Label Studio's name of the act."""


def custom_hotkeys(own: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """``ANNOTATOR_HOTKEYS`` as ``custom_hotkeys`` of an account in Label Studio's API.

    Args:
        own: what the account has; acts of other names keep their keys.
    """
    return {**(own or {}), **{act: {"key": hotkey.key, "active": hotkey.active} for act, hotkey in ANNOTATOR_HOTKEYS.items()}}

"""Rules of the keys of a label config: each free, on the whole screen, and none that types."""

from __future__ import annotations

from collections.abc import Iterator

from adapters.label_studio.hotkeys import ANNOTATOR_HOTKEYS
from adapters.label_studio.label_config import Tag
from adapters.label_studio.lint.findings import Finding, at_tag
from schemas.recipes.annotation_config import ILLEGIBLE


def sorted_keys(keys: str) -> list[str]:
    """Keys as Label Studio writes them, one by one, in lower case, the modifiers in order of the alphabet: ``ctrl+shift+z``."""
    split = [key.split("+") for key in keys.replace(" ", "").lower().split(",") if key]
    return ["+".join([*sorted(modifiers), last]) for *modifiers, last in split]


LABEL_STUDIO_KEYS = {
    "ctrl+enter": "submits or updates", "ctrl+space": "skips", "ctrl+z": "undoes", "ctrl+shift+z": "redoes",
    "enter": "edits the text of the selected region", "escape": "unselects", "u": "unselects",
    "alt+.": "selects the next region", "backspace": "deletes the region", "delete": "deletes the region",
    "ctrl+backspace": "deletes all regions", "ctrl+d": "copies the region", "alt+r": "relates two regions",
    "alt+h": "hides the region", "ctrl+h": "hides all regions", "alt+l": "locks the region", "alt+m": "edits meta data",
    "v": "moves regions", "h": "pans the picture", "p": "draws polygons", "r": "draws rectangles",
    "shift+r": "draws turned rectangles", "o": "draws ellipses", "ctrl+plus": "zooms in", "ctrl+minus": "zooms out",
    "shift+1": "fits the picture", "shift+2": "shows the picture at its own size", "alt+left": "turns the picture",
    "alt+right": "turns the picture", "ctrl+left": "goes to the previous picture", "ctrl+right": "goes to the next picture",
    "shift+up": "goes to the previous task", "shift+down": "goes to the next task", "shift+left": "closes the task",
    "shift+right": "opens the task", "shift+.": "folds the side bar",
}
"""Keys of Label Studio 1.23 on a screen with a picture, and what each does (keymap.json of its editor and data manager)."""
ACCOUNT_KEYS = {key: act for act, hotkey in ANNOTATOR_HOTKEYS.items() for key in sorted_keys(hotkey.key)}
"""Keys that annotators' accounts give to acts of Label Studio, and the act of each."""
ELSEWHERE_KEYS = {
    "alt+d": "goes to Chromium's address bar", "alt+e": "opens Chromium's menu", "alt+f": "opens Chromium's menu",
    "alt+space": "opens the window's menu", "ctrl+n": "opens a window of Chromium", "ctrl+q": "ends Chromium on Linux",
    "ctrl+t": "opens a tab of Chromium", "ctrl+w": "closes the tab",
    **{f"{modifier}+{digit}": "changes Chromium's tab" for modifier in ("alt", "ctrl") for digit in range(1, 10)},
    "alt+ctrl+d": "hides all windows on Linux", "alt+ctrl+l": "locks the screen on Linux",
    "alt+ctrl+t": "opens a terminal on Linux", "alt+ctrl+delete": "is the system's",
    "alt+tab": "is the system's", "shift+space": "changes between Korean and English",
}
"""Keys of Chromium (its keyboard shortcuts for Windows and Linux), of Korean input methods and of desktops that never come to the
page, or do something else besides."""


def lint_hotkeys(root: Tag) -> Iterator[Finding]:
    """Options without a key, keys that type, and keys that are taken. Label Studio binds those of hidden controls too."""
    taken: dict[str, Tag] = {}
    for tag in root.walk():
        if tag.name in ("Label", "Choice") and not tag.get("hotkey"):
            yield at_tag(tag, f"{tag.get('value')!r} has no hotkey",
                         "choose one with Alt; else Label Studio gives it a letter, which somebody types who means to write")
        for key in sorted_keys(tag.get("hotkey")):
            what = f"hotkey {key!r} of {tag.get('value')!r}"
            owner = taken.setdefault(key, tag)
            if key in LABEL_STUDIO_KEYS:
                yield at_tag(tag, f"{what} is Label Studio's: it {LABEL_STUDIO_KEYS[key]}", "choose another key")
            elif key in ACCOUNT_KEYS:
                yield at_tag(tag, f"{what} is bound in each annotator's account: {ACCOUNT_KEYS[key]}", "choose another key")
            elif key in ELSEWHERE_KEYS:
                yield at_tag(tag, f"{what} {ELSEWHERE_KEYS[key]}", "choose another key")
            elif _types(key):
                yield at_tag(tag, f"{what} types: it fires where somebody means to write and the focus is not in the text",
                             f"add Ctrl and Alt, or Alt alone where that is free: ctrl+alt+{key.split('+')[-1]}")
            elif owner is not tag and not _one_mark(owner, tag):
                yield at_tag(tag, f"{what} is taken by {owner.get('value')!r} in line {owner.line}",
                             "choose another key; the keys of hidden controls work too")


def _types(key: str) -> bool:
    """Whether a key, with Shift or without, writes a character."""
    *modifiers, last = key.split("+")
    return (len(last) == 1 or last == "space") and set(modifiers) <= {"shift"}


def _one_mark(one: Tag, other: Tag) -> bool:
    """Whether two tags are the label of illegible text of two shapes: only the one of the selected region's shape answers."""
    return one.name == other.name == "Label" and one.get("alias") == other.get("alias") == ILLEGIBLE

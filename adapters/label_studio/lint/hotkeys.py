"""Rules of the keys of a label config: each free, on the whole screen."""

from __future__ import annotations

from collections.abc import Iterator

from adapters.label_studio.label_config import Tag
from adapters.label_studio.lint.findings import Finding, Severity, at_tag

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


def lint_hotkeys(root: Tag) -> Iterator[Finding]:
    """Options without a key, and keys that are taken. Label Studio binds those of hidden controls too."""
    taken: dict[str, Tag] = {}
    for tag in root.walk():
        if tag.name in ("Label", "Choice") and not tag.get("hotkey"):
            yield at_tag(tag, f"{tag.get('value')!r} has no hotkey",
                         "choose one; else Label Studio gives it a letter, which may be one of its own keys", Severity.WARNING)
        for key in _keys(tag):
            if key in LABEL_STUDIO_KEYS:
                yield at_tag(tag, f"hotkey {key!r} of {tag.get('value')!r} is Label Studio's: it {LABEL_STUDIO_KEYS[key]}",
                             "choose another key")
            elif key in taken:
                owner = f"{taken[key].get('value')!r} in line {taken[key].line}"
                yield at_tag(tag, f"hotkey {key!r} of {tag.get('value')!r} is taken by {owner}",
                             "choose another key; the keys of hidden controls work too")
            else:
                taken[key] = tag


def _keys(tag: Tag) -> Iterator[str]:
    """Keys of a tag, in lower case, the modifiers of each in order of the alphabet: ``ctrl+shift+z``."""
    for key in filter(None, tag.get("hotkey").replace(" ", "").lower().split(",")):
        *modifiers, last = key.split("+")
        yield "+".join([*sorted(modifiers), last])

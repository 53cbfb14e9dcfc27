"""Rules of the label config of several lines: what the codec fills and reads in each line that the screen repeats."""

from __future__ import annotations

from collections.abc import Iterator

from adapters.label_studio.label_config import Tag
from adapters.label_studio.lint.findings import Finding, at_tag
from schemas.line_marks import LineMark
from schemas.recipes.annotation_config import IMAGE, TEXT

PLACE = "{{idx}}"
"""Label Studio puts a line's place here, counted from 0."""
REPEATER = {"on": "$lines", "indexFlag": PLACE}
"""Attributes of the tag that repeats what it holds for each line."""
PICTURE = {"name": f"{IMAGE}_{PLACE}", "value": f"$lines[{PLACE}].image"}
"""Of the tag that shows a line's crop."""
FIELD = {"name": f"{TEXT}_{PLACE}", "toName": f"{IMAGE}_{PLACE}", "editable": "true", "transcription": "true",
         "maxSubmissions": "1", "rows": "2"}
"""Of the tag that a line is typed into. With one row Label Studio makes a field whose text Tab selects: the next letter would
replace it."""


def lint_lines(root: Tag) -> Iterator[Finding]:
    """What is wrong with a label config whose tasks show several lines."""
    repeaters = [tag for tag in root.walk() if tag.name == "Repeater"]
    if len(repeaters) != 1:
        yield at_tag(root, f"{len(repeaters)} tags of the name Repeater", f"write one, with {_written(REPEATER)}")
        return
    [repeater] = repeaters
    yield from _attributes(repeater, REPEATER)
    for name, expected in (("Image", PICTURE), ("TextArea", FIELD)):
        tags = [tag for tag in repeater.walk() if tag.name == name]
        if len(tags) != 1:
            yield at_tag(repeater, f"{len(tags)} tags of the name {name}", f"write one, with {_written(expected)}")
        for tag in tags[:1]:
            yield from _attributes(tag, expected)
            yield from _marks(tag) if name == "TextArea" else ()
    for tag in root.walk():
        if tag.get("toName") and tag.name != "TextArea":
            yield at_tag(tag, f"{tag.name} {tag.get('name')!r} is unknown to the codec", "a line has one TextArea: leave it out")


def _attributes(tag: Tag, expected: dict[str, str]) -> Iterator[Finding]:
    for name, value in expected.items():
        if tag.get(name) != value:
            yield at_tag(tag, f"{tag.name}: {name} is {tag.get(name)!r}", f'write {name}="{value}"')


def _marks(field: Tag) -> Iterator[Finding]:
    """Each mark has a key, which types it: one with a modifier, for a letter alone is a letter of the text."""
    keys = [tag for tag in field.walk() if tag.name == "Shortcut"]
    for tag in keys:
        if tag.get("value") not in tuple(LineMark):
            yield at_tag(tag, f"Shortcut types {tag.get('value')!r}", f"marks are {' '.join(LineMark)}")
        if "+" not in tag.get("hotkey"):
            yield at_tag(tag, f"hotkey {tag.get('hotkey')!r} of {tag.get('value')!r} is a letter of the text",
                         "write one with a modifier, such as alt+x")
    for mark in LineMark:
        if mark not in [tag.get("value") for tag in keys]:
            yield at_tag(field, f"no Shortcut types {mark} ({mark.name.lower()})", f'write <Shortcut value="{mark}" hotkey=…/>')


def _written(attributes: dict[str, str]) -> str:
    return " ".join(f'{name}="{value}"' for name, value in attributes.items())

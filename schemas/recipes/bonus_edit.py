"""A bonus written into the text of a campaign's file: comments and all else in it stay as they are, byte for byte."""

from __future__ import annotations

from collections.abc import Iterator

import yaml

from schemas.demand import AcceptedBonus


class CannotEdit(ValueError):
    """The file is written in a way that nothing can be put into; the message says what to do by hand."""


def with_bonus(text: str, name: str, bonus: AcceptedBonus) -> str:
    """The text of a campaign's file with one more bonus for a slice.

    A slice that has none gets a line; one that has a bonus on one line gets a list on this line, or one more item in its list.

    Args:
        text: YAML of a campaign that is right.
        name: of the slice.
        bonus: points and days.

    Raises:
        CannotEdit: the slice's bonus, or the campaign, is written over several lines.
    """
    item = f"{{points: {bonus.points}, first_day: {bonus.first_day}, last_day: {bonus.last_day}}}"
    root = yaml.compose(text, yaml.SafeLoader)
    if not isinstance(root, yaml.MappingNode) or root.flow_style:
        raise CannotEdit("it is not written a line a key: write it so, then accept the demand again")
    known = dict(_entries(root))
    key = _quoted(name)
    if "bonus" not in known:
        ending = _line_ending(text)
        return f"{text}{'' if text.endswith(ending) else ending}bonus:{ending}  {key}: {item}{ending}"
    slices = known["bonus"]
    if not isinstance(slices, yaml.MappingNode):
        raise CannotEdit("bonus is no list of slices with points")
    there = dict(_entries(slices))
    if name in there:
        return _beside(text, name, there[name], item)
    if slices.flow_style:
        end = slices.end_mark.index - 1
        return f"{text[:end].rstrip()}{', ' if slices.value else ''}{key}: {item}{text[end:]}"
    first, _ = slices.value[0]
    _, last = slices.value[-1]
    return _after_line(text, _end(last), f"{' ' * first.start_mark.column}{key}: {item}")


def _beside(text: str, name: str, node: yaml.Node, item: str) -> str:
    """One more bonus beside those that a slice has."""
    start = node.start_mark.index
    end = _end(node)
    if "\n" in text[start:end]:
        raise CannotEdit(f"the bonus of {name} is written over several lines: add {item} to it as a list by hand")
    if isinstance(node, yaml.SequenceNode):
        if not node.flow_style:
            raise CannotEdit(f"the bonus of {name} is a list of a line an item: add - {item} to it by hand")
        return f"{text[:end - 1]}, {item}{text[end - 1:]}"
    return f"{text[:start]}[{text[start:end]}, {item}]{text[end:]}"


def _entries(node: yaml.MappingNode) -> Iterator[tuple[str, yaml.Node]]:
    return ((key.value, value) for key, value in node.value)


def _end(node: yaml.Node) -> int:
    """Where a node ends; YAML's reader puts the end of one of several lines behind the comments that follow it."""
    if not isinstance(node, yaml.MappingNode | yaml.SequenceNode) or node.flow_style or not node.value:
        return int(node.end_mark.index)
    last = node.value[-1]
    return _end(last[1] if isinstance(last, tuple) else last)


def _after_line(text: str, place: int, line: str) -> str:
    """The text with a line behind the one that a place is in."""
    ending = _line_ending(text)
    newline = text.find("\n", place)
    if newline < 0:
        return f"{text}{ending}{line}{ending}"
    return f"{text[:newline + 1]}{line}{ending}{text[newline + 1:]}"


def _line_ending(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"


def _quoted(name: str) -> str:
    """A name as a key: in quotes where YAML would read it as something else than text."""
    return name if isinstance(yaml.safe_load(name), str) and yaml.safe_load(f"{name}: 1") == {name: 1} else f'"{name}"'

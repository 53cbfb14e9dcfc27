"""A label config, Label Studio's XML, as tags that know their lines."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat


@dataclass(slots=True)
class Tag:
    """One element of a label config.

    Attributes:
        name: such as ``Choices``.
        attributes: as they are written.
        line: where it begins, counted from 1.
        children: the elements in it.
    """

    name: str
    attributes: dict[str, str]
    line: int
    children: list[Tag] = field(default_factory=list)

    def walk(self) -> Iterator[Tag]:
        """This tag and all inside it, in the order of the file."""
        yield self
        for child in self.children:
            yield from child.walk()

    def get(self, attribute: str, default: str = "") -> str:
        """An attribute's value; as in Label Studio, capitals in its name do not matter."""
        return next((value for name, value in self.attributes.items() if name.lower() == attribute.lower()), default)

    @property
    def options(self) -> list[Tag]:
        """Its labels or choices."""
        return [tag for tag in self.walk() if tag.name in ("Label", "Choice")]

    @property
    def values(self) -> list[str]:
        """What Label Studio stores for each of its options: the alias, or the caption where there is none."""
        return [option.get("alias") or option.get("value") for option in self.options]


def read_xml(xml: str) -> Tag:
    """The outermost tag of a label config. Read by expat, because ElementTree does not keep the lines.

    Raises:
        xml.parsers.expat.ExpatError: it is not XML.
    """
    parser = expat.ParserCreate()
    top = Tag("", {}, 1)
    open_tags = [top]

    def start(name: str, attributes: dict[str, str]) -> None:
        tag = Tag(name, attributes, parser.CurrentLineNumber)
        open_tags[-1].children.append(tag)
        open_tags.append(tag)

    parser.StartElementHandler = start
    parser.EndElementHandler = lambda _: open_tags.pop()
    parser.Parse(xml, True)
    return top.children[0]

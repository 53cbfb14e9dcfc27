"""Rules of config.xml: what the vocabulary, the codec and Label Studio's screen ask of a label config."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from xml.parsers import expat

from adapters.label_studio.label_config import Tag, read_xml
from adapters.label_studio.lint.findings import CONFIG_XML, Finding, Severity, at_tag
from adapters.label_studio.lint.hotkeys import lint_hotkeys
from adapters.label_studio.lint.lines import lint_lines
from adapters.label_studio.lint.visibility import lint_visibility
from schemas.recipes.annotation_config import CHOICES, IMAGE, LABELS, OF_THE_IMAGE, SHAPES, TEXT, Subject, vocabulary_of

MULTIPLE = ("effects", "condition", "legible")
"""Controls that may have several values, or none again after a second press."""
KNOWN: dict[Subject, dict[str, str]] = {
    Subject.IMAGE: SHAPES | dict.fromkeys(CHOICES, "Choices") | {TEXT: "TextArea"},
    Subject.REGION: {TEXT: "TextArea", "legible": "Choices"},
}
"""Names of the controls that the codec reads, and the tag of each."""
NEEDED: dict[Subject, dict[str, str]] = {
    Subject.IMAGE: {LABELS: "a config about an image needs it", TEXT: "a config about text needs it"},
    Subject.REGION: {TEXT: "a config about text needs it"},
}
"""Controls that have to be there, and what is said where one is not."""


def lint_xml(xml: str, subject: Subject = Subject.IMAGE) -> list[Finding]:
    """What is wrong with a label config, in order of its lines.

    Args:
        xml: the label config.
        subject: what one task of its annotation config is about.
    """
    try:
        root = read_xml(xml)
    except expat.ExpatError as error:
        why = expat.ErrorString(error.code)
        return [Finding(CONFIG_XML, error.lineno, f"not XML ({why})", "close every tag, quote every value, write & as &amp;")]
    if subject is Subject.LINES:
        return sorted(lint_lines(root), key=lambda finding: finding.line)
    named = _by_name(root)
    controls = {name: tag for name, tag in named.items() if tag.name != "Image"}
    found = [
        *_names_twice(root, named),
        *_picture(root, named),
        *_missing(root, controls, subject),
        *(finding for name, tag in controls.items() for finding in _control(name, tag, named, subject)),
        *_nameless(root, subject),
        *lint_hotkeys(root),
        *lint_visibility(root, controls),
    ]
    return sorted(found, key=lambda finding: finding.line)


def _by_name(root: Tag) -> dict[str, Tag]:
    """The first tag of each name."""
    named: dict[str, Tag] = {}
    for tag in root.walk():
        if name := tag.get("name"):
            named.setdefault(name, tag)
    return named


def _names_twice(root: Tag, named: Mapping[str, Tag]) -> Iterator[Finding]:
    for tag in root.walk():
        name = tag.get("name")
        if name and named[name] is not tag:
            yield at_tag(tag, f"the name {name!r} is taken in line {named[name].line}", "give each tag a name of its own")


def _picture(root: Tag, named: Mapping[str, Tag]) -> Iterator[Finding]:
    image = named.get(IMAGE)
    if image is None or image.name != "Image":
        yield at_tag(root, f"no Image named {IMAGE!r}", f'write <Image name="{IMAGE}" value="$image"/>')
    elif image.get("value") != "$image":
        yield at_tag(image, f"Image value is {image.get('value')!r}",
                     'tasks carry the picture under that name: write value="$image"')


def _missing(root: Tag, controls: Mapping[str, Tag], subject: Subject) -> Iterator[Finding]:
    for name, why in NEEDED[subject].items():
        if name not in controls:
            yield at_tag(root, f"no {KNOWN[subject][name]} named {name!r}", why)


def _control(name: str, tag: Tag, named: Mapping[str, Tag], subject: Subject) -> Iterator[Finding]:
    """What is wrong with one control."""
    known = KNOWN[subject]
    if name not in known:
        yield at_tag(tag, f"{tag.name} {name!r} is unknown to the codec",
                     f"name it one of {', '.join(sorted(known))}, or leave it out")
        return
    if tag.name != known[name]:
        yield at_tag(tag, f"{name!r} is a {tag.name}", f"the codec reads {known[name]} of that name")
        return
    yield from _target(name, tag, named)
    if name == TEXT:
        yield from _text(tag, subject)
    else:
        yield from _options(name, tag)
    if name in SHAPES:
        yield from _shape(name, tag, named)
    if name in CHOICES:
        yield from _choices(name, tag, subject)


def _target(name: str, tag: Tag, named: Mapping[str, Tag]) -> Iterator[Finding]:
    target = tag.get("toName")
    if not target:
        yield at_tag(tag, f"{name}: toName is missing", f'write toName="{IMAGE}"')
    elif target not in named or named[target].name != "Image":
        yield at_tag(tag, f"{name}: toName is {target!r}, which no Image is named", f'write toName="{IMAGE}"')


def _text(tag: Tag, subject: Subject) -> Iterator[Finding]:
    per_region = tag.get("perRegion") == "true"
    if subject is Subject.IMAGE and not per_region:
        yield at_tag(tag, "text: the TextArea has no perRegion", 'one text a region: write perRegion="true"')
    if subject is Subject.REGION and per_region:
        yield at_tag(tag, "text: the TextArea has perRegion", "one text a task, nothing is drawn: leave perRegion out")
    if tag.get("maxSubmissions") != "1":
        yield at_tag(tag, f"text: maxSubmissions is {tag.get('maxSubmissions')!r}",
                     'a region has one text: write maxSubmissions="1"')
    if tag.get("editable") != "true":
        yield at_tag(tag, "text: a pre-filled text cannot be corrected", 'write editable="true"')
    if per_region and tag.get("displayMode") == "region-list":
        yield at_tag(tag, "text: displayMode is 'region-list', whose texts no key reaches where their row is out of sight",
                     'leave displayMode out: the text of the selected region is where the tag stands')
    if tag.get("transcription") != "true":
        yield at_tag(tag, "text: a pre-filled text is edited by mouse only", 'write transcription="true"', Severity.WARNING)
    if per_region and (tag.get("required") != "true" or not tag.get("requiredMessage")):
        yield at_tag(tag, "text: a region without text is submitted and nobody is told",
                     'write required="true" and a requiredMessage; text that nobody can read has the label "illegible"',
                     Severity.WARNING)


def _options(name: str, tag: Tag) -> Iterator[Finding]:
    allowed = vocabulary_of(name)
    for option in tag.options:
        value = option.get("alias")
        if not value:
            yield at_tag(option, f"{name}: {option.get('value')!r} has no alias",
                         f"its caption would be stored: add alias= with one of {', '.join(allowed)}")
        elif value not in allowed:
            yield at_tag(option, f"{name}: {value!r} is not in the vocabulary", f"use one of {', '.join(allowed)}")
        elif option is not tag.options[tag.values.index(value)]:
            yield at_tag(option, f"{name}: {value!r} is offered twice", "leave one of them out")
    missing = [value for value in allowed if value not in tag.values]
    if not tag.options:
        yield at_tag(tag, f"{name}: nothing to choose from", f"offer {', '.join(allowed)}")
    elif missing and name not in SHAPES:
        yield at_tag(tag, f"{name}: {', '.join(missing)} is missing", "offer the whole vocabulary, or leave the control out")


def _shape(name: str, tag: Tag, named: Mapping[str, Tag]) -> Iterator[Finding]:
    """Labels of a shape that the polygons do not have: predictions are polygons whatever was drawn."""
    for value in tag.values if LABELS in named else ():
        if value not in named[LABELS].values:
            yield at_tag(tag, f"{name} offers {value!r} and {LABELS} does not",
                         f"offer it in {LABELS} too: a second look shows every region as a polygon")


def _choices(name: str, tag: Tag, subject: Subject) -> Iterator[Finding]:
    of_a_region = subject is Subject.IMAGE and name not in OF_THE_IMAGE
    if (tag.get("perRegion") == "true") is not of_a_region:
        repair = 'it is about a region: write perRegion="true"' if of_a_region else "it is about the whole task: leave it out"
        yield at_tag(tag, f"{name}: perRegion is {tag.get('perRegion') or 'missing'!r}", repair)
    expected = "multiple" if name in MULTIPLE else "single"
    if tag.get("choice", "single") != expected:
        yield at_tag(tag, f"{name}: choice is {tag.get('choice', 'single')!r}", f'write choice="{expected}"')


def _nameless(root: Tag, subject: Subject) -> Iterator[Finding]:
    for tag in root.walk():
        if tag.get("toName") and not tag.get("name"):
            yield at_tag(tag, f"{tag.name} has no name", f"name it one of {', '.join(sorted(KNOWN[subject]))}")

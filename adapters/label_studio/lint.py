"""Says what is wrong with an annotation config before Label Studio does: file, line, mistake, repair."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from xml.parsers import expat

import yaml

from adapters.label_studio.guide import MEDIA_TYPES, PICTURE
from schemas.errors import SettingError
from schemas.reading import ALL_SLICES, REGION_VOCABULARY
from schemas.recipes.annotation_config import CHOICES, IMAGE, LABELS, OF_THE_IMAGE, SHAPES, TEXT, AnnotationConfig, Subject
from schemas.recipes.recipe import parse_recipe

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
WHEN = ("region-selected", "no-region-selected", "choice-selected", "choice-unselected")
MULTIPLE = ("effects", "condition", "legible")
"""Controls that may have several values, or none again after a second press."""
LARGEST_PICTURE = 25_000
"""Bytes: the guide is part of every answer that has its project in it."""


Wrong = Callable[..., None]
"""Notes a mistake: tag, what is wrong, the repair, and its severity where it is no error."""


class Severity(StrEnum):
    """What becomes of a config with such a finding."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong with a config, or that somebody will regret.

    Attributes:
        file: its name in the config's folder.
        line: counted from 1.
        wrong: what is wrong, with the name and the value.
        repair: what to write instead.
        severity: an error keeps the config from being used.
    """

    file: str
    line: int
    wrong: str
    repair: str
    severity: Severity = Severity.ERROR

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.wrong}: {self.repair}"


@dataclass(slots=True)
class Tag:
    """One element of config.xml, and the line where it begins."""

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
        """An attribute; Label Studio does not mind capitals in its name."""
        return next((value for name, value in self.attributes.items() if name.lower() == attribute.lower()), default)

    @property
    def options(self) -> list[Tag]:
        """Its labels or choices."""
        return [tag for tag in self.walk() if tag.name in ("Label", "Choice")]

    @property
    def values(self) -> list[str]:
        """What its labels or choices are stored as."""
        return [option.get("alias") or option.get("value") for option in self.options]


def lint(folder: Path) -> list[Finding]:
    """Everything that is wrong with the annotation config in a folder, file by file, line by line."""
    texts, found = {}, []
    for name in ("config.yaml", "config.xml", "guide.md"):
        path = folder / name
        if path.is_file():
            texts[name] = path.read_text(encoding="utf-8")
        else:
            found.append(Finding(name, 1, "the file is missing", "an annotation config has config.yaml, config.xml and guide.md"))
    subject = Subject.IMAGE
    if text := texts.get("config.yaml"):
        try:
            config = parse_recipe(AnnotationConfig, text, "config.yaml")
            subject = config.subject
            found += _lint_yaml(config, text, folder)
        except SettingError as error:
            found += [_from_message(line) for line in str(error).splitlines()]
    if "config.xml" in texts:
        found += lint_xml(texts["config.xml"], subject)
    if "guide.md" in texts:
        found += _lint_guide(texts["guide.md"], folder)
    return found


def refuse(name: str, findings: Iterable[Finding]) -> None:
    """Raises SettingError with all errors among the findings on a config; warnings pass."""
    errors = [f"{name}/{finding}" for finding in findings if finding.severity is Severity.ERROR]
    if errors:
        raise SettingError("\n".join(errors))


def lint_xml(xml: str, subject: Subject = Subject.IMAGE, file: str = "config.xml") -> list[Finding]:
    """Holds a label config against the vocabulary, the codec and Label Studio's own keys."""
    try:
        root = read_xml(xml)
    except expat.ExpatError as error:
        why = expat.ErrorString(error.code)
        return [Finding(file, error.lineno, f"not XML ({why})", "close every tag, quote every value, write & as &amp;")]
    found: list[tuple[Tag, str, str, Severity]] = []

    def wrong(tag: Tag, what: str, repair: str, severity: Severity = Severity.ERROR) -> None:
        found.append((tag, what, repair, severity))

    named: dict[str, Tag] = {}
    for tag in root.walk():
        name = tag.get("name")
        if name in named:
            wrong(tag, f"the name {name!r} is taken in line {named[name].line}", "give each tag a name of its own")
        elif name:
            named[name] = tag
    controls = {name: tag for name, tag in named.items() if tag.name != "Image"}
    known = SHAPES | dict.fromkeys(CHOICES, "Choices") | {TEXT: "TextArea"}
    if subject is Subject.REGION:
        known = {TEXT: "TextArea", "legible": "Choices"}

    image = named.get(IMAGE)
    if image is None or image.name != "Image":
        wrong(root, f"no Image named {IMAGE!r}", f'write <Image name="{IMAGE}" value="$image"/>')
    elif image.get("value") != "$image":
        wrong(image, f"Image value is {image.get('value')!r}", 'tasks carry the picture under that name: write value="$image"')
    for name in (LABELS, TEXT) if subject is Subject.IMAGE else (TEXT,):
        if name not in controls:
            wrong(root, f"no {known[name]} named {name!r}", f"a config about {'an image' if name == LABELS else 'text'} needs it")

    for name, tag in controls.items():
        if name not in known:
            wrong(tag, f"{tag.name} {name!r} is unknown to the codec",
                  f"name it one of {', '.join(sorted(known))}, or leave it out")
            continue
        if tag.name != known[name]:
            wrong(tag, f"{name!r} is a {tag.name}", f"the codec reads {known[name]} of that name")
            continue
        target = tag.get("toName")
        if not target:
            wrong(tag, f"{name}: toName is missing", f'write toName="{IMAGE}"')
        elif target not in named or named[target].name != "Image":
            wrong(tag, f"{name}: toName is {target!r}, which no Image is named", f'write toName="{IMAGE}"')
        if name == TEXT:
            _check_text(tag, subject, wrong)
        else:
            _check_options(name, tag, wrong)
        for value in tag.values if name in SHAPES and LABELS in controls else ():
            if value not in controls[LABELS].values:
                wrong(tag, f"{name} offers {value!r} and {LABELS} does not",
                      f"offer it in {LABELS} too: a second look shows every region as a polygon")
        if known[name] == "Choices":
            _check_choices(name, tag, subject, wrong)
    for tag in root.walk():
        if tag.get("toName") and not tag.get("name"):
            wrong(tag, f"{tag.name} has no name", f"name it one of {', '.join(sorted(known))}")
    _check_keys(root, wrong)
    _check_conditions(root, controls, wrong)
    ordered = sorted(found, key=lambda item: item[0].line)
    return [Finding(file, tag.line, what, repair, severity) for tag, what, repair, severity in ordered]


def read_xml(xml: str) -> Tag:
    """The tags of a label config, with their lines, which ElementTree does not keep.

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


def _check_text(tag: Tag, subject: Subject, wrong: Wrong) -> None:
    per_region = tag.get("perRegion") == "true"
    if subject is Subject.IMAGE and not per_region:
        wrong(tag, "text: the TextArea has no perRegion", 'one text a region: write perRegion="true"')
    if subject is Subject.REGION and per_region:
        wrong(tag, "text: the TextArea has perRegion", "one text a task, nothing is drawn: leave perRegion out")
    if tag.get("maxSubmissions") != "1":
        wrong(tag, f"text: maxSubmissions is {tag.get('maxSubmissions')!r}", 'a region has one text: write maxSubmissions="1"')
    if tag.get("editable") != "true":
        wrong(tag, "text: a pre-filled text cannot be corrected", 'write editable="true"')
    if subject is Subject.IMAGE and tag.get("displayMode") != "region-list":
        wrong(tag, "text: Enter does not lead into the text", 'write displayMode="region-list"', Severity.WARNING)
    if subject is Subject.REGION and tag.get("transcription") != "true":
        wrong(tag, "text: a pre-filled text is edited by mouse only", 'write transcription="true"', Severity.WARNING)


def _check_options(name: str, tag: Tag, wrong: Wrong) -> None:
    allowed = REGION_VOCABULARY[LABELS] if name in SHAPES else CHOICES[name]
    for option in tag.options:
        value = option.get("alias")
        if not value:
            wrong(option, f"{name}: {option.get('value')!r} has no alias",
                  f"its caption would be stored: add alias= with one of {', '.join(allowed)}")
        elif value not in allowed:
            wrong(option, f"{name}: {value!r} is not in the vocabulary", f"use one of {', '.join(allowed)}")
        elif tag.values.count(value) > 1 and option is not tag.options[tag.values.index(value)]:
            wrong(option, f"{name}: {value!r} is offered twice", "leave one of them out")
    missing = [value for value in allowed if value not in tag.values]
    if not tag.options:
        wrong(tag, f"{name}: nothing to choose from", f"offer {', '.join(allowed)}")
    elif missing and name not in SHAPES:
        wrong(tag, f"{name}: {', '.join(missing)} is missing", "offer the whole vocabulary, or leave the control out")


def _check_choices(name: str, tag: Tag, subject: Subject, wrong: Wrong) -> None:
    of_a_region = subject is Subject.IMAGE and name not in OF_THE_IMAGE
    if (tag.get("perRegion") == "true") is not of_a_region:
        wrong(tag, f"{name}: perRegion is {tag.get('perRegion') or 'missing'!r}",
              'it is about a region: write perRegion="true"' if of_a_region else "it is about the whole task: leave it out")
    expected = "multiple" if name in MULTIPLE else "single"
    if tag.get("choice", "single") != expected:
        wrong(tag, f"{name}: choice is {tag.get('choice', 'single')!r}", f'write choice="{expected}"')


def _check_keys(root: Tag, wrong: Wrong) -> None:
    """Label Studio binds the keys of hidden controls too, so each must be free on the whole screen."""
    taken: dict[str, Tag] = {}
    for tag in root.walk():
        if tag.name in ("Label", "Choice") and not tag.get("hotkey"):
            wrong(tag, f"{tag.get('value')!r} has no hotkey",
                  "choose one; else Label Studio gives it a letter, which may be one of its own keys", Severity.WARNING)
        for key in filter(None, tag.get("hotkey").replace(" ", "").lower().split(",")):
            *modifiers, last = key.split("+")
            key = "+".join([*sorted(modifiers), last])
            if key in LABEL_STUDIO_KEYS:
                wrong(tag, f"hotkey {key!r} of {tag.get('value')!r} is Label Studio's: it {LABEL_STUDIO_KEYS[key]}",
                      "choose another key")
            elif key in taken:
                wrong(tag, f"hotkey {key!r} of {tag.get('value')!r} is taken by {taken[key].get('value')!r} in line "
                      f"{taken[key].line}", "choose another key; the keys of hidden controls work too")
            else:
                taken[key] = tag


def _check_conditions(root: Tag, controls: dict[str, Tag], wrong: Wrong) -> None:
    shapes = {name: tag for name, tag in controls.items() if name in SHAPES}
    for tag in root.walk():
        when, name = tag.get("visibleWhen"), tag.get("whenTagName")
        labels, choices = (list(filter(None, tag.get(key).split(","))) for key in ("whenLabelValue", "whenChoiceValue"))
        if when and when not in WHEN:
            wrong(tag, f"visibleWhen is {when!r}", f"use one of {', '.join(WHEN)}")
        if name and name not in controls:
            wrong(tag, f"whenTagName is {name!r}, which no control is named", f"use one of {', '.join(controls)}")
        elif name in shapes and len(shapes) > 1:
            wrong(tag, f"whenTagName is {name!r}, so regions drawn with {', '.join(sorted(set(shapes) - {name}))} never show it",
                  "leave whenTagName out: whenLabelValue holds for every shape")
        of = [controls[name]] if name in controls else list(controls.values())
        for values, tags, what in ((labels, [item for item in of if item in shapes.values()], "whenLabelValue"),
                                   (choices, [item for item in of if item.name == "Choices"], "whenChoiceValue")):
            offered = {value for item in tags for value in item.values}
            for value in values:
                if value not in offered:
                    wrong(tag, f"{what} is {value!r}, which nothing offers", f"use an alias, one of {', '.join(sorted(offered))}")


def _lint_yaml(config: AnnotationConfig, text: str, folder: Path) -> Iterator[Finding]:
    def at(path: tuple[str, ...], wrong: str, repair: str, severity: Severity = Severity.ERROR) -> Finding:
        return Finding("config.yaml", _line(text, path), wrong, repair, severity)

    if config.name != folder.name:
        yield at(("name",), f"name is {config.name!r}", f"the folder is named {folder.name!r}")
    for value in config.requested:
        if value not in ALL_SLICES:
            yield at(("requested",), f"requested names {value!r}", f"slices are {', '.join(ALL_SLICES)}")
    if config.agreement.cer == 0 or config.agreement.regions == 1 or config.agreement.attributes == 1:
        yield at(("agreement",), "agreement asks for two equal readings",
                 "nearly every pair goes to a second look: allow a little", Severity.WARNING)
    if config.subject is Subject.REGION:
        for name in ("overlap", "without_prelabel", "gold"):
            if getattr(config, name):
                yield at((name,), f"{name} is {getattr(config, name)} in a config about regions",
                         "lines are read once, with their pre-label: take it out")
    elif config.overlap == 0:
        yield at(("overlap",), "overlap is 0", "nobody labels an image that another one labels, so agreement is never measured",
                 Severity.WARNING)
    if config.overlap + config.gold >= 1 or config.without_prelabel > 0.5:
        yield at(("overlap",), f"overlap {config.overlap}, gold {config.gold}, without_prelabel {config.without_prelabel}",
                 "checking costs more than labelling: lower them", Severity.WARNING)
    if config.dense_config:
        yield from _lint_dense(config, folder, lambda wrong, repair: at(("dense_config",), wrong, repair))
    for version, controls in config.renames.items():
        if version >= config.version:
            yield at(("renames", str(version)), f"renames of version {version}", f"they are for versions before {config.version}")
        for control, values in controls.items():
            allowed = REGION_VOCABULARY[LABELS] if control in SHAPES else CHOICES.get(control)
            if allowed is None:
                yield at(("renames", str(version), control), f"renames names the control {control!r}",
                         f"use one of {', '.join(sorted({*SHAPES, *CHOICES}))}")
                continue
            for old, new in values.items():
                if new and new not in allowed:
                    yield at(("renames", str(version), control, old),
                             f"renames {control} {old!r} to {new!r}, which is not in the vocabulary",
                             f"use one of {', '.join(allowed)}, or nothing to drop it")


def _lint_dense(config: AnnotationConfig, folder: Path, at: Callable[[str, str], Finding]) -> Iterator[Finding]:
    path = folder.parent / config.dense_config / "config.yaml"
    if not path.is_file():
        known = ", ".join(sorted(other.parent.name for other in folder.parent.glob("*/config.yaml")))
        yield at(f"dense_config is {config.dense_config!r}", f"use one of {known}")
        return
    try:
        other = parse_recipe(AnnotationConfig, path.read_text(encoding="utf-8"), f"{config.dense_config}/config.yaml")
    except SettingError:
        return  # that config's own lint says what is wrong with it
    if other.subject is not Subject.REGION or other.unit is not config.unit:
        yield at(f"dense_config is {config.dense_config!r}, about an {other.subject} and {other.unit}s",
                 f"it takes the regions of dense images: one with subject region and unit {config.unit}")


def _lint_guide(guide: str, folder: Path) -> Iterator[Finding]:
    plain = PICTURE.sub("", re.sub(r"`[^`]*`|<[^>]*>", "", guide))
    for language, letters in (("Korean", r"[가-힣]{2,}"), ("English", r"\b[A-Za-z]{2,}\b")):
        if len(re.findall(letters, plain)) < 10:
            yield Finding("guide.md", 1, f"there is no {language} in it", "annotators read Korean or English: write both")
    shown = 0
    for number, line in enumerate(guide.splitlines(), 1):
        for _, name in PICTURE.findall(line):
            shown += 1
            path = folder / name
            if "/" in name or not name.isascii() or path.suffix not in MEDIA_TYPES:
                yield Finding("guide.md", number, f"the picture {name!r} cannot be shown",
                              f"put it beside the guide, with an ASCII name that ends in {', '.join(MEDIA_TYPES)}")
            elif not path.is_file():
                yield Finding("guide.md", number, f"the picture {name!r} is not there", f"put it into {folder.name}/")
            elif path.stat().st_size > LARGEST_PICTURE:
                yield Finding("guide.md", number, f"the picture {name!r} has {path.stat().st_size} bytes",
                              f"make it smaller than {LARGEST_PICTURE}")
    if not shown:
        yield Finding("guide.md", 1, "there is no picture in it", "show one good and one bad example", Severity.WARNING)


def _from_message(line: str) -> Finding:
    """A line of a SettingError of ``parse_recipe``, which has the form ``file:line: name is value: what was expected``."""
    match = re.match(r"config\.yaml:(\d+): (.*)", line)
    if match is None:
        return Finding("config.yaml", 1, line, "write names with values")
    wrong, _, repair = match[2].rpartition(": ")
    return Finding("config.yaml", int(match[1]), wrong or match[2], repair if wrong else "write names with values")


def _line(text: str, path: tuple[str, ...]) -> int:
    """The line of a key of config.yaml, or of the nearest thing around it."""
    node, line = yaml.compose(text, Loader=yaml.SafeLoader), 1
    for step in path:
        pairs = node.value if isinstance(node, yaml.MappingNode) else []
        found = next(((key, value) for key, value in pairs if key.value == step), None)
        if found is None:
            break
        line, node = found[0].start_mark.line + 1, found[1]
    return line

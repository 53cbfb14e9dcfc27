"""Annotation configs: what is labelled and how. One folder each: config.xml, config.yaml, guide.md."""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from pydantic import Field

from saegim.names import did_you_mean
from schemas.errors import SettingError
from schemas.reading import REGION_VOCABULARY, Condition, ImageKind, Unit
from schemas.recipes.recipe import Recipe, parse_recipe

LABELS = "kind"
"""Name of the control that draws polygons: a region's kind is its label. Predictions always use it."""
SHAPES = {LABELS: "PolygonLabels", "kind_rectangle": "RectangleLabels", "kind_ellipse": "EllipseLabels"}
"""Controls that draw, and the tag of each. Their labels are kinds."""
TEXT = "text"
IMAGE = "image"
CHOICES: dict[str, tuple[str, ...]] = {
    **{name: values for name, values in REGION_VOCABULARY.items() if name != LABELS},
    "legible": ("illegible",),
    "checked": ("checked", "unchecked"),
    "image_kind": tuple(ImageKind),
    "condition": tuple(Condition),
}
"""Controls with choices, and the values that each may have."""
OF_THE_IMAGE = ("image_kind", "condition")
"""Controls that are about the whole image; the other choices are about a region."""
MEDIA_TYPES = {".webp": "image/webp", ".png": "image/png", ".jpg": "image/jpeg"}
"""Pictures that a guide may show, by the end of their names."""
PICTURE = re.compile(r"!\[([^\]]*)\]\(([^)\s]+)\)")
"""A picture in a guide: its caption and its file beside the guide."""
GUIDE_STYLE = """\
.saegim-guide { font-size: 14px; line-height: 1.5 }
.saegim-guide h1 { font-size: 20px; margin: 0 0 8px }
.saegim-guide h2 { font-size: 16px; margin: 16px 0 4px }
.saegim-guide p, .saegim-guide ul, .saegim-guide table { margin: 0 0 8px }
.saegim-guide ul { padding-left: 20px; list-style: disc }
.saegim-guide td, .saegim-guide th { border: 1px solid #8885; padding: 2px 8px; text-align: left }
.saegim-guide code { border: 1px solid #8888; border-radius: 3px; padding: 0 4px; white-space: nowrap }
.saegim-picture { display: inline-block; margin: 2px 8px 2px 0 }"""
"""Label Studio's own style sheet takes the bullets, borders and sizes of headings away."""
REASON = """\
  <View className="saegim-reason">
    <Style>
      .saegim-reason { margin: 0 0 8px; padding: 6px 12px; border-left: 4px solid #c62828; background: #c6282814;
                       max-height: 150px; overflow-y: auto; }
      .saegim-reason h4 { margin: 0 !important; font-size: 13px; line-height: 18px; white-space: pre-line; }
    </Style>
    <Header value="다시 보기 · Second look" size="6"/>
    <Header value="$reason" size="6"/>
    <Header size="6" value="\
과제를 목록에서 열면 위의 탭에 답이 하나씩 있습니다. 그 답에서 시작하려면: 탭의 ⋮ → Duplicate Annotation.&#10;\
Opened from the list, the task has a tab for each answer. To start from one: ⋮ of its tab → Duplicate Annotation."/>
  </View>
"""


class Subject(StrEnum):
    """What one task of a config is about."""

    IMAGE = "image"
    REGION = "region"


class Thresholds(Recipe):
    """From where on two readings agree; one figure beyond its threshold sends the image to a second look.

    Attributes:
        regions: least harmonic mean of matched regions.
        cer: most character errors between the texts of matched regions.
        attributes: least share of equal attributes.
    """

    regions: float = Field(0.9, ge=0, le=1)
    cer: float = Field(0.02, ge=0, le=1)
    attributes: float = Field(0.9, ge=0, le=1)


class Queue(Recipe):
    """How many open tasks a project is topped up to: what is pushed cannot be re-ordered.

    Attributes:
        days: of work, at the rate of the last week.
        at_least: tasks, however slow the last week was.
    """

    days: float = Field(2, gt=0)
    at_least: int = Field(200, ge=1)


class AnnotationConfig(Recipe):
    """A folder of annotation_configs/.

    Attributes:
        name: the folder's name.
        version: grows with every change of config.xml or unit; a published version never changes.
        unit: what one region is.
        subject: what one task is about.
        owner: who answers questions about it.
        title: what annotators read.
        overlap: share of images that two people label, each in a project of its own.
        without_prelabel: share of tasks that show no pre-label, to measure whether pre-labels lead people astray.
        gold: share of images whose truth a second look settles first; nothing in their later tasks shows it.
        agreement: from where on two readings agree.
        queue: how deep the open queue is kept.
        requested: slices that are labelled first, in this order.
        dense: an image with more regions than this goes to the config ``dense_config``, line by line.
        dense_config: name of the annotation config for dense images; none where left out.
        renames: what earlier versions called things, ``{version: {control: {old: new}}}``; an empty new name drops the value.
        xml: Label Studio's label config.
        guide: Markdown that annotators read.
        pictures: files that the guide shows, by name.
    """

    name: str
    version: int = Field(ge=1)
    unit: Unit
    subject: Subject = Subject.IMAGE
    owner: str
    title: str
    overlap: float = Field(0, ge=0, le=1)
    without_prelabel: float = Field(0, ge=0, le=1)
    gold: float = Field(0, ge=0, le=1)
    agreement: Thresholds = Thresholds()
    queue: Queue = Queue()
    requested: tuple[str, ...] = ()
    dense: int = Field(200, ge=1)
    dense_config: str = ""
    renames: dict[int, dict[str, dict[str, str]]] = Field(default_factory=dict)
    xml: str = ""
    guide: str = ""
    pictures: dict[str, bytes] = Field(default_factory=dict)

    @property
    def run(self) -> str:
        """What readings made under this config carry as their run."""
        return f"{self.name}@{self.version}"


def config_names(folder: Path) -> list[str]:
    """Names of the annotation configs in a folder, sorted."""
    return sorted(path.parent.name for path in folder.glob("*/config.yaml"))


def load_annotation_config(folder: Path) -> AnnotationConfig:
    """Reads and checks a config.

    Raises:
        SettingError: a file is missing, a line is wrong, or config.xml departs from the vocabulary.
    """
    if not folder.is_dir():
        raise SettingError(f"There is no annotation config {folder.name!r} in {folder.parent}"
                           f"{did_you_mean(folder.name, config_names(folder.parent))}")
    # The linter knows this module's model and vocabulary, so it cannot be imported before them.
    from adapters.label_studio.lint import lint, refuse

    refuse(folder.name, lint(folder))
    xml, guide = ((folder / name).read_text(encoding="utf-8") for name in ("config.xml", "guide.md"))
    config = parse_recipe(AnnotationConfig, (folder / "config.yaml").read_text(encoding="utf-8"), f"{folder.name}/config.yaml")
    pictures = {name: (folder / name).read_bytes() for _, name in PICTURE.findall(guide)}
    return config.model_copy(update={"xml": xml, "guide": guide, "pictures": pictures})


def check_xml(xml: str, where: str, subject: Subject = Subject.IMAGE) -> None:
    """Holds a label config against the vocabulary.

    Raises:
        SettingError: all that is wrong with it.
    """
    from adapters.label_studio.lint import lint_xml, refuse

    refuse(where.rpartition("/")[0], lint_xml(xml, subject, where.rpartition("/")[2]))


def guide_html(config: AnnotationConfig) -> str:
    """A guide as Label Studio shows it to annotators, its pictures inside.

    Label Studio cleans a project's instruction before it stores it: an ``<img>`` keeps no ``data:`` address, and any other
    address would need a server that annotators reach. A style sheet goes through as it is, so the pictures travel in one.
    """
    names = list(config.pictures)

    def picture(self: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType) -> str:
        token = tokens[index]
        caption = self.renderInlineAsText(token.children, options, env).replace('"', "&quot;")
        return f'<span class="saegim-picture saegim-picture-{names.index(str(token.attrs["src"]))}" title="{caption}"></span>'

    markdown = MarkdownIt("commonmark", {"breaks": True}).enable("table")
    markdown.add_render_rule("image", picture)
    rules = [GUIDE_STYLE] + [
        f'.saegim-picture-{index}::before {{ content: url("data:{MEDIA_TYPES[Path(name).suffix]};base64,'
        f'{base64.b64encode(config.pictures[name]).decode()}") }}'
        for index, name in enumerate(names)
    ]
    style = "\n".join(rules)
    return f'<style>{style}</style><div class="saegim-guide">{markdown.render(config.guide)}</div>'


def second_look_xml(xml: str) -> str:
    """A label config with the sentences of the task's ``reason`` on top: why somebody is asked to look again."""
    return f"<View>\n{REASON}{re.sub(r'^<[?]xml.*?[?]>', '', xml.strip()).strip()}\n</View>\n"

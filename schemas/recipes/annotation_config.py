"""An annotation config: what is labelled and how, and the names of the controls on its screen."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum

from pydantic import Field

from schemas.reading import REGION_VOCABULARY, Condition, ImageKind, Reading, Unit
from schemas.recipes.recipe import Recipe

LABELS = "kind"
"""Name of the control that draws polygons: a region's kind is its label. Predictions always use it."""
SHAPES = {LABELS: "PolygonLabels", "kind_rectangle": "RectangleLabels", "kind_ellipse": "EllipseLabels"}
"""Controls that draw, and the tag of each. Their labels are kinds, and ``ILLEGIBLE``."""
ILLEGIBLE = "illegible"
"""Label of the shapes beside the kinds: a text that nobody can read. Where a config offers it, Label Studio asks for no text
there; the control ``legible``, which other configs have in its place, cannot tell it that."""
TEXT = "text"
"""Name of the control that a text is typed into."""
IMAGE = "image"
"""Name of the tag that shows the picture."""
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


def vocabulary_of(control: str) -> tuple[str, ...]:
    """The values that a control may have which draws or offers choices."""
    return (*REGION_VOCABULARY[LABELS], ILLEGIBLE) if control in SHAPES else CHOICES[control]


class Subject(StrEnum):
    """What one task of a config is about."""

    IMAGE = "image"
    LINES = "lines"
    """Several lines of a page, each cut out."""
    REGION = "region"
    """One line of a page, cut out."""


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


class QueueDepth(Recipe):
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
        sure: share of a model's lines that should be right where the screen does not mark them.
        queue: how deep the open queue is kept.
        image_kind: what its pictures show, where neither a model nor a person says otherwise.
        requested: slices that are labelled first, in this order; named ones too.
        dense: an image with more regions than this goes to the config ``dense_config``, line by line.
        dense_height: an image whose lines are lower than this on the screen when it opens goes there too, in pixels of the
            screen; 0 for none.
        dense_config: name of the annotation config for dense images; none where left out.
        lines_a_task: how many lines one task shows, where its subject is lines.
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
    sure: float = Field(0.95, gt=0, lt=1)
    queue: QueueDepth = QueueDepth()
    image_kind: ImageKind = ImageKind.SCENE
    requested: tuple[str, ...] = ()
    dense: int = Field(200, ge=1)
    dense_height: float = Field(0, ge=0)
    dense_config: str = ""
    lines_a_task: int = Field(16, ge=1, le=40)
    renames: dict[int, dict[str, dict[str, str]]] = Field(default_factory=dict)
    xml: str = ""
    guide: str = ""
    pictures: dict[str, bytes] = Field(default_factory=dict)

    @property
    def run(self) -> str:
        """What readings made under this config carry as their run."""
        return f"{self.name}@{self.version}"

    def as_shown(self, reading: Reading) -> Reading:
        """A reading as the screen shows it, which is with the config's kind of picture where its reader says none.

        A model that says ``scene`` says none: it is what engines say that do not look.
        """
        says_nothing = not reading.by_person and reading.image_kind is ImageKind.SCENE
        return replace(reading, image_kind=self.image_kind) if says_nothing else reading

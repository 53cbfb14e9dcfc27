"""What an evaluation found: figures of a model on a release, overall and by slice, and what stands beside them.

A figure is told by its name and its normalisation together: two figures that differ in either are never compared.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class SliceFacet(StrEnum):
    """By what regions or images are sliced; the names of its slices are values of the vocabulary, or what the release says."""

    ALL = "all"
    NAMED = "named"
    DIRECTION = "direction"
    WRITING = "writing"
    EFFECTS = "effects"
    LANGUAGE = "language"
    KIND = "kind"
    HEIGHT = "height"
    IMAGE_KIND = "image kind"
    CONDITION = "condition"
    CAMPAIGN = "campaign"
    SUBMITTER = "submitter"
    PAIR = "pair"


@dataclass(frozen=True, slots=True, order=True)
class SliceName:
    """A slice: ``name`` is such as vertical, 12–16 px or ``vertical × ko``."""

    facet: SliceFacet
    name: str = ""


EVERYTHING = SliceName(SliceFacet.ALL)
"""All regions."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of a slice.

    Attributes:
        name: such as ``cer``; ``stages.evaluate.figures.FORMULAS`` has all of them.
        normalisation: of the texts, such as ``nospace``; empty where no text is compared.
        value: None where nothing in the slice could be counted.
        low: lower end of its 95 % interval, by bootstrap over groups; None where there are fewer than two groups.
        high: upper end of it.
        count: how many regions, images or characters stand below the fraction line.
    """

    name: str
    normalisation: str
    value: float | None
    low: float | None
    high: float | None
    count: int

    @property
    def key(self) -> str:
        """Name and normalisation, such as ``cer nospace``."""
        return f"{self.name} {self.normalisation}".strip()


@dataclass(frozen=True, slots=True)
class SliceFigures:
    """Figures of one slice.

    Attributes:
        slice: which.
        regions: that are to be found in it.
        images: with such a region.
        groups: of images; pictures of one group are not independent.
        figures: in the order of ``FORMULAS``; those only that the slice can have.
        regions_needed: so many regions would narrow the interval of ``cer nospace`` to 5 points up and down; None where it is
            that narrow already. A slice with a number here is too small to tell.
    """

    slice: SliceName
    regions: int
    images: int
    groups: int
    figures: tuple[Figure, ...]
    regions_needed: int | None = None

    def figure(self, key: str) -> Figure | None:
        """The figure with this key; None where the slice does not have it."""
        return next((item for item in self.figures if item.key == key), None)


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """Regions whose score lies in [low, high): their mean score and the share of them that is right to the letter."""

    low: float
    high: float
    score: float
    right: float
    regions: int


@dataclass(frozen=True, slots=True)
class CoveragePoint:
    """The surest regions, down to a score: their share of all, and the share of them that is right."""

    score: float
    coverage: float
    right: float


@dataclass(frozen=True, slots=True)
class Confidence:
    """What the model's scores are worth.

    Attributes:
        bins: reliability curve.
        error: expected calibration error: mean distance of a bin's score from its share that is right, weighted by regions.
        curve: risk against coverage, the surest first.
        unread: share of the regions that could go unread by people where 99 of 100 of these have to be right; None where no
            region has a score.
    """

    bins: tuple[ReliabilityBin, ...] = ()
    error: float | None = None
    curve: tuple[CoveragePoint, ...] = ()
    unread: float | None = None


@dataclass(frozen=True, slots=True)
class Confusion:
    """What was read in place of a letter.

    Attributes:
        truth: the letter; empty where one was put in.
        read: in its place; empty where it was left out.
        count: how often.
        part: of two Hangul syllables that differ in one part alone, that part, such as ``ㅏ→ㅓ``; else empty.
    """

    truth: str
    read: str
    count: int
    part: str = ""


@dataclass(frozen=True, slots=True)
class LetterClass:
    """Letters of one script in texts of one language, of those that were matched.

    Attributes:
        script: ``stages.evaluate.letter_classes.LetterScript``.
        language: of the text.
        letters: of the truth.
        wrong: of these, left out or read as another letter.
        left_out: of these, left out.
    """

    script: str
    language: str
    letters: int
    wrong: int
    left_out: int


@dataclass(frozen=True, slots=True)
class Garbled:
    """Texts that were read as something else altogether: a font, a script or a picture that the model cannot read.

    Attributes:
        texts: matched texts of which more than half of the letters are wrong, white space apart.
        of: matched texts.
        images: on which such a text stands.
    """

    texts: int = 0
    of: int = 0
    images: int = 0


@dataclass(frozen=True, slots=True)
class Faults:
    """What could not be taken as it was; nothing of it stops an evaluation.

    Attributes:
        crossing: regions whose outline crosses itself.
        not_finite: regions without an outline that can be drawn (a coordinate that is no finite number, fewer than three
            corners, no area in the image), left out; and scores that are no finite number, taken as none.
        unknown_characters: U+FFFD in what was read: each is a wrong character.
        unread_images: images of the release that were not read, left out of all figures.
        listed: up to a hundred of them, in words.
    """

    crossing: int = 0
    not_finite: int = 0
    unknown_characters: int = 0
    unread_images: int = 0
    listed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Notice:
    """What a reader has to know before trusting figures, in English and in Korean."""

    en: str
    ko: str


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Figures of one model on one release.

    Attributes:
        evaluation_id: digest of release, split, what was read, code and options: the same question has the same id.
        release: such as ``scene-text@7``.
        split: such as ``test``; empty for all.
        reader: whose readings are judged.
        run: digest of the model's run, or of the file of predictions.
        unit: of the regions.
        images: compared.
        code: digest of what decides the figures.
        slices: the first is all regions.
        confidence: what the scores are worth.
        confusions: most frequent first.
        faults: what could not be taken.
        notices: what a reader has to know before trusting the figures.
        letters: by script and language, those with most wrong letters first.
        garbled: texts that were read as something else altogether.
        options: that change the figures, in words.
        slices_digest: digest of the definitions of the named slices.
    """

    evaluation_id: str
    release: str
    split: str
    reader: str
    run: str
    unit: str
    images: int
    code: str
    slices: tuple[SliceFigures, ...]
    confidence: Confidence = Confidence()
    confusions: tuple[Confusion, ...] = ()
    faults: Faults = Faults()
    notices: tuple[Notice, ...] = ()
    letters: tuple[LetterClass, ...] = ()
    garbled: Garbled = Garbled()
    options: str = ""
    slices_digest: str = ""

    @property
    def overall(self) -> SliceFigures:
        """Figures of all regions."""
        return self.slices[0]

    def of(self, name: SliceName) -> SliceFigures | None:
        """Figures of a slice; None where there is none."""
        return next((item for item in self.slices if item.slice == name), None)

"""What became of a page beside what a person meant: each act touches or draws one region; what else changed is harm."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Shown:
    """What the screen holds of one region: its text, and its label and choices in one line."""

    text: str
    marks: str


@dataclass(frozen=True, slots=True)
class Meant:
    """What one act was to do.

    Attributes:
        region: whose text or marks were to change; empty where none.
        texts: that it may have afterwards.
        marks: its marks were to change.
        drawn: how many new regions there were to be.
    """

    region: str = ""
    texts: tuple[str, ...] = ()
    marks: bool = False
    drawn: int = 0


@dataclass(slots=True)
class Harm:
    """What became of a page that nobody meant.

    Attributes:
        page: its regions, as they were last seen.
        acts: acts judged.
        counts: by what happened: ``deleted``, ``wrong text``, ``marked``, ``drawn``, ``not drawn``, ``lost`` (a word that stands
            nowhere, not even after the next act).
        examples: the first act that did each.
        late: words that came into their region with the next act only: no harm.
    """

    page: Mapping[str, Shown]
    acts: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    examples: dict[str, str] = field(default_factory=dict)
    late: int = 0
    _awaited: tuple[str, Meant] | None = None

    def note(self, what: str, act: str) -> None:
        """Counts one."""
        self.counts[what] += 1
        self.examples.setdefault(what, f"act {self.acts}, {act}")

    def judge(self, act: str, meant: Meant, after: Mapping[str, Shown]) -> None:
        """Compares the page after an act with what it meant."""
        self.acts += 1
        hurt = self._awaited_text_came(meant, after)
        for region_id, was in self.page.items():
            if what := _harmed(region_id, was, after.get(region_id), meant):
                self.note(what, f"{act}: {was} became {after.get(region_id)}; {meant}")
                hurt = True
        if len(after.keys() - self.page.keys()) > meant.drawn:
            self.note("drawn", act)
        elif not hurt and meant.region in after and after[meant.region].text not in meant.texts:
            self._awaited = (act, meant)
        self.page = after

    def _awaited_text_came(self, meant: Meant, after: Mapping[str, Shown]) -> bool:
        """Settles what the act before had meant and not done; whether that touches the region of this act too."""
        if self._awaited is None:
            return False
        act, before = self._awaited
        self._awaited = None
        now = after.get(before.region)
        if now is None:
            return False  # it is counted as deleted
        if before.region == meant.region:
            self.late += now.text in meant.texts
            return now.text not in meant.texts
        if now.text in before.texts:
            self.late += 1
            self.page = {**self.page, before.region: Shown(now.text, self.page[before.region].marks)}
        else:
            self.note("lost", f"{act}: {before.texts} was meant, {now.text!r} stands there")
        return False

    def __str__(self) -> str:
        return ", ".join(f"{count} {what}" for what, count in sorted(self.counts.items())) or "none"


def _harmed(region_id: str, was: Shown, now: Shown | None, meant: Meant) -> str:
    """What an act did to a region that it did not mean; empty where nothing."""
    if now is None:
        return "deleted"
    if now.text != was.text and (region_id != meant.region or now.text not in meant.texts):
        return "wrong text"
    if now.marks != was.marks and not (meant.marks and region_id == meant.region):
        return "marked"
    return ""

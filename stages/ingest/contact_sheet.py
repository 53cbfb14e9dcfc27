"""Duplicates, doubtful pictures and clusters on one page, for a manager who decides by looking."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from dataclasses import dataclass

from jinja2 import Environment
from PIL import Image

from schemas.submission import Outcome


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture of a group: what it is called, a line about it, and a small copy as a data URL."""

    name: str
    note: str
    url: str


@dataclass(frozen=True, slots=True)
class Group:
    """Pictures that belong together.

    Attributes:
        kind: ``held``, ``duplicate`` or ``cluster``.
        title: what a manager reads above it.
        figures: what the comparison found, by name; empty for a cluster as a whole.
        pictures: the earlier one first.
        commands: what changes it, as lines for a shell.
    """

    kind: str
    title: str
    figures: dict[str, float]
    pictures: tuple[Picture, ...]
    commands: tuple[str, ...]


SECTIONS = (
    (Outcome.HELD.value, "확인이 필요합니다 · Waiting for you",
     "Neither taken nor refused: each may repeat an earlier picture. Nobody labels it until you decide."),
    (Outcome.DUPLICATE.value, "중복 · Duplicates",
     "The same photograph again, exact or edited. Not labelled, no points. Split one that is a picture of its own."),
    ("cluster", "묶음 · Clusters", "Different photographs of one thing: all are kept, always in one split."),
)


def thumbnail(data: bytes, side: int = 320) -> str:
    """A small JPEG of a canonical picture as a data URL; ``side`` is its longer side in pixels."""
    with Image.open(io.BytesIO(data)) as image:
        image.draft("RGB", (side, side))
        small = image.convert("RGB")
    small.thumbnail((side, side))
    out = io.BytesIO()
    small.save(out, "JPEG", quality=80)
    return "data:image/jpeg;base64," + base64.b64encode(out.getvalue()).decode()


def contact_sheet(groups: Sequence[Group]) -> str:
    """The page, as HTML that needs nothing else."""
    sections = [(title, text, [group for group in groups if group.kind == kind]) for kind, title, text in SECTIONS]
    return Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True).from_string(PAGE).render(sections=sections)


PAGE = """<!doctype html>
<html lang="ko"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Saegim · duplicates and clusters</title>
<style>
body { font: 15px/1.5 "Noto Sans KR", "Noto Sans CJK KR", system-ui, sans-serif; margin: 2rem auto; max-width: 1180px;
       padding: 0 1rem; color: #1c2430; background: #f6f7f9 }
h1 { font-size: 1.5rem } h2 { margin: 2.5rem 0 .2rem; font-size: 1.2rem }
p.about { margin: 0 0 1rem; color: #5b6675 }
article { background: white; border: 1px solid #dfe3e8; border-radius: 8px; padding: 1rem; margin: 0 0 1rem }
h3 { margin: 0 0 .6rem; font-size: 1rem; overflow-wrap: anywhere }
.pictures { display: flex; flex-wrap: wrap; gap: 1rem } figure { margin: 0; max-width: 330px }
img { max-width: 100%; border: 1px solid #dfe3e8; display: block }
figcaption { font-size: .85rem; overflow-wrap: anywhere } figcaption span { color: #5b6675; display: block }
dl { display: flex; flex-wrap: wrap; gap: .2rem 1.4rem; margin: .7rem 0 0; font-size: .85rem }
dt, dd { display: inline; margin: 0 } dt { color: #5b6675 } dd { font-variant-numeric: tabular-nums; margin-left: .3rem }
code { display: block; background: #f0f2f5; padding: .15rem .5rem; margin-top: .3rem; font-size: .82rem; overflow-wrap: anywhere }
</style>
<h1>새김 Saegim · duplicates and clusters</h1>
{% for title, text, groups in sections %}
<h2>{{ title }} ({{ groups | length }})</h2><p class="about">{{ text }}</p>
{% for group in groups %}
<article><h3>{{ group.title }}</h3>
<div class="pictures">
{% for picture in group.pictures %}
<figure><img src="{{ picture.url }}" alt="{{ picture.name }}"><figcaption>{{ picture.name }}<span>{{ picture.note }}</span>
</figcaption></figure>
{% endfor %}
</div>
{% if group.figures %}
<dl>{% for name, value in group.figures.items() %}<div><dt>{{ name }}</dt><dd>{{ value }}</dd></div>{% endfor %}</dl>
{% endif %}
{% for command in group.commands %}<code>{{ command }}</code>{% endfor %}
</article>
{% else %}<p>–</p>
{% endfor %}
{% endfor %}
</html>
"""

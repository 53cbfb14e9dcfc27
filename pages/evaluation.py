"""One self-contained HTML page of an evaluation. Texts come from strangers: everything is escaped."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from jinja2 import Environment
from markupsafe import Markup, escape
from rapidfuzz.distance import Levenshtein

from schemas.reading import Polygon
from schemas.text import normalise
from stages.compare import Comparison
from stages.evaluate.metrics import ALL, Figures

COLOURS = {"right": "#2e7d32", "edited": "#ef6c00", "missed": "#c62828", "extra": "#6a1b9a"}


@dataclass(frozen=True, slots=True)
class Page:
    """One image on the page. ``jpeg`` is a thumbnail; ``width`` and ``height`` are the canonical image's."""

    image_id: str
    width: int
    height: int
    jpeg: bytes
    comparison: Comparison


def render(release: str, reader: str, figures: Mapping[str, Figures], pages: Sequence[Page], images: int,
           notice: str = "") -> str:
    """The report as HTML.

    Args:
        release: its name.
        reader: the model that is judged.
        figures: by slice, with ``all``.
        pages: the images to show, worst first.
        images: how many images were compared.
        notice: what a reader must know before he trusts the figures.
    """
    slices = sorted((name for name in figures if name != ALL), key=lambda name: (-figures[name].truth, name))
    return _TEMPLATE.render(release=release, reader=reader, overall=figures[ALL], pages=pages, images=images, notice=notice,
                            slices=[(name, figures[name]) for name in slices], colours=COLOURS)


def difference(truth: str, other: str) -> Markup:
    """The other text with its edits marked: inserted, deleted, replaced."""
    one, two = normalise(truth), normalise(other)
    out = Markup()
    for step in Levenshtein.opcodes(one, two):
        old, new = one[step.src_start:step.src_end], two[step.dest_start:step.dest_end]
        if step.tag == "equal":
            out += escape(new)
            continue
        if old:
            out += Markup("<del>{}</del>").format(old)
        if new:
            out += Markup("<ins>{}</ins>").format(new)
    return out


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.1f}"


def _points(polygon: Polygon) -> str:
    return " ".join(f"{x:g},{y:g}" for x, y in polygon)


_ENVIRONMENT = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
_ENVIRONMENT.filters.update(percent=_percent, points=_points, difference=lambda match: difference(
    match.truth.text, match.other.text), base64=lambda data: base64.b64encode(data).decode())
_TEMPLATE = _ENVIRONMENT.from_string("""<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{ reader }} on {{ release }}</title>
<style>
  body { font: 15px/1.5 system-ui, "Noto Sans KR", "Noto Sans CJK KR", "Apple SD Gothic Neo", "Malgun Gothic", sans-serif;
         color: #1c2330; margin: 0 auto; max-width: 1080px; padding: 32px 24px; background: #fff; }
  h1 { font-size: 24px; margin: 0; } h2 { font-size: 17px; margin: 36px 0 10px; } .dim { color: #667085; }
  .notice { background: #fff7e0; border-left: 4px solid #f0b429; padding: 10px 14px; margin: 18px 0; }
  .cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 12px; margin-top: 20px; }
  .card { border: 1px solid #e4e7ec; border-radius: 8px; padding: 12px 14px; }
  .card b { display: block; font-size: 26px; line-height: 1.2; font-variant-numeric: tabular-nums; }
  table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
  th, td { text-align: right; padding: 5px 8px; border-bottom: 1px solid #eef0f3; } th { font-weight: 600; color: #667085; }
  th:first-child, td:first-child { text-align: left; }
  .bar { display: inline-block; height: 8px; border-radius: 4px; background: #3b7ddd; vertical-align: middle; }
  .track { display: inline-block; width: 110px; background: #eef0f3; border-radius: 4px; text-align: left; line-height: 8px; }
  .page { display: grid; grid-template-columns: minmax(0, 3fr) minmax(0, 2fr); gap: 16px; margin: 0 0 26px; break-inside: avoid; }
  .page figure { margin: 0; position: relative; } .page img { width: 100%; display: block; border-radius: 6px; }
  .page svg { position: absolute; inset: 0; width: 100%; height: 100%; } polygon { fill-opacity: .08; vector-effect: non-scaling-stroke; stroke-width: 2; }
  .texts { font-size: 14px; max-height: 420px; overflow-y: auto; } .texts td { text-align: left; vertical-align: top; overflow-wrap: anywhere; }
  ins { background: #d7f5dd; text-decoration: none; } del { background: #fde0dc; }
  .key span { margin-right: 14px; } .dot { display: inline-block; width: 10px; height: 10px; border-radius: 2px; margin-right: 5px; }
  @media (max-width: 720px) { .page { grid-template-columns: 1fr; } } @media print { .texts { max-height: none; } }
</style>
<h1>{{ reader }} on {{ release }}</h1>
<div class="dim">{{ images }} images, {{ overall.truth }} regions to find</div>
{% if notice %}<div class="notice">{{ notice }}</div>{% endif %}
<div class="cards">
  {% for name, value in [("Detection h-mean", overall.hmean), ("Recall", overall.recall), ("Precision", overall.precision),
                         ("CER", overall.cer), ("CER without spaces", overall.cer_unspaced), ("Found and read right", overall.end_to_end)] %}
  <div class="card"><b>{{ value | percent }}</b><span class="dim">{{ name }}, %</span></div>
  {% endfor %}
</div>
<h2>By slice</h2>
<table><tr><th>slice<th>regions<th colspan="2">h-mean %<th>recall %<th>precision %<th>CER %<th>CER without spaces %<th>read right %</tr>
{% for name, figures in slices %}
<tr><td>{{ name }}<td>{{ figures.truth }}<td><span class="track"><span class="bar" style="width:{{ (100 * (figures.hmean or 0)) | round | int }}%"></span></span>
<td>{{ figures.hmean | percent }}<td>{{ figures.recall | percent }}<td>{{ figures.precision | percent }}<td>{{ figures.cer | percent }}<td>{{ figures.cer_unspaced | percent }}<td>{{ figures.end_to_end | percent }}</tr>
{% endfor %}
</table>
<h2>Images, worst first</h2>
<p class="key">{% for name, colour in colours.items() %}<span><i class="dot" style="background:{{ colour }}"></i>{{ name }}</span>{% endfor %}</p>
{% for page in pages %}
<div class="page"><figure><img src="data:image/jpeg;base64,{{ page.jpeg | base64 }}" alt="image {{ page.image_id[:12] }}">
<svg viewBox="0 0 {{ page.width }} {{ page.height }}" preserveAspectRatio="none">
{% for match in page.comparison.matches %}<polygon points="{{ match.other.polygon | points }}" stroke="{{ colours.edited if match.edits_unspaced else colours.right }}" fill="{{ colours.edited if match.edits_unspaced else colours.right }}"/>{% endfor %}
{% for region in page.comparison.missed %}<polygon points="{{ region.polygon | points }}" stroke="{{ colours.missed }}" fill="{{ colours.missed }}"/>{% endfor %}
{% for region in page.comparison.extra %}<polygon points="{{ region.polygon | points }}" stroke="{{ colours.extra }}" fill="{{ colours.extra }}"/>{% endfor %}
</svg></figure>
<div class="texts"><table><tr><th>truth<th style="text-align:left">read</tr>
{% for match in page.comparison.matches %}<tr><td>{{ match.truth.text }}<td>{{ match | difference }}</tr>{% endfor %}
{% for region in page.comparison.missed %}<tr><td>{{ region.text }}<td style="color:{{ colours.missed }}">missed</tr>{% endfor %}
{% for region in page.comparison.extra %}<tr><td style="color:{{ colours.extra }}">not there<td>{{ region.text }}</tr>{% endfor %}
</table></div></div>
{% endfor %}
<h2>How it is measured</h2>
<p class="dim">Regions match one to one, greedily, from an IoU of .5 (ICDAR 2015). Illegible regions are don't-cares. CER is
Levenshtein distance over the truth's characters on matched regions, after NFC (never NFKC); "without spaces" leaves all white
space out. "Found and read right" counts regions whose text is right to the letter, white space apart.</p>
</html>
""")

"""A diff as one self-contained HTML page with the pictures before and after. Texts come from strangers: all is escaped."""

from __future__ import annotations

import base64
from collections.abc import Mapping

from jinja2 import Environment
from markupsafe import Markup

from pages.diff_pictures import MOST_NUMBERED, colour_of, marked, outlines
from pages.diff_tables import NOTHING_CHANGED, images_table, short_reader, summary, tables
from saegim.tables import Table
from schemas.text import normalise
from stages.diff.diff import Diff
from stages.diff.images import Picture
from stages.diff.regions import Change
from stages.diff.texts import cut_to, pieces, shortened, visible

MOST_LISTED = 60
"""Images listed below the pictures."""
TEXT = 80
"""Characters of a text in such a list, about."""


def render(found: Diff, pictures: Mapping[str, bytes]) -> str:
    """The page.

    Args:
        found: the diff.
        pictures: JPEG thumbnails of ``Diff.pictured`` by image id; one that is missing is drawn as outlines on grey.
    """
    return _TEMPLATE.render(
        diff=found, nothing=NOTHING_CHANGED, cards=summary(found), tables=tables(found)[1:], pictures=pictures,
        listed=images_table(found, MOST_LISTED), most=MOST_NUMBERED)


def details(change: Change) -> Markup:
    """What happened to a region, beside its text."""
    lines = []
    if change.moved:
        lines.append(f"IoU {change.iou:.2f}")
    if change.turned:
        lines.append("reads from another corner")
    lines += [f"{name}: {before} → {after}" for name, before, after in change.attributes]
    return Markup(" · ").join(lines)


def text_of(change: Change) -> Markup:
    """A region's text with its edits marked; of one that was added or removed, all of it."""
    before, after = (normalise(region.text) if region else "" for region in (change.before, change.after))
    if change.before and change.after:
        return marked(cut_to(pieces(before, after), TEXT))
    return Markup("<{0}>{1}</{0}>").format("ins" if change.after else "del", visible(shortened(before or after, TEXT)))


def _people(picture: Picture) -> str:
    earlier, reader = map(short_reader, picture.image.reader)
    return f"read by {reader}" + (f", before by {earlier}" if earlier and earlier != reader else "")


def _wide(table: Table) -> bool:
    return len(table.headings) > 5


_ENVIRONMENT = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
_ENVIRONMENT.filters.update(
    base64=lambda data: base64.b64encode(data).decode(), details=details, text=text_of, colour=colour_of, people=_people,
    wide=_wide, count=lambda value: f"{value:,}")
_ENVIRONMENT.globals.update(outlines=outlines)
_TEMPLATE = _ENVIRONMENT.from_string("""<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<meta name="color-scheme" content="light dark"><title>{{ diff.before }} → {{ diff.after }}</title>
<style>
  :root { --ink: #1c2330; --dim: #5d6675; --page: #fff; --line: #e4e7ec; --track: #f4f5f7; --note: #fff7e0; --ins: #d3f3da;
          --del: #fcdcd7; --added: #1d8a3f; --removed: #c62828; --edited: #c25e00; --moved: #1f6fd1; --other: #8a3fb5; }
  @media (prefers-color-scheme: dark) { :root { --ink: #e6e9ef; --dim: #9aa4b5; --page: #14171d; --line: #2b313c;
          --track: #1d222b; --note: #3a3118; --ins: #17492a; --del: #5c231d; --added: #5fcf82; --removed: #ff7b72;
          --edited: #f5a04d; --moved: #6cabff; --other: #cf9bf0; } }
  body { font: 15px/1.5 system-ui, "Noto Sans KR", "Noto Sans CJK KR", "Apple SD Gothic Neo", "Malgun Gothic", sans-serif;
         color: var(--ink); background: var(--page); margin: 0 auto; max-width: 1240px; padding: 32px 24px; }
  h1 { font-size: 24px; margin: 0; } h2 { font-size: 17px; margin: 34px 0 6px; } .dim, .note { color: var(--dim); }
  .note { font-size: 13px; margin: 4px 0; }
  .cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(150px, 1fr)); gap: 10px; margin-top: 18px; }
  .card { border: 1px solid var(--line); border-radius: 8px; padding: 9px 13px; line-height: 1.3; font-size: 13.5px; }
  .card b { display: block; font-size: 23px; font-variant-numeric: tabular-nums; }
  .tables { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 400px), 1fr)); gap: 0 36px; }
  .wide { grid-column: 1 / -1; } .scroll { overflow-x: auto; }
  table { border-collapse: collapse; width: 100%; font-size: 13.5px; font-variant-numeric: tabular-nums; }
  th, td { text-align: right; padding: 4px 10px 4px 0; border-bottom: 1px solid var(--line); vertical-align: top; }
  th { font-weight: 600; color: var(--dim); vertical-align: bottom; } .left { text-align: left; overflow-wrap: break-word; }
  .page { margin: 0 0 34px; break-inside: avoid; } .page h3 { font-size: 14px; margin: 0 0 6px; overflow-wrap: anywhere; }
  .both { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 12px; align-items: start; }
  figure { margin: 0; } figcaption { font-size: 12.5px; color: var(--dim); }
  figure svg { display: block; width: 100%; max-height: 640px; background: var(--track); border-radius: 6px; }
  .gone { fill: #7d828b; }
  polygon { fill: none; stroke-width: 2; vector-effect: non-scaling-stroke; stroke: currentColor; }
  polygon.same { stroke: #a3a9b3; stroke-width: 1; } polygon.shadow { stroke: #9ec5ff; stroke-dasharray: 4 3; }
  svg .added { color: #3ddc6f; } svg .removed { color: #ff5a4f; } svg .edited { color: #ffa52e; } svg .moved { color: #59a8ff; }
  svg .turned, svg .attributes, svg .redrawn { color: #dd8bff; } circle { fill: currentColor; }
  polygon.added, polygon.edited, polygon.moved, polygon.turned, polygon.attributes, polygon.removed { fill: currentColor;
    fill-opacity: .14; } polygon.removed { stroke-dasharray: 7 3; }
  svg text { fill: #fff; stroke: #10131a; stroke-width: .22em; paint-order: stroke; stroke-linejoin: round; font-weight: 600; }
  svg text.added, svg text.removed, svg text.edited, svg text.moved, svg text.turned, svg text.attributes { fill: currentColor; }
  .regions { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 340px), 1fr)); gap: 2px 24px; padding: 0;
             list-style: none; margin: 6px 0 0; font-size: 13.5px; }
  .regions li { display: grid; grid-template-columns: 2.2em minmax(0, 1fr); border-bottom: 1px solid var(--line); padding: 2px 0;
                overflow-wrap: anywhere; } .regions bdi { font-size: 15px; }
  .tag { font-weight: 600; } .tag.added { color: var(--added); } .tag.removed { color: var(--removed); }
  .tag.edited { color: var(--edited); } .tag.moved { color: var(--moved); }
  .tag.turned, .tag.attributes, .tag.redrawn { color: var(--other); }
  ins { background: var(--ins); text-decoration: none; border-radius: 3px; } del { background: var(--del); border-radius: 3px; }
  @media (max-width: 720px) { .both { grid-template-columns: 1fr; } }
</style>
<h1>{{ diff.before }} → {{ diff.after }}</h1>
{% if diff.nothing %}
<p>{{ nothing }}</p>
{% else %}
<div class="dim">What changed in the dataset between these two releases.</div>
<div class="cards">
  {% for name, value in cards.items() %}<div class="card"><b>{{ value | count }}</b>{{ name }}</div>
  {% endfor %}
</div>
<div class="tables">
{% for table in tables %}
<section class="{{ 'wide' if table | wide }}"><h2>{{ table.title }}</h2>
<div class="scroll"><table><tr>{% for heading in table.headings %}<th{% if loop.index0 < table.left %} class="left"{% endif %}>
{{- heading }}</th>{% endfor %}</tr>
{% for row in table.rows %}
<tr>{% for cell in row %}<td{% if loop.index0 < table.left %} class="left"{% endif %}><bdi>{{ cell }}</bdi></td>{% endfor %}</tr>
{% endfor %}
</table></div>
{% if table.note %}<p class="note">{{ table.note }}</p>{% endif %}
</section>
{% endfor %}
</div>
{% if diff.pictures %}
<h2>Before and after</h2>
<p class="note">Numbers tie a picture to the list below it. <span class="tag removed">removed</span> is dashed,
<span class="tag added">added</span>, <span class="tag edited">text edited</span>, <span class="tag moved">moved</span> with
its old outline dashed, <span class="tag attributes">attributes or reading corner</span>; what did not change is grey. A dot is
where a region's reading starts.</p>
{% for picture in diff.pictures %}
{% set image, reading = picture.image, picture.after %}
<article class="page"><h3>{{ image.image_id[:12] }} <span class="dim">· {{ image.split[1] }} · {{ picture | people }}
{%- if image.config[0] and image.config[0] != image.config[1] %} · {{ image.config[0] }} → {{ image.config[1] }}{% endif %}
{%- for name, before, after in image.attributes %} · {{ name }}: {{ before }} → {{ after }}{% endfor %}</span></h3>
<div class="both">
{% set number = loop.index %}
{% for side in (["before", "after"] if picture.before else ["in"]) %}
<figure><svg viewBox="0 0 {{ reading.width }} {{ reading.height }}" role="img" aria-label="{{ image.image_id[:12] }}, {{ side }}">
{% if image.image_id in pictures %}
{% if loop.first %}<image id="p{{ number }}" width="{{ reading.width }}" height="{{ reading.height }}" preserveAspectRatio="none"
 href="data:image/jpeg;base64,{{ pictures[image.image_id] | base64 }}"/>{% else %}<use href="#p{{ number }}"/>{% endif %}

{% else %}
<rect class="gone" width="{{ reading.width }}" height="{{ reading.height }}"/>
{% endif %}
{{ outlines(picture, after=(side != "before")) }}</svg>
<figcaption>{{ side }}, {{ image.regions[0 if side == "before" else 1] | count }} regions
{%- if image.image_id not in pictures %}; the picture is not there any more{% endif %}</figcaption></figure>
{% endfor %}
</div>
{% if picture.changes %}
<ul class="regions">
{% for change in picture.changes[:most] %}
<li><b>{{ loop.index }}</b><span><span class="tag {{ change | colour }}">{{ change.kinds() | join(", ") }}</span>
<bdi>{{ change | text }}</bdi> <span class="dim">{{ change | details }}</span></span></li>
{% endfor %}
</ul>
{% if picture.changes | length > most %}<p class="note">And {{ picture.changes | length - most }} more regions.</p>{% endif %}
{% endif %}
</article>
{% endfor %}
{% endif %}
<h2>{{ listed.title }}</h2>
<div class="scroll"><table><tr>{% for heading in listed.headings %}<th class="left">{{ heading }}</th>{% endfor %}</tr>
{% for row in listed.rows %}
<tr>{% for cell in row %}<td class="left"><bdi>{{ cell }}</bdi></td>{% endfor %}</tr>
{% endfor %}
</table></div>
{% if listed.note %}<p class="note">{{ listed.note }}</p>{% endif %}
<h2>How it is compared</h2>
<p class="note">A region is told by its id, which it keeps from release to release until somebody redraws it; a redrawn one by
the id that it replaces; the rest by an overlap (IoU) of .5 or more. Outlines that lie no more than a pixel apart are the same.
Texts are compared after NFC, character by character: <del>taken out</del>, <ins>put in</ins>; ␣ is a space, and a character
without a shape stands as its number. Images that are out are counted, and neither their pictures nor their texts are shown.</p>
{% endif %}
</html>
""")

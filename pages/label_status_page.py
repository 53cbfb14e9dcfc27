"""The status of labelling as one self-contained HTML page. Names come from people: everything is escaped."""

from __future__ import annotations

from collections.abc import Mapping

from jinja2 import Environment
from markupsafe import Markup

from pages.label_status_tables import change, number, percent, percent_of, points, tables
from schemas.recipes.annotation_config import Thresholds
from stages.label.status import FEW, LONGEST_TASK, Mending, Share, Status

ABOVE = 4
"""A plot of error rates ends at this many times the threshold: one bad hour must not press all others against the axis."""

ACTS = ("text", "outline", "attributes", "deleted", "added")


def render(status: Status, *, thresholds: Mapping[str, Thresholds], at: str = "") -> str:
    """The page.

    Args:
        status: what was counted.
        thresholds: by annotation config, NAME@VERSION; the line in the plots of error rates.
        at: when it was counted, in words.
    """
    people = sorted(status.people, key=lambda person: (-person.time.hours, person.annotation_config, person.name))
    return _TEMPLATE.render(
        status=status, people=people, tables=tables(status), at=at,
        few=FEW, above=ABOVE, acts=ACTS, minutes=int(LONGEST_TASK / 60),
        limits={name: limit.cer for name, limit in thresholds.items()},
        one_config=len({person.annotation_config for person in people}) < 2,
        most_hours=max((person.time.hours for person in people), default=0),
        most_tasks=max((person.tasks for person in people), default=0),
        most_days=max((project.days_left or 0 for project in status.projects), default=0),
        most_acts=max((value for model in status.models for _, value in acts(model.mending)), default=0),
        shown=Share(sum(model.mending.untouched for model in status.models), sum(model.mending.shown for model in status.models)),
        saved=Share(sum(model.mending.keys_saved for model in status.models), sum(model.mending.keys for model in status.models)),
        open=sum(project.queue.open for project in status.projects))


def acts(mending: Mending) -> list[tuple[str, float]]:
    """What people did to pre-labels, each kind of act for a hundred regions that were shown."""
    counts = (mending.texts, mending.moved, mending.attributes, mending.deleted, mending.added)
    return [(name, 100 * count / mending.shown if mending.shown else 0.0) for name, count in zip(ACTS, counts, strict=True)]


def bar(value: float | None, most: float, kind: str = "", line: float | None = None) -> Markup:
    """One bar of a plot, as wide as its place; nothing where there is no value.

    Args:
        value: where the bar ends.
        most: where the axis ends. A longer bar is cut and marked.
        kind: CSS class.
        line: a threshold, in the same unit.
    """
    def at(amount: float) -> str:
        return f"{100 * max(0.0, min(1.0, amount / most if most else 0.0)):.2f}"

    if value is None:
        return Markup("")
    parts = [Markup('<rect class="track" width="100" height="10"/>'),
             Markup('<rect class="bar {}" width="{}" height="10"/>').format(kind, at(value))]
    if value > most:
        parts.append(Markup('<path class="cut" d="M94 0l3 10h2l-3-10z"/>'))
    if line is not None:
        parts.append(Markup('<line class="limit" x1="{0}" x2="{0}" y1="-2" y2="12"/>').format(at(line)))
    return Markup('<svg class="plot" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">{}</svg>').format(
        Markup("").join(parts))


def _errors(value: float | None, limit: float | None) -> Markup:
    """An error rate with its threshold."""
    if limit:
        return bar(value, ABOVE * limit, "over" if value is not None and value > limit else "", limit)
    return bar(value, 1)


_ENVIRONMENT = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
_ENVIRONMENT.filters.update(
    percent=percent, percent_of=percent_of, number=number, gap=points, change=change, acts=acts,
    count=lambda value: f"{value:,}", tasks=lambda value: f"{value:,} task{'' if value == 1 else 's'}",
    side=lambda side: side.replace("_", " "))
_ENVIRONMENT.globals.update(bar=bar, errors=_errors)
_TEMPLATE = _ENVIRONMENT.from_string("""<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><title>Labelling</title>
<style>
  :root { --ink: #1c2330; --dim: #5d6675; --page: #fff; --line: #e4e7ec; --track: #eef0f3; --bar: #3b7ddd; --other: #8a63c9;
          --good: #2e8b57; --over: #c8501e; --note: #fff7e0; }
  @media (prefers-color-scheme: dark) { :root { --ink: #e6e9ef; --dim: #9aa4b5; --page: #14171d; --line: #2b313c;
          --track: #262b35; --bar: #5b97ee; --other: #a685de; --good: #4db27c; --over: #ec7a48; --note: #3a3118; } }
  body { font: 15px/1.5 system-ui, "Noto Sans KR", "Noto Sans CJK KR", "Apple SD Gothic Neo", "Malgun Gothic", sans-serif;
         color: var(--ink); background: var(--page); margin: 0 auto; max-width: 1240px; padding: 32px 24px; }
  h1 { font-size: 24px; margin: 0; } h2 { font-size: 17px; margin: 36px 0 6px; } h3 { font-size: 14px; margin: 14px 0 4px; }
  .dim { color: var(--dim); } p { margin: 4px 0 10px; } small { font-size: 12.5px; color: var(--dim); }
  .cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(130px, 1fr)); gap: 12px; margin-top: 20px; }
  .card { border: 1px solid var(--line); border-radius: 8px; padding: 10px 14px; }
  .card b { display: block; font-size: 25px; line-height: 1.25; font-variant-numeric: tabular-nums; }
  .panels { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 480px), 1fr)); gap: 0 36px; }
  .scroll { overflow-x: auto; }
  table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; font-size: 13.5px; }
  th, td { text-align: left; padding: 3px 10px 3px 0; border-bottom: 1px solid var(--line); vertical-align: middle; }
  th { font-weight: 600; color: var(--dim); white-space: nowrap; } td.figure { white-space: nowrap; }
  .plots th { border-bottom: 1px solid var(--dim); } .plots td { border-bottom: 0; }
  .plots .name { max-width: 250px; line-height: 1.3; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
  .plots td.cell { min-width: 66px; padding-top: 6px; } .cell { line-height: 1.15; font-size: 12.5px; }
  .people tr:nth-child(even) td { background: color-mix(in srgb, var(--track) 40%, transparent); }
  .plot { display: block; width: 100%; height: 8px; overflow: visible; margin-bottom: 4px; }
  .track { fill: var(--track); } .bar { fill: var(--bar); } .bar.other { fill: var(--other); } .bar.good { fill: var(--good); }
  .bar.over { fill: var(--over); } .few .bar { opacity: .4; } .cut { fill: var(--page); }
  .gap td { color: var(--dim); padding-top: 5px; font-size: 12.5px; white-space: nowrap; }
  .limit { stroke: var(--ink); stroke-width: 1.5; vector-effect: non-scaling-stroke; }
  .key { font-size: 13px; color: var(--dim); } .key i { display: inline-block; width: 10px; height: 10px; border-radius: 2px;
         margin: 0 5px 0 12px; } .key i:first-child { margin-left: 0; }
  .notice { background: var(--note); border-radius: 6px; padding: 6px 12px; margin: 8px 0; font-size: 13.5px; }
  details { margin-top: 8px; } summary { cursor: pointer; font-weight: 600; } .figures td { white-space: nowrap; }
</style>
{% macro cell(plot, words, small="", few=false) %}
<td class="cell{{ " few" if few }}">{{ plot }}{{ words }} <small>{{ small }}</small>
{% endmacro %}
{% macro share(value, few=false) %}{{ cell(bar(value.value, 1, "good"), value | percent_of, few=few) }}{% endmacro %}
{% macro rate(value, config, few=false) %}
{{ cell(errors(value, limits[config]), value | percent, few=few) }}
{% endmacro %}
<h1>Labelling · 라벨링 현황</h1>
<div class="dim">{{ at }}</div>
<div class="cards">
{% for name, value in [("tasks answered", status.tasks | count), ("hours", status.total.hours | number),
    ("tasks an hour", status.total.tasks_an_hour | number), ("pairs that agree", status.pairs.agreed.value | percent),
    ("gold right", status.gold.agreed.value | percent), ("accepted untouched", shown.value | percent),
    ("key presses saved", saved.value | percent), ("tasks open", open | count)] %}
  <div class="card"><b>{{ value }}</b><span class="dim">{{ name }}</span></div>
{% endfor %}
</div>

<div class="panels">
<section><h2>Open work</h2>
{% if status.projects %}
<div class="scroll"><table class="plots"><tr><th>project<th style="width:45%">days left<th>open</tr>
{% for project in status.projects %}
<tr><td class="name">{{ project.queue.annotation_config }} · {{ project.queue.side | side }}
{{ cell(bar(project.days_left, most_days), project.days_left | number,
        "no answer in the last week" if project.days_left is none else "") }}
<td class="figure">{{ project.queue.open | count }} <small>of {{ project.queue.tasks | count }}</small></tr>
{% endfor %}
</table></div>
<small>At the rate of the last week.</small>
{% else %}<p class="dim">No project yet.</p>{% endif %}
</section>

<section><h2>Pre-labels by model</h2>
{% if status.models %}
<div class="scroll"><table class="plots">
<tr><th>model<th style="width:31%">accepted untouched<th style="width:37%">key presses saved</tr>
{% for model in status.models %}
<tr {% if model.mending.tasks < few %}class="few"{% endif %}>
<td class="name" title="{{ model.name }}">{{ model.name }}<br><small>{{ model.mending.tasks | tasks }}</small>
{{ share(model.mending.accepted) }}
{{ cell(bar(model.mending.saved.value, 1), model.mending.keys_saved | count, "= " ~ (model.mending.saved | percent_of)) }}</tr>
{% endfor %}
</table></div>
<h3>What people did to 100 regions that were shown</h3>
<div class="scroll"><table class="plots"><tr><th>model
{% for name in acts %}<th style="width:14%">{{ name }}{% endfor %}</tr>
{% for model in status.models %}
<tr {% if model.mending.tasks < few %}class="few"{% endif %}><td class="name" title="{{ model.name }}">{{ model.name }}
{% for name, value in model.mending | acts %}{{ cell(bar(value, most_acts, "other"), value | number) }}{% endfor %}</tr>
{% endfor %}
</table></div>
<small>Key presses on a Korean two-set keyboard, without the mouse. Second looks do not count.</small>
{% else %}<p class="dim">No task with a pre-label yet.</p>{% endif %}
</section>
</div>

<h2>With and without a pre-label</h2>
{% for item in status.anchoring %}
<h3>{{ item.annotation_config }}</h3>
{% if item.few %}<div class="notice">{{ item.prelabelled.tasks | tasks }} with and {{ item.without.tasks | tasks }} without a
pre-label: fewer than {{ few }} on a side are an anecdote, not a finding.</div>{% endif %}
{% set slowest = [item.prelabelled.time.seconds_a_region or 0, item.without.time.seconds_a_region or 0] | max %}
<div class="scroll"><table class="plots">
<tr><th style="width:17%">pre-label<th>seconds a region<th>pairs that agree<th>CER of pairs
<th>gold right<th>CER of gold</tr>
{% for name, arm in [("shown", item.prelabelled), ("not shown", item.without)] %}
<tr {% if item.few %}class="few"{% endif %}>
<td class="name">{{ name }} <small>{{ arm.tasks | tasks }}</small>
{{ cell(bar(arm.time.seconds_a_region, slowest), arm.time.seconds_a_region | number, (arm.time.regions | count) ~ " regions") }}
{{ share(arm.pairs.agreed, arm.pairs.few) }}{{ rate(arm.pairs.cer, item.annotation_config, arm.pairs.few) }}
{{ share(arm.gold.agreed, arm.gold.few) }}{{ rate(arm.gold.cer, item.annotation_config, arm.gold.few) }}</tr>
{% endfor %}
<tr class="gap"><td>difference<td>{{ item.faster | change }}<td>{{ item.pairs | gap }}<td><td>{{ item.gold | gap }}<td></tr>
</table></div>
{% else %}<p class="dim">Nothing answered yet.</p>
{% endfor %}
<small>A pair counts as shown where both people saw a pre-label. Differences are shown less not shown, ± the 95 % margin; one
that its margin covers is none. If shown pairs agree more while gold is less often right, pre-labels lead people astray.</small>

<h2>People</h2>
{% if people %}
<p class="key"><i style="background:var(--bar)"></i>within the threshold<i style="background:var(--over)"></i>more errors than it
allows<i style="background:var(--ink);width:2px"></i>threshold; plots of CER end at {{ above }} times it.
Pale: fewer than {{ few }}, too few to judge anybody.</p>
<div class="scroll"><table class="plots people">
<tr><th>annotator<th>side<th>hours<th>tasks<th>accepted untouched<th>pairs that agree<th>CER of pairs
<th>gold right<th>CER of gold</tr>
{% for person in people %}
<tr><td class="name" title="{{ person.name }}">{{ person.name }}
  {%- set more = ([] if one_config else [person.annotation_config])
      + ([(person.problems | tasks) ~ " with a problem"] if person.problems else []) %}
  {%- if more %}<br><small>{{ more | join(" · ") }}</small>{% endif %}
<td class="figure">{{ person.side | side }}
{{ cell(bar(person.time.hours, most_hours), person.time.hours | number) }}
{{ cell(bar(person.tasks, most_tasks), person.tasks | count, (person.time.tasks_an_hour | number) ~ " an hour") }}
{{ share(person.mending.accepted, person.mending.tasks < few) }}
{{ share(person.pairs.agreed, person.pairs.few) }}{{ rate(person.pairs.cer, person.annotation_config, person.pairs.few) }}
{{ share(person.gold.agreed, person.gold.few) }}{{ rate(person.gold.cer, person.annotation_config, person.gold.few) }}</tr>
{% endfor %}
</table></div>
{% else %}<p class="dim">Nobody has answered a task yet.</p>{% endif %}
<small>A task counts {{ minutes }} minutes at most, however long its tab was open: Label Studio's clock runs on.
{{ status.total.capped | tasks }} took longer.</small>

<h2>All figures</h2>
{% for table in tables %}
<details><summary>{{ table.title }}</summary><div class="scroll"><table class="figures">
<tr>{% for heading in table.headings %}<th>{{ heading }}{% endfor %}</tr>
{% for row in table.rows %}<tr>{% for cell in row %}<td>{{ cell }}{% endfor %}</tr>{% endfor %}
</table></div><small>{{ table.note }}</small></details>
{% endfor %}
</html>
""")

"""What annotators read in Label Studio: the guide, and why a task is a second look."""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from schemas.recipes.annotation_config import AnnotationConfig

MEDIA_TYPES = {".webp": "image/webp", ".png": "image/png", ".jpg": "image/jpeg"}
"""Pictures that a guide may show, by the end of their names."""
PICTURE = re.compile(r"!\[([^\]]*)\]\(([^)\s]+)\)")
"""A picture in a guide: its caption and its file beside the guide."""
GUIDE_STYLE = """\
.saegim-guide { font-size: 14px; line-height: 1.5; word-break: keep-all }
.saegim-guide h1 { font-size: 20px; margin: 0 0 8px }
.saegim-guide h2 { font-size: 16px; margin: 16px 0 4px }
.saegim-guide p, .saegim-guide ul, .saegim-guide table { margin: 0 0 8px }
.saegim-guide ul { padding-left: 20px; list-style: disc }
.saegim-guide td, .saegim-guide th { border: 1px solid #8885; padding: 2px 8px; text-align: left }
.saegim-guide code { border: 1px solid #8888; border-radius: 3px; padding: 0 4px; white-space: nowrap }
.saegim-picture { display: inline-block; margin: 2px 8px 2px 0; zoom: .84 }"""
"""Label Studio's own style sheet takes the bullets, borders and sizes of headings away. Its window is 517 pixels wide, and
pictures of 608 stand in it."""
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

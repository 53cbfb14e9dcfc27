"""The pages of the portal: one frame around all of them, in Korean or English."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pages.html import template
from schemas.accounts import Role


class PageLanguage(StrEnum):
    """What the pages are written in."""

    KO = "ko"
    EN = "en"


class Tab(StrEnum):
    """What the frame's links lead to; the page that is open is marked."""

    HOME = "home"
    SEND = "send"
    TRY = "try"
    BOARD = "board"
    MANAGE = "manage"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class PageFrame:
    """What the frame around a page shows.

    Attributes:
        language: of all texts.
        tab: which link is marked.
        path: of the page, to come back to it in the other language.
        campaign: name of the campaign that the page belongs to; empty where to none.
        title: of the campaign, in the page's language.
        account: name of whoever is logged in; empty where nobody is.
        role: of that account; None where nobody is logged in.
        version: of the static files.
    """

    language: PageLanguage
    tab: Tab
    path: str
    campaign: str = ""
    title: str = ""
    account: str = ""
    role: Role | None = None
    version: str = ""

    def static(self, name: str) -> str:
        """Address of a static file, which browsers keep until there is another version."""
        return f"/static/{name}?v={self.version}"

    def say(self, ko: str, en: str) -> str:
        """A text in the page's language."""
        return ko if self.language is PageLanguage.KO else en


def render(name: str, frame: PageFrame, **content: Any) -> str:
    """A page, or a part of one, as HTML.

    Args:
        name: of its file in ``pages/templates/portal``, without ``.html.jinja``.
        frame: what is around it; the template calls ``t(korean, english)`` for its texts and ``static(name)`` for files.
        **content: what the template shows; all of it is escaped.
    """
    return template(f"portal/{name}").render(frame=frame, t=frame.say, static=frame.static, **content)

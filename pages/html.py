"""Where all HTML comes from: the templates on one base, in ``pages/templates``. Everything that is put in is escaped."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any

from jinja2 import Environment, PackageLoader, Template

NOTHING: Mapping[str, Callable[..., Any]] = {}


def template(name: str, filters: Mapping[str, Callable[..., Any]] = NOTHING,
             functions: Mapping[str, Callable[..., Any]] = NOTHING) -> Template:
    """A page's template.

    Args:
        name: of its file in ``pages/templates``, without ``.html.jinja``.
        filters: that it uses, by name.
        functions: that it calls, by name.
    """
    environment = _plain() if not filters else _environment(filters)
    return environment.get_template(f"{name}.html.jinja", globals=dict(functions))


@functools.cache
def _plain() -> Environment:
    # One for all pages without filters of their own: an environment compiles each template once, which takes 20 ms.
    return _environment(NOTHING)


def _environment(filters: Mapping[str, Callable[..., Any]]) -> Environment:
    environment = Environment(loader=PackageLoader("pages"), autoescape=True, trim_blocks=True, lstrip_blocks=True)
    environment.filters.update(count=_count, **filters)
    return environment


def _count(value: int) -> str:
    return f"{value:,}"

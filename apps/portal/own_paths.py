"""Where a page leads back to: to pages of our own alone."""

from __future__ import annotations


def own_path(path: str) -> str:
    r"""A path of the portal that a link or a form named; the first page where it names another site.

    Browsers read ``\`` as ``/``, leave out tabs and line breaks, and take ``//host`` for an address.
    """
    ours = path.startswith("/") and not path.startswith("//") and "\\" not in path and path.isprintable()
    return path if ours else "/"

"""The command ``saegim`` in this process, where whatever joins it stays."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

import saegim.cli


@contextmanager
def joined_until_the_end() -> Iterator[None]:
    """What joins the command in here is gone behind it: joined again and again, each call builds all of them anew."""
    with pytest.MonkeyPatch.context() as patch:
        for group in (saegim.cli.app, saegim.cli.datasets):
            for name in ("registered_commands", "registered_groups"):
                patch.setattr(group, name, list(getattr(group, name)))
        yield

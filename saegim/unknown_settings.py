"""Variables ``SAEGIM_…`` that are no settings: most are misspelt, and what was meant would be ignored without a word."""

from __future__ import annotations

import functools
import os
import re
import warnings
from collections.abc import Collection
from pathlib import Path

from saegim.names import nearest

PREFIX = "SAEGIM_"
LINE = re.compile(r"^\s*(?:export\s+)?(SAEGIM_\w+)\s*=", re.MULTILINE | re.IGNORECASE)
BESIDE = {
    "SAEGIM_HOME": "Folder of local state; where left out, the nearest `.saegim` from the working folder upwards.",
    "SAEGIM_CACHE": "Where releases are kept when nobody names a folder; where left out, `~/.cache/saegim`.",
    "SAEGIM_LABEL_STUDIO_VENV": "Environment that Label Studio is installed in; where left out, one in the state folder.",
}
"""Variables that are read before or beside the settings, with what each is."""
OURS = ("SAEGIM_STACK_OF", "SAEGIM_TEST_STACK", "SAEGIM_PICTURES", "SAEGIM_REAL_DATA", "SAEGIM_WRITE_GOLDEN", "SAEGIM_BENCH_")
"""Variables of the stack, the tests and the benchmarks, or how they begin."""


class UnknownSetting(UserWarning):
    """A variable whose name begins as a setting's and is none."""


def tell_unknown(settings: Collection[str], file: Path, only_near: bool = False) -> None:
    """Warns once of each variable of the environment or line of the settings' file that is no setting.

    Args:
        settings: names of the settings' fields.
        file: with further settings.
        only_near: leave out those that are like no setting: they may be of the workbench, which is not installed here.
    """
    known = {f"{PREFIX}{name.upper()}" for name in settings} | BESIDE.keys()
    there = {name: "the environment" for name in os.environ if name.upper().startswith(PREFIX)}
    there |= dict.fromkeys(LINE.findall(file.read_text(encoding="utf-8", errors="replace")) if file.is_file() else (), str(file))
    for name, place in sorted(there.items()):
        if name.upper() in known or name.startswith(OURS):
            continue
        near = nearest(name[len(PREFIX):], [one.removeprefix(PREFIX) for one in known])
        if near or not only_near:
            hint = f"did you mean {' or '.join(PREFIX + one for one in near)}?" if near else "docs/settings.md lists all"
            _tell(f"{name} in {place} is no setting and is ignored; {hint}")


@functools.cache  # once a process, however often settings are read
def _tell(message: str) -> None:
    warnings.warn(message, UnknownSetting, stacklevel=2)

"""The diff that was published with a release: what changed since the one that it was made from, as engineers read it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from saegim.errors import ReleaseDamaged, ReleaseNotFound
from saegim.manifest import Manifest, parse_name
from saegim.pull import fetch
from saegim.releases import Releases

JSON = "diff.json"
PAGE = "diff.html"
FORMAT = 1
WORDS = {"images_relabelled_alike": "… of them with nothing changed", "regions_edited": "texts edited",
         "regions_edits": "characters edited", "edited": "texts edited", "edits": "characters edited"}
"""Numbers whose names say too little; the others are read as they are called."""


@dataclass(frozen=True, slots=True)
class PublishedDiff:
    """A release's diff against its parent.

    Attributes:
        release: whose it is.
        content: what ``diff.json`` holds; ``totals`` and ``by_slice`` are numbers by name.
        page: the page with pictures; None where there is none.
    """

    release: Manifest
    content: dict[str, Any]
    page: Path | None

    def numbers(self) -> list[tuple[str, int]]:
        """What changed, in words with how often; what did not happen is left out."""
        return _in_words(self.content["totals"])

    def by_slice(self) -> list[tuple[str, list[tuple[str, int]]]]:
        """The same of the regions of each slice."""
        found = ((name, _in_words(numbers)) for name, numbers in self.content.get("by_slice", {}).items())
        return [(name, numbers) for name, numbers in found if numbers]


def published_diff(releases: Releases, before: str, after: str, folder: Path) -> PublishedDiff:
    """Fetches the diff of two releases of which one was made from the other; their order does not matter.

    Args:
        releases: where from.
        before: one release.
        after: the other; empty for ``before`` against the release that it was made from.
        folder: where the diff is kept.

    Raises:
        ReleaseNotFound: neither was made from the other, or no diff was published.
    """
    one = releases.manifest(before)
    pair = [one, releases.manifest(after)] if after else [one]
    names = [each.name.any_revision for each in pair]
    newer = next((each for each in pair if each.parent and (not after or parse_name(each.parent).any_revision in names)), None)
    if newer is None:
        raise ReleaseNotFound(f"{' and '.join(str(each.name) for each in pair)}: " + (
            "neither was made from the other" if after else "it was made from no other release")
            + ", and only such a diff is published. The workbench compares any two: saegim datasets diff in its checkout")
    files = newer.of_kind("diff")
    fetch(releases, newer, files, folder)
    places = {file.place.rpartition("/")[2]: folder / file.place for file in files}
    if JSON not in places:
        raise ReleaseNotFound(f"{newer.name} was published without a diff. The workbench makes it: saegim datasets diff "
                              f"{newer.parent} {newer.name} in its checkout")
    return PublishedDiff(newer, _read(places[JSON]), places.get(PAGE))


def _in_words(numbers: dict[str, int]) -> list[tuple[str, int]]:
    return [(WORDS.get(name, name.replace("_", " ")), count) for name, count in numbers.items() if count]


def _read(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_bytes())
    if content.get("format") != FORMAT or not isinstance(content.get("totals"), dict):
        raise ReleaseDamaged(f"{path} is no diff that this version of saegim reads: expected format {FORMAT}, found "
                             f"{content.get('format')}; pip install --upgrade saegim")
    return content

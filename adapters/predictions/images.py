"""Images of a release, and the names by which a file of predictions may call them."""

from __future__ import annotations

import bisect
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

LEAST_DIGITS = 12
"""So many digits of an image id stand for it: what our tables and pages print."""
FOLDERS = 32
"""So many folders of a path are looked at."""
_ID = re.compile(rf"[0-9a-f]{{{LEAST_DIGITS},64}}")


@dataclass(frozen=True, slots=True)
class ImageOfRelease:
    """One image that may have been read.

    Attributes:
        image_id: sha256 of its bytes; a file may also say at least twelve digits of it, or name a file after them
            (``<image_id>.jpg`` is what ``image.path`` of a release says).
        width: in pixels.
        height: in pixels.
        names: further names of it, such as the name of the file that was sent, with folders where they are known.
    """

    image_id: str
    width: int
    height: int
    names: tuple[str, ...] = ()


class ImageNames:
    """Which image a name means.

    Folders before a name and the ending behind it count only where it is not clear without them. Case, the slash of Windows and
    the Unicode form of Hangul (a Mac writes NFD) do not matter.
    """

    def __init__(self, images: Iterable[ImageOfRelease]) -> None:
        self._images = {image.image_id: image for image in images}
        self._ids = sorted(self._images)
        self._named: dict[str, set[str]] = {}
        for image in self._images.values():
            for name in image.names:
                endings = _endings(name)
                for ending in (*endings, *map(_bare, endings)):
                    self._named.setdefault(ending, set()).add(image.image_id)

    def image(self, name: str) -> ImageOfRelease | None:
        """The image that a name means; None where it means none, or several."""
        endings = _endings(name)
        for ending in (*endings, *map(_bare, endings)):
            if len(found := self._named.get(ending, ())) == 1:
                return self._images[next(iter(found))]
        return self._by_id(endings[-1].partition(".")[0])

    def first(self, names: Sequence[str]) -> ImageOfRelease | None:
        """The image that the first of several names means; of the next one where it means none."""
        return next((image for name in names if (image := self.image(name)) is not None), None)

    def _by_id(self, digits: str) -> ImageOfRelease | None:
        if not _ID.fullmatch(digits):
            return None
        place = bisect.bisect_left(self._ids, digits)
        found = [image_id for image_id in self._ids[place:place + 2] if image_id.startswith(digits)]
        return self._images[found[0]] if len(found) == 1 else None


def _endings(name: str) -> list[str]:
    """A path without its first folder, without its first two, and so on: the whole first, the file's own name last."""
    parts = unicodedata.normalize("NFC", name).casefold().replace("\\", "/").split("/")[-FOLDERS:]
    parts = [part for part in (part.strip() for part in parts) if part] or [""]
    return ["/".join(parts[place:]) for place in range(len(parts))]


def _bare(name: str) -> str:
    """A name without the ending of its file."""
    before, dot, ending = name.rpartition(".")
    return before if dot and "/" not in ending and before else name

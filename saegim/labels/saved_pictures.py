"""Pictures written beside their labels, several at once."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from saegim.labels.ahead import made_ahead
from saegim.labels.labelled import LabelledImage
from saegim.labels.output import Output


@dataclass(frozen=True, slots=True)
class SavedPicture:
    """An image whose file is written.

    Attributes:
        image: as it is written.
        path: of its file, below the folder.
        digest: sha256 of the file, as hex digits.
    """

    image: LabelledImage
    path: str
    digest: str


@dataclass(frozen=True, slots=True)
class _Saving:
    """An image and its file's bytes; none where the file is there already."""

    image: LabelledImage
    path: str
    data: bytes


def saved_pictures(images: Iterable[LabelledImage], place: Callable[[LabelledImage], str],
                   output: Output) -> Iterator[SavedPicture]:
    """Images in their order, each when its file is written.

    A file whose name comes of its content is neither read nor written again where it is there. Pictures are read in the thread
    that asks, for not every archive can be read by several.

    Args:
        images: as they are written.
        place: where an image's file goes, below the folder.
        output: the folder.
    """
    def saving(image: LabelledImage) -> _Saving:
        path = place(image)
        there = bool(image.image_id) and image.image_id in path and output.has(path)
        return _Saving(image, path, b"" if there else image.picture())

    def save(one: _Saving) -> str:
        if one.data:
            output.write(one.path, one.data)
        return one.image.image_id or hashlib.sha256(one.data).hexdigest()

    for one, digest in made_ahead(save, map(saving, images)):
        yield SavedPicture(one.image, one.path, digest)

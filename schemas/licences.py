"""Licences of public data sets: which allow everything, and what a picture allows that has its own."""

from __future__ import annotations

from schemas.sources import PublicSource, Use

OPEN_LICENCES = ("CC0-1.0", "CC-BY-2.0", "CC-BY-2.5", "CC-BY-3.0", "CC-BY-4.0", "CC-BY-SA-2.0", "CC-BY-SA-2.5", "CC-BY-SA-3.0",
                 "CC-BY-SA-4.0", "MIT", "Apache-2.0", "BSD-3-Clause", "ODC-BY-1.0", "CDLA-Permissive-2.0", "KOGL-1",
                 "public domain")
"""Licences that allow all of ``Use``, by their SPDX identifiers, 공공누리 제1유형, and works without any."""
AT_HOME = (Use.TRAIN, Use.EVALUATE)
"""Uses that give nothing on to others."""


def is_open(licence: str) -> bool:
    """Whether a licence is known to allow everything, however it is spelled: ``CC BY 4.0`` is ``CC-BY-4.0``."""
    return _plain(licence) in set(map(_plain, OPEN_LICENCES))


def is_own(licence: str | None, source: PublicSource) -> bool:
    """Whether a picture has a licence that is another one than its data set's."""
    return bool(licence) and _plain(licence or "") != _plain(source.licence)


def allowed_uses(licence: str | None, source: PublicSource) -> tuple[Use, ...]:
    """What may be done with a picture and its labels: never more than its data set allows.

    Of a picture with a licence of its own that is not known to be open, nothing is given on: what somebody said of the data
    set was not said of this licence.

    Args:
        licence: of the picture; None or empty where its data set's counts.
        source: its data set.
    """
    if not licence or not is_own(licence, source) or is_open(licence):
        return source.allows
    return tuple(use for use in source.allows if use in AT_HOME)


def _plain(licence: str) -> str:
    return "-".join(licence.casefold().replace("_", " ").replace("-", " ").split())

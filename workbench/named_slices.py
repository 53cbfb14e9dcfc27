"""Named slices: recipes/slices.yaml, understood, and laid over readings, hundreds of images at once."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import more_itertools
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from datastore.ledger import Ledger
from datastore.ledger.readings import readings_by_id
from saegim.errors import ConditionWrong
from saegim.where import REGIONS, Where, parse_where
from schemas.arrow import LABELS, REGION
from schemas.errors import SettingError
from schemas.ids import digest
from schemas.reading import ALL_SLICES, Reading, Region
from schemas.recipes.slices import TAKEN, NamedSlice, parse_slices
from workbench.settings import ROOT, Settings

OF_REGIONS: dict[str, Callable[[Region], Any]] = {
    "direction": lambda region: region.attributes.direction.value,
    "writing": lambda region: region.attributes.writing.value,
    "effects": lambda region: region.attributes.effects,
    "language": lambda region: region.attributes.language.value,
    "legible": lambda region: region.attributes.legible,
    "kind": lambda region: region.attributes.kind.value,
    "checked": lambda region: region.attributes.checked,
    "text": lambda region: region.text,
}
"""What a condition may name of a region, and where it stands."""
OF_IMAGES: dict[str, Callable[[Reading], Any]] = {
    "image_kind": lambda reading: reading.image_kind.value,
    "conditions": lambda reading: reading.conditions,
    "width": lambda reading: reading.width,
    "height": lambda reading: reading.height,
    "unit": lambda reading: reading.unit.value,
}
"""What it may name of an image, and where it stands; ``campaign`` beside these is not in a reading."""
CAMPAIGN = "campaign"
COLUMNS = pa.schema([LABELS.field(name) for name in (*OF_IMAGES, CAMPAIGN)]
                    + [pa.field(REGIONS, pa.list_(pa.struct([REGION.field(name) for name in OF_REGIONS])))])
"""What a condition may name, as the label rows of a release have it: what every reading has, a model's too."""
READINGS_AT_ONCE = 500
"""Readings of the ledger that are in memory together."""


@dataclass(frozen=True, slots=True)
class NamedSlices:
    """Some named slices.

    Attributes:
        slices: in order of their names.
    """

    slices: tuple[NamedSlice, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Their names, sorted."""
        return tuple(item.name for item in self.slices)

    @property
    def known(self) -> frozenset[str]:
        """All slices that a recipe may name: those of the vocabulary too."""
        return frozenset(chain(ALL_SLICES, self.names))

    @property
    def digest(self) -> str:
        """Of names and conditions, 16 hex digits: the same conditions find the same regions. Empty where there are none."""
        said = [[item.name, item.where] for item in self.slices]
        return digest("slices", json.dumps(said, ensure_ascii=False), length=16) if said else ""

    def only(self, names: Iterable[str]) -> NamedSlices:
        """Those of them that are among some names; names of others are no matter."""
        wanted = set(names)
        return NamedSlices(tuple(item for item in self.slices if item.name in wanted))

    def masks(self, columns: Mapping[str, pa.Array], rows: int) -> dict[str, NDArray[np.bool_]]:
        """Which regions are in each slice, by its name.

        Args:
            columns: one row a region, by the names that conditions use (``COLUMNS``); those that none names may be missing.
            rows: how many regions there are.
        """
        if not rows:
            return {name: np.zeros(0, bool) for name in self.names}
        return {item.name: np.asarray(understood(item.where).test(columns).to_numpy(zero_copy_only=False), bool)
                for item in self.slices}

    def of_readings(self, readings: Sequence[Reading], campaigns: Sequence[str]) -> list[tuple[tuple[str, ...], ...]]:
        """Of each reading, the names of the slices of each of its regions, sorted, in the regions' order.

        Args:
            readings: of any number of images; all are laid out in one table.
            campaigns: to which each of the images was sent; empty where to none.
        """
        counts = [len(reading.regions) for reading in readings]
        if not self.slices:
            return [((),) * count for count in counts]
        found: list[list[str]] = [[] for _ in range(sum(counts))]
        for name, mask in self.masks(self._columns(readings, campaigns, counts), len(found)).items():
            for row in np.flatnonzero(mask):
                found[row].append(name)
        alike: dict[tuple[str, ...], tuple[str, ...]] = {}  # one tuple for the many regions that are in the same slices
        rows = iter(alike.setdefault(names, names) for names in map(tuple, found))
        return [tuple(next(rows) for _ in range(count)) for count in counts]

    def of_reading(self, reading: Reading, campaign: str) -> tuple[tuple[str, ...], ...]:
        """The same for one reading; for many, ``of_readings`` is faster by far."""
        return self.of_readings([reading], [campaign])[0]

    def of_images(self, readings: Sequence[Reading], campaigns: Sequence[str]) -> list[frozenset[str]]:
        """Of each reading, the names of the slices that have a region of it; arguments as ``of_readings`` has them."""
        return [frozenset(chain.from_iterable(names)) for names in self.of_readings(readings, campaigns)]

    def _columns(self, readings: Sequence[Reading], campaigns: Sequence[str], counts: Sequence[int]) -> dict[str, pa.Array]:
        """What the conditions name, one row a region."""
        named = frozenset().union(*(understood(item.where).names for item in self.slices))
        parents = np.repeat(np.arange(len(readings)), counts)
        found: dict[str, pa.Array] = {}
        for name in named:
            if of_region := OF_REGIONS.get(name):
                kind = COLUMNS.field(REGIONS).type.value_type.field(name).type
                found[name] = pa.array([of_region(region) for reading in readings for region in reading.regions], kind)
            else:
                values = campaigns if name == CAMPAIGN else [OF_IMAGES[name](reading) for reading in readings]
                found[name] = pa.array(values, COLUMNS.field(name).type).take(parents)
        return found


NO_SLICES = NamedSlices()
"""Where nobody asked for any."""


@functools.cache
def understood(condition: str) -> Where:
    """A condition on a region and its image.

    Raises:
        ValueError: it is not understood, or names something else; the message has what it may name.
    """
    try:
        return parse_where(condition, COLUMNS)
    except ConditionWrong as error:
        first, *_, last = str(error).splitlines()
        raise ValueError(f"{first.removeprefix('where: ')}. {last}") from None


def load_slices(settings: Settings) -> NamedSlices:
    """The named slices; none where there is no file.

    Raises:
        SettingError: a line of it is wrong.
    """
    path = settings.slices
    where = str(path.relative_to(ROOT) if path.is_relative_to(ROOT) else path)
    if not path.is_file():
        return NamedSlices()
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise SettingError(f"{where} is not UTF-8 ({error.reason} at byte {error.start}): save it as UTF-8") from None
    return NamedSlices(tuple(sorted(parse_slices(text, where, understood).slices, key=lambda item: item.name)))


class KnownSlices(Collection[str]):
    """Names of all slices that a recipe may name.

    recipes/slices.yaml is read when a name is asked for that the vocabulary does not have: a wrong line in it stops what uses
    named slices, and nothing else.

    Args:
        settings: where the file is.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    @functools.cached_property
    def _all(self) -> frozenset[str]:
        return load_slices(self._settings).known

    def __contains__(self, name: object) -> bool:
        return name in ALL_SLICES or name in self._all

    def __iter__(self) -> Iterator[str]:
        return iter(self._all)

    def __len__(self) -> int:
        return len(self._all)


def named_among(settings: Settings, names: Iterable[str]) -> NamedSlices:
    """The named slices among some names; the file is read only where there may be one."""
    wanted = set(names) - TAKEN
    return load_slices(settings).only(wanted) if wanted else NO_SLICES


def slices_of_stored(ledger: Ledger, named: NamedSlices, campaigns: Mapping[str, str]) -> dict[str, frozenset[str]]:
    """Of readings in the ledger, the names of the slices that have a region of them, by reading id.

    Args:
        ledger: has the readings; nothing is asked of it where there are no named slices.
        named: the slices.
        campaigns: to which the image of each reading was sent, by reading id; empty where to none. A million readings stream
            through.
    """
    found: dict[str, frozenset[str]] = {}
    for chunk in more_itertools.chunked(campaigns if named.slices else (), READINGS_AT_ONCE):
        with ledger.read() as connection:
            readings = readings_by_id(connection, chunk)
        names = named.of_images([*readings.values()], [campaigns[reading_id] for reading_id in readings])
        found.update(zip(readings, names, strict=True))
    return found

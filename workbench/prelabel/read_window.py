"""The engine at work on a window of pictures: one that breaks it stops no other."""

from __future__ import annotations

import traceback
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from adapters.ocr.engine import LooksAgain, OcrEngine, PartlyRead, Pixels, as_kept
from schemas.errors import SaegimError
from schemas.reading import LOOKED_AGAIN, Reading
from schemas.stored import StoredImage
from workbench.run import Failures

NONE: Mapping[str, Reading] = MappingProxyType({})
"""No reading of any image."""


@dataclass(slots=True)
class WindowRead:
    """What came of some pictures.

    Attributes:
        readings: of those that the engine could read.
        broken: tracebacks of the others, which are put aside, by image id.
    """

    readings: list[Reading] = field(default_factory=list)
    broken: dict[str, str] = field(default_factory=dict)


def read_window(engine: OcrEngine, images: Sequence[StoredImage], pictures: Sequence[Pixels | str],
                failures: Failures, again: Collection[str] = (), before: Mapping[str, Reading] = NONE) -> WindowRead:
    """Reads a window of pictures.

    Put aside are pictures that could not be had, which count as failures only where none could (the bucket may be another one),
    and those on which the engine failed in a way nobody foresaw (design D10).

    Args:
        engine: reads them.
        images: whose pictures they are.
        pictures: uint8 [height, width, RGB]; a traceback in place of one that could not be had.
        failures: is told of what nobody foresaw.
        again: ids of images that are looked at once more, where the engine can; one that breaks it then keeps its first reading,
            as one of two looks: it is not tried for ever.
        before: what was read of some images before, by id: they are not read anew.

    Raises:
        TooManyFailures: it is no longer a single picture's trouble.
    """
    done = WindowRead(broken={image.image_id: picture for image, picture in zip(images, pictures, strict=True)
                          if isinstance(picture, str)})
    there = {image.image_id: picture for image, picture in zip(images, pictures, strict=True) if not isinstance(picture, str)}
    for image_id, trace in done.broken.items():
        if there:
            failures.run.say(f"image {image_id[:12]}… cannot be had and is quarantined: {trace.strip().splitlines()[-1]}")
        else:
            failures.note(f"image {image_id[:12]}…", trace)
    new = {image_id: picture for image_id, picture in there.items() if image_id not in before}
    done.readings += (before[image_id] for image_id in there if image_id in before)
    try:
        done.readings += engine.read(list(new.values()), list(new)) if new else []
    except SaegimError:
        raise
    except PartlyRead as partly:
        done.readings += partly.readings
        for image_id, trace in partly.broken.items():
            done.broken[image_id] = trace
            failures.note(f"image {image_id[:12]}…", trace)
    except Exception:
        for image_id, picture in new.items():
            _read_alone(engine, image_id, picture, done, failures)
    if isinstance(engine, LooksAgain) and (first := [reading for reading in done.readings if reading.image_id in again]):
        second = {reading.image_id: reading for reading in _looked_again(engine, there, first, failures)}
        done.readings = [replace(second.get(reading.image_id, reading), revision=LOOKED_AGAIN) if reading.image_id in again
                         else reading for reading in done.readings]
    found, done.readings = done.readings, []
    for reading in found:
        try:
            done.readings.append(as_kept(reading))
        except Exception:  # corners that are no numbers, a text that is none: an engine of somebody's
            done.broken[reading.image_id] = traceback.format_exc()
            failures.note(f"image {reading.image_id[:12]}…", done.broken[reading.image_id])
    return done


def _looked_again(engine: LooksAgain, pictures: Mapping[str, Pixels], readings: Sequence[Reading],
                  failures: Failures) -> list[Reading]:
    """The readings after another look; without those of pictures that break the engine then."""
    try:
        return engine.look_again([pictures[reading.image_id] for reading in readings],
                                 [reading.image_id for reading in readings], readings)
    except SaegimError:
        raise
    except PartlyRead as partly:
        for image_id, trace in partly.broken.items():
            _keeps_its_first(image_id, trace, failures)
        return list(partly.readings)
    except Exception:
        if len(readings) > 1:
            return [found for reading in readings for found in _looked_again(engine, pictures, [reading], failures)]
        _keeps_its_first(readings[0].image_id, traceback.format_exc(), failures)
        return []


def _keeps_its_first(image_id: str, trace: str, failures: Failures) -> None:
    last = trace.strip().splitlines()[-1]
    failures.run.say(f"image {image_id[:12]}… broke the second look and keeps its first reading: {last}")


def _read_alone(engine: OcrEngine, image_id: str, picture: Pixels, done: WindowRead, failures: Failures) -> None:
    try:
        done.readings += engine.read([picture], [image_id])
    except SaegimError:
        raise
    except Exception:
        done.broken[image_id] = traceback.format_exc()
        failures.note(f"image {image_id[:12]}…", done.broken[image_id])

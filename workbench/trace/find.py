"""What somebody means by a name: the one thing that it names, or why there is none."""

from __future__ import annotations

import re
from collections.abc import Sequence

from datastore.ledger import Ledger, traced_names
from datastore.ledger.names import where_a_key_goes_wrong
from schemas.errors import NoSuchThing
from schemas.trace import TraceKind, TraceName

ADDRESS = re.compile(r"https?://\S+/projects/(?P<project>\d+)/\S*[?&]task=(?P<task>\d+)")
"""Of a task in Label Studio, as a browser shows it."""
OF_KIND = re.compile(r"(?P<kind>task|annotation)[: ](?:(?P<project>\d+)/)?(?P<number>\d+)")
OF_PROJECT = re.compile(r"(?P<project>\d+)/(?P<task>\d+)")
IN_RELEASE = re.compile(r"[a-z0-9][a-z0-9-]*@\d+(?:\+r\d+)?/(?P<image>[0-9a-f]{6,64})")
REGION = re.compile(r"(?P<image>[0-9a-f]{6,64})/(?P<region>[\w-]{3,})")
REGION_ALONE = re.compile(r"[\w-]{6,}")
EXPECTED = ("expected the id of a submission, an image, a region or a reading, or its beginning (6 letters or more); a key such "
            "as spring/kim/IMG_1.jpg; task:12 or annotation:34 by Label Studio's numbers; IMAGE/REGION; or a row of a release, "
            "scene-text@3/IMAGE")


def find_thing(ledger: Ledger, text: str) -> TraceName:
    """The thing that a name means.

    Args:
        ledger: where.
        text: what somebody typed, or copied from a page, a table, a log or a browser's address.

    Raises:
        NoSuchThing: there is none, or several; the message names those that are near.
    """
    name = re.sub(r"^s3://[^/]+/", "", text.strip())
    found = _found(ledger, name)
    if len(found) == 1:
        return found[0]
    if found:
        raise NoSuchThing(f"{name!r} may be any of these: {_listed(found)}. Give more of it, or say which")
    near = traced_names.nearest(ledger, name) if traced_names.HEX.fullmatch(name) else []
    where = where_a_key_goes_wrong(ledger, name)
    raise NoSuchThing(f"Nothing is named {name!r}{where}" + (f"; the nearest is {_listed(near)}" if near else "" if where else
                                                            f": {EXPECTED}"))


def _found(ledger: Ledger, name: str) -> Sequence[TraceName]:
    if found := ADDRESS.fullmatch(name):
        return traced_names.tasks_numbered(ledger, int(found["task"]), int(found["project"]))
    if found := OF_KIND.fullmatch(name):
        return _numbered(ledger, found["kind"], int(found["number"]), int(found["project"]) if found["project"] else None)
    if found := OF_PROJECT.fullmatch(name):
        return traced_names.tasks_numbered(ledger, int(found["task"]), int(found["project"]))
    if found := IN_RELEASE.fullmatch(name):
        return _images(ledger, found["image"])
    if "/" in name:
        return traced_names.things_with_key(ledger, name) or _region_of_image(ledger, name)
    if things := traced_names.things_beginning(ledger, name):
        whole = [thing for thing in things if thing.name == name]
        return whole or things
    if name.isdecimal() and len(name) < 11:
        numbered = (*traced_names.tasks_numbered(ledger, int(name)),
                    *traced_names.annotations_numbered(ledger, int(name)))
        if numbered or len(name) < 6:
            return numbered
    return traced_names.regions_anywhere(ledger, name) if REGION_ALONE.fullmatch(name) else []


def _numbered(ledger: Ledger, kind: str, number: int, project: int | None) -> Sequence[TraceName]:
    if kind == TraceKind.TASK:
        return traced_names.tasks_numbered(ledger, number, project)
    found = traced_names.annotations_numbered(ledger, number)
    return [item for item in found if project is None or item.name.startswith(f"{project}/")]


def _images(ledger: Ledger, beginning: str) -> list[TraceName]:
    return [item for item in traced_names.things_beginning(ledger, beginning) if item.kind is TraceKind.IMAGE]


def _region_of_image(ledger: Ledger, name: str) -> Sequence[TraceName]:
    found = REGION.fullmatch(name)
    return [region for image in _images(ledger, found["image"])
            for region in traced_names.regions_of_image(ledger, image.name, found["region"])] if found else []


def _listed(found: Sequence[TraceName]) -> str:
    return ", ".join(f"{item.kind} {item.name}" if item.kind in (TraceKind.SUBMISSION, TraceKind.IMAGE, TraceKind.READING)
                     else f"{item.kind}:{item.name}" if item.kind is not TraceKind.REGION
                     else f"region {item.image_id[:12]}/{item.name}" for item in found)

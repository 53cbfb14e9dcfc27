"""The row of a source: what may be done with it, said before any of its pictures is sent."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from datastore.ledger import Connection, Ledger, audit, sources
from saegim.labels.labelled import LabelledSet
from saegim.names import unknown
from schemas.accounts import Act
from schemas.errors import SettingError
from schemas.licences import is_open
from schemas.reading import Unit
from schemas.sources import PUBLIC, SOURCE_NAME, PublicSource, Use
from workbench.accounts import COMMAND, Actor
from workbench.imports.labels import ImportRequest


def source_called(name: str) -> str:
    """The source that ``--campaign`` names.

    Raises:
        SettingError: it cannot be one.
    """
    if not SOURCE_NAME.fullmatch(name):
        raise SettingError(f"--campaign {name!r} is no public data set: expected {PUBLIC}/NAME with up to 40 lower case letters, "
                           f"digits, dots, - and _, such as {PUBLIC}/icdar2015")
    return name


def uses_called(licence: str, said: str) -> tuple[Use, ...]:
    """What a source may be used for.

    Args:
        licence: of the source.
        said: names of uses with commas between; empty where nobody said any.

    Raises:
        SettingError: there is no such use, or nobody said any and the licence is none of which that is known.
    """
    if not licence.strip():
        raise SettingError("--licence is empty: say which licence the data set has, such as CC-BY-4.0, or where its terms stand")
    if not said.strip():
        if is_open(licence):
            return tuple(Use)
        raise SettingError(f"What a licence {licence!r} allows is not known here: read it, and say it by --licence-allows, such "
                           f"as {Use.TRAIN},{Use.EVALUATE} (of {', '.join(Use)}; none for nothing)")
    return _uses([] if said.strip() == "none" else [word.strip() for word in said.split(",") if word.strip()])


def _uses(names: Collection[str]) -> tuple[Use, ...]:
    for name in names:
        if name not in tuple(Use):
            raise SettingError(f"--licence-allows: {unknown('use', name, tuple(Use))}")
    return tuple(use for use in Use if use in names)


def write_source(ledger: Ledger, dataset: LabelledSet, request: ImportRequest) -> list[str]:
    """Writes what is known of a source, and returns what a person should be told of it.

    Raises:
        SettingError: the source has labels of another worth: people's, or some program's.
    """
    now = datetime.now(UTC)
    details = {"title": Path(dataset.title).name, "description": dataset.description, "licence": dataset.licence}
    form = request.form
    new = PublicSource(request.source, request.licence, request.allows, form.name, request.unit or Unit(form.unit), form.is_truth,
                       now, now, {name: text for name, text in details.items() if text})
    with ledger.write(alone=audit.ALONE) as connection:
        before = sources.source_named(connection, request.source)
        if before and before.is_truth != new.is_truth:
            whose = "people's labels" if before.is_truth else "what programs saw, or no labels"
            raise SettingError(f"{request.source} has {whose}, and {form.title} is not that: import it as another one")
        if before:
            new = replace(new, added_at=before.added_at)
            if replace(new, changed_at=before.changed_at) == before:
                return []
        sources.put_source(connection, new)
        write_changed_terms(connection, before, new)
    return [*told_changes(before, new), *_own_licence(dataset, request)]


def write_changed_terms(connection: Connection, before: PublicSource | None, new: PublicSource, by: Actor = COMMAND) -> None:
    """A line of the audit log where the terms of a source were others before; in a transaction whose name is ``audit.ALONE``."""
    if before and (before.licence, before.allows) != (new.licence, new.allows):
        audit.write_deed(connection, by.name, by.role, Act.TERMS_CHANGED, None, new.source,
                         f"{_terms(before)} became {_terms(new)}")


def _terms(source: PublicSource) -> str:
    return f"{source.licence} ({', '.join(source.allows) or 'allows nothing'})"


def told_changes(before: PublicSource | None, new: PublicSource) -> list[str]:
    """What a person should be told where the terms of a source were others before."""
    told = []
    if before and before.licence != new.licence:
        told.append(f"The licence of {new.source} was {before.licence} and is {new.licence} now, for all of it.")
    if before and before.allows != new.allows:
        told.append(f"{new.source} allowed {', '.join(before.allows) or 'nothing'}, and now "
                    f"{', '.join(new.allows) or 'nothing'}. Releases that exist stay as they are.")
    return told


def _own_licence(dataset: LabelledSet, request: ImportRequest) -> list[str]:
    if not dataset.licence or dataset.licence.casefold() == request.licence.casefold():
        return []
    return [f"The data set itself says: licence {dataset.licence}. You said {request.licence}, and that counts."]

"""Public data sets that were imported: what there is, and other terms for one of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from datastore.ledger import Ledger, audit, imported, sources
from saegim.manifest import ReleaseName
from saegim.names import unknown
from saegim.releases import Releases
from schemas.errors import SettingError
from schemas.sources import PUBLIC, PublicSource
from workbench.accounts import COMMAND, Actor
from workbench.bench import Workbench
from workbench.imports.source_row import told_changes, uses_called, write_changed_terms


@dataclass(frozen=True, slots=True)
class ListedSource:
    """A public data set, and how much of it there is.

    Attributes:
        source: what is known of it.
        pictures: that were imported.
        readings: of these, pictures whose labels are readings.
    """

    source: PublicSource
    pictures: int
    readings: int


def listed_sources(ledger: Ledger) -> list[ListedSource]:
    """All public data sets, by name."""
    counts = imported.counts_by_source(ledger)
    return [ListedSource(source, *counts.get(source.source, (0, 0))) for source in sources.all_sources(ledger)]


def change_terms(ledger: Ledger, name: str, licence: str = "", allows: str = "", by: Actor = COMMAND) -> list[str]:
    """Gives a public data set another licence, or other uses, and returns what a person should be told.

    Args:
        ledger: where it is.
        name: ``public/NAME``, or ``NAME`` alone.
        licence: empty for the one that it has.
        allows: names of uses with commas between, or ``none``; where empty, those that a licence of which that is known allows.
        by: who changes them, for the audit log.

    Raises:
        SettingError: there is no such data set, nothing is to change, or the uses are not known.
    """
    if not (licence.strip() or allows.strip()):
        raise SettingError("Nothing to change: say --licence, --licence-allows or both")
    full = name if name.startswith(f"{PUBLIC}/") else f"{PUBLIC}/{name}"
    if full not in (known := [source.source for source in sources.all_sources(ledger)]):
        raise SettingError(unknown("public data set", full, known))
    with ledger.write(alone=audit.ALONE) as connection:
        before = sources.sources_named(connection, [full])[full]
        text = licence.strip() or before.licence
        new = replace(before, licence=text, allows=uses_called(text, allows))
        if new == before:
            return [f"{full} is under these terms already."]
        sources.put_source(connection, replace(new, changed_at=datetime.now(UTC)))
        write_changed_terms(connection, before, new, by)
    return told_changes(before, new)


def releases_with(bench: Workbench, source: str) -> list[str]:
    """The newest releases that hold images of a public data set, each with how many."""
    releases = Releases(bench.settings, bench.objects.bucket(bench.settings.bucket_datasets))
    found = []
    for dataset in releases.datasets():
        manifest = releases.manifest(ReleaseName(dataset))
        found += [f"{manifest.name} ({held.images:,} {'image' if held.images == 1 else 'images'})"
                  for held in manifest.sources if held.source == source]
    return found

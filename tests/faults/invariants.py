"""Invariants I1 to I7 (design D13), read from the real systems: what is broken comes back as sentences, nothing is raised.

``at_any_moment`` holds while runs are killed and services fail; ``at_rest`` once every verb has come to its end.
"""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow.parquet as pq
from sqlalchemy import select

from adapters.label_studio.task_query import task_page
from adapters.label_studio.tasks import tasks_after
from datastore.ledger import projects, tables
from saegim.manifest import Manifest, parse_manifest
from schemas.ids import sha256
from schemas.label_tasks import SUBJECT
from schemas.submission import Outcome, RawObject, image_key
from tests.every_object import every_object
from tests.faults.segments import metadata_in
from workbench.bench import Workbench

TIMELESS = ("runs", "leases", "cursors")
"""Tables that tell of runs and how far they have looked, not of data: they may change where nothing is new."""


@dataclass(frozen=True, slots=True)
class Violation:
    """One invariant that does not hold.

    Attributes:
        invariant: ``I1`` to ``I7``; ``D4``, where a row names bytes that are not there.
        about: the thing.
        what: a sentence.
    """

    invariant: str
    about: str
    what: str

    def __str__(self) -> str:
        return f"{self.invariant} {self.about}: {self.what}"


@dataclass
class Invariants:
    """Looks at one workbench again and again; what it has seen stays seen.

    Attributes:
        bench: the systems, without faults between.
        published: bytes of every file of every release by its key, as they were when the release was first seen.
        checked: sha256 of objects by bucket, key and version: what was read once is not read again until it changes.
        clean: canonical pictures, by key and version, that were found to be what they should be.
    """

    bench: Workbench
    published: dict[str, str] = field(default_factory=dict)
    checked: dict[tuple[str, str, str], str] = field(default_factory=dict)
    clean: set[tuple[str, str]] = field(default_factory=set)

    def at_any_moment(self) -> list[Violation]:
        """I2 (no task twice), I3, I6, I7 and D4."""
        return [*self._tasks(at_rest=False), *self._releases(), *self._canonical()]

    def at_rest(self, expected: Mapping[str, str] | None = None) -> list[Violation]:
        """All of I1 to I7 but I4, for which ``state`` is compared.

        Args:
            expected: sha256 of what lies in the bucket of raw objects, by key; as it is there where left out.
        """
        return [*self._submissions(expected), *self._tasks(at_rest=True), *self._releases(), *self._canonical(),
                *self._annotations()]

    def state(self) -> dict[str, str]:
        """All that a run may change, as digests by name (I4)."""
        found = {}
        with self.bench.ledger.read() as connection:
            for table in tables.metadata.sorted_tables:
                if table.name not in TIMELESS:
                    rows = sorted(repr(tuple(row)) for row in connection.execute(select(table)))
                    found[f"table {table.name}"] = sha256("\n".join(rows).encode())
        settings = self.bench.settings
        for bucket in (settings.bucket_raw, settings.bucket_images, settings.bucket_datasets):
            for raw in every_object(self.bench.objects, bucket):
                found[f"{bucket}/{raw.key}"] = f"{raw.version} {raw.size}"
        for project in self._projects():
            for task in tasks_after(self.bench.label_studio, project, 0, SUBJECT):
                found[f"task {task.task_id}"] = f"{task.subject} {task.answered}"
        return found

    def _projects(self) -> list[int]:
        return [row.project_id for row in projects.project_rows(self.bench.ledger) if row.project_id]

    def _sha256(self, bucket: str, raw: RawObject) -> str:
        name = (bucket, raw.key, raw.version)
        if name not in self.checked:
            self.checked[name] = sha256(self.bench.objects.get(bucket, raw.key))
        return self.checked[name]

    def _submissions(self, expected: Mapping[str, str] | None) -> list[Violation]:
        """I1: every raw object has exactly one ending, and it is that of its own bytes."""
        bench, found = self.bench, []
        there = every_object(bench.objects, bench.settings.bucket_raw)
        with bench.ledger.read() as connection:
            rows = {(row.key, row.version): row for row in connection.execute(select(tables.submissions))}
            waiting = {(row.key, row.version) for row in connection.execute(select(tables.arrivals))}
            image_ids = set(connection.scalars(select(tables.images.c.image_id)))
        if expected is not None and {raw.key for raw in there} != set(expected):
            found.append(Violation("I1", "raw", "the bucket does not hold what was sent"))
        for raw in there:
            row = rows.get((raw.key, raw.version))
            if row is None:
                found.append(Violation("I1", raw.key, "has no ending"))
                continue
            if (raw.key, raw.version) in waiting:
                found.append(Violation("I1", raw.key, "has an ending and waits for one"))
            if row.outcome not in {item.value for item in Outcome}:
                found.append(Violation("I1", raw.key, f"ended as {row.outcome}"))
            if row.raw_sha256 not in (None, self._sha256(bench.settings.bucket_raw, raw)):
                found.append(Violation("I1", raw.key, "was judged by other bytes than it has"))
            if row.outcome == Outcome.ACCEPTED and row.image_id not in image_ids:
                found.append(Violation("I1", raw.key, "is accepted without an image"))
        accepted = Counter(row.image_id for row in rows.values() if row.outcome == Outcome.ACCEPTED)
        found += [Violation("I1", str(name), f"is accepted {count} times") for name, count in accepted.items() if count > 1]
        return found

    def _tasks(self, at_rest: bool) -> list[Violation]:
        """I2: one task a subject; at rest those that the ledger knows, and no other."""
        bench, found, outbox = self.bench, [], tables.tasks
        for row in projects.project_rows(bench.ledger):
            if not row.project_id:
                continue
            there = tasks_after(bench.label_studio, row.project_id, 0, SUBJECT)
            found += [Violation("I2", subject, f"has {count} tasks in project {row.project_id}")
                      for subject, count in Counter(task.subject for task in there).items() if count > 1]
            if at_rest:
                with bench.ledger.read() as connection:
                    known = {item.subject: item.task_id for item in connection.execute(
                        select(outbox.c.subject, outbox.c.task_id).where(outbox.c.project == row.key))}
                shown = {task.subject: task.task_id for task in there}
                found += [Violation("I2", subject, f"is task {shown.get(subject)} there and {known.get(subject)} in the ledger")
                          for subject in sorted(known.keys() | shown.keys()) if known.get(subject) != shown.get(subject)]
        return found

    def _manifests(self, there: Sequence[RawObject]) -> list[tuple[str, Manifest]]:
        bucket = self.bench.settings.bucket_datasets
        return [(raw.key.partition("/")[0], parse_manifest(self.bench.objects.get(bucket, raw.key), raw.key))
                for raw in there if raw.key.endswith("/manifest.json")]

    def _releases(self) -> list[Violation]:
        """I3: every file of a manifest is there and right. I7: what was published stays as it is, byte for byte."""
        bucket, found = self.bench.settings.bucket_datasets, []
        there = every_object(self.bench.objects, bucket)
        by_key = {raw.key: raw for raw in there}
        for raw in there:
            if raw.key.endswith("/manifest.json"):
                self.published.setdefault(raw.key, self._sha256(bucket, raw))
        for dataset, manifest in self._manifests(there):
            if manifest.superseded_by:
                continue
            for file in manifest.files:
                key = f"{dataset}/{file.path}"
                if key not in by_key:
                    found.append(Violation("I3", f"{manifest.name}", f"names {key}, which is not there"))
                elif self._sha256(bucket, by_key[key]) != file.sha256:
                    found.append(Violation("I3", f"{manifest.name}", f"{key} has another sha256"))
                else:
                    self.published.setdefault(key, file.sha256)
        for key, digest in self.published.items():
            if key not in by_key or self._sha256(bucket, by_key[key]) != digest:
                found.append(Violation("I7", key, "is gone" if key not in by_key else "has changed since it was published"))
        return found

    def _canonical(self) -> list[Violation]:
        """I6: no metadata in a canonical picture. D4: each image of the ledger is there, and is its own sha256."""
        bench, found = self.bench, []
        bucket = bench.settings.bucket_images
        there = {raw.key: raw for raw in every_object(bench.objects, bucket)}
        for key, raw in there.items():
            if (key, raw.version) in self.clean:
                continue
            data = bench.objects.get(bucket, key)
            bad = metadata_in(data)
            found += [Violation("I6", key, f"holds {item}") for item in bad]
            if sha256(data) not in key:
                found.append(Violation("D4", key, "holds other bytes than those it is named after"))
            elif not bad:
                self.clean.add((key, raw.version))
        with bench.ledger.read() as connection:
            rows = connection.execute(select(tables.images.c.image_id, tables.images.c.media_type)).all()
        found += [Violation("D4", row.image_id, "is an image whose bytes are not there") for row in rows
                  if image_key(row.image_id, row.media_type) not in there]
        return found

    def _annotations(self) -> list[Violation]:
        """I5: every submitted annotation is a reading; every accepted reading is a row of the newest release, or is left out."""
        bench, found = self.bench, []
        with bench.ledger.read() as connection:
            known = {(row.task_id, row.annotation_id): row for row in connection.execute(select(tables.annotations))}
            there = set(connection.scalars(select(tables.readings.c.reading_id)))
            accepted = {row.image_id: row.reading_id for row in connection.execute(select(tables.accepted_readings))}
        for project in self._projects():
            for task in _whole_tasks(bench, project):
                for one in task["annotations"]:
                    row = known.get((task["id"], one["id"]))
                    if row is None:
                        found.append(Violation("I5", f"annotation {one['id']}", "was submitted and not collected"))
                    elif row.reading_id is None and not (row.skipped or row.problem):
                        found.append(Violation("I5", f"annotation {one['id']}", "is no reading, and nothing says why"))
                    elif row.reading_id and row.reading_id not in there:
                        found.append(Violation("I5", f"annotation {one['id']}", "names a reading that is not there"))
        released = self._released()
        if accepted and released is not None:
            found += [Violation("I5", image, "is accepted, and neither in the newest release nor left out")
                      for image in accepted if image not in released]
        return found

    def _released(self) -> set[str] | None:
        """Images of the newest release, and those that it says it leaves out; None where there is none."""
        bucket = self.bench.settings.bucket_datasets
        found = [item for item in self._manifests(every_object(self.bench.objects, bucket)) if not item[1].superseded_by]
        if not found:
            return None
        dataset, newest = max(found, key=lambda item: (item[1].number, item[1].revision))
        names: set[str] = set()
        for file in newest.files:
            if file.kind in ("labels", "left_out"):
                data = self.bench.objects.get_or_none(bucket, f"{dataset}/{file.path}")
                if data is None:
                    continue  # I3 says so
                names.update(pq.read_table(io.BytesIO(data), columns=["image_id"])["image_id"].to_pylist())
        return names


def _whole_tasks(bench: Workbench, project: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    while True:
        page = task_page(bench.label_studio, project, [], whole=True, page=len(found) // 100 + 1, size=100)
        found += page.tasks
        if not page.tasks or len(found) >= page.total:
            return found

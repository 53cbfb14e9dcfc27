"""The same invariants for the naive pipeline, as far as it has something of the kind: read from the same systems."""

from __future__ import annotations

import io
import json
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow.parquet as pq
from PIL import Image, ImageOps

from adapters.label_studio.task_query import task_page
from datastore.objects import ObjectStore
from schemas.ids import sha256
from tests.every_object import every_object
from tests.faults.invariants import Violation
from tests.faults.segments import metadata_in
from tests.faults.world import FaultWorld

DIFFERENT = 12.0
"""Grey levels by which a picture departs from its file on average: JPEG at quality 95 stays below 2."""


@dataclass
class NaiveInvariants:
    """Looks at what the naive pipeline left, again and again."""

    world: FaultWorld
    published: dict[str, str] = field(default_factory=dict)

    @property
    def _objects(self) -> ObjectStore:
        return self.world.bench.objects

    def annotate(self) -> None:
        """People answer all open tasks, each once."""
        client = self.world.bench.label_studio
        for project in self._projects():
            for task in self._tasks(project):
                if not task["annotations"]:
                    result = [{"from_name": "text", "to_name": "image", "type": "textarea", "value": {"text": ["글자"]}}]
                    client.request(f"api/tasks/{task['id']}/annotations/", method="POST", json={"result": result, "lead_time": 3})

    def at_rest(self) -> list[Violation]:
        """All of I1 to I7 but I4."""
        return [*self._endings(), *self._double_tasks(), *self._releases(), *self._pictures(), *self._annotations()]

    def state(self) -> dict[str, str]:
        """All that a run may change (I4)."""
        settings = self.world.bench.settings
        found = {f"{bucket}/{raw.key}": f"{raw.version.split(' ')[0]} {raw.size}"
                 for bucket in (settings.bucket_raw, settings.bucket_images, settings.bucket_datasets)
                 for raw in every_object(self._objects, bucket)}
        for project in self._projects():
            found |= {f"task {task['id']}": str(task["data"]) for task in self._tasks(project)}
        return found

    def _projects(self) -> list[int]:
        """All projects that it made in this world: it may have made one twice."""
        title = f"naive {self.world.bench.settings.bucket_images}"[:50]
        found = self.world.bench.label_studio.request("api/projects", params={"page_size": 1000}).json()["results"]
        return [int(item["id"]) for item in found if item["title"] == title]

    def _tasks(self, project: int) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        while True:
            page = task_page(self.world.bench.label_studio, project, [], whole=True, page=len(found) // 100 + 1, size=100)
            found += page.tasks
            if not page.tasks or len(found) >= page.total:
                return found

    def _endings(self) -> list[Violation]:
        settings, found = self.world.bench.settings, []
        there = {raw.key for raw in every_object(self._objects, settings.bucket_images)}
        for key, sent in self.world.sent.items():
            endings = [name for name in (f"pictures/{key}.jpg", f"refused/{key}.json") if name in there]
            if len(endings) != 1:
                found.append(Violation("I1", key, f"has {len(endings)} endings"))
            elif endings[0].startswith("pictures/") and self._differs(key, endings[0]):
                found.append(Violation("I1", key, "was judged by other bytes than it has"))
            elif endings[0].startswith("refused/") and sent.kind in ("new", "edited"):
                first = json.loads(self._objects.get(settings.bucket_images, endings[0])).get("same as")
                if first is None or first == key or f"pictures/{first}.jpg" not in there:
                    found.append(Violation("I1", key, "is refused, and there is nothing wrong with it"))
        return found

    def _differs(self, key: str, made: str) -> bool:
        settings = self.world.bench.settings
        try:
            one = np.asarray(_opened(self._objects.get(settings.bucket_raw, key)), np.int16)
            other = np.asarray(_opened(self._objects.get(settings.bucket_images, made)), np.int16)
        except (OSError, SyntaxError):
            return True
        return one.shape != other.shape or bool(np.abs(one - other).mean() > DIFFERENT)

    def _double_tasks(self) -> list[Violation]:
        found = Counter(str(task["data"]["image"]) for project in self._projects() for task in self._tasks(project))
        settings = self.world.bench.settings
        pictures = {f"s3://{settings.bucket_images}/{raw.key}"
                    for raw in every_object(self._objects, settings.bucket_images, "pictures/")}
        return [Violation("I2", name, f"has {found[name]} tasks") for name in pictures | found.keys() if found[name] != 1]

    def _releases(self) -> list[Violation]:
        bucket, found = self.world.bench.settings.bucket_datasets, []
        there = {raw.key: sha256(self._objects.get(bucket, raw.key)) for raw in every_object(self._objects, bucket)}
        for key in there:
            if key.endswith("/manifest.json"):
                manifest = json.loads(self._objects.get(bucket, key))
                if there.get(manifest["file"]) != manifest["sha256"]:
                    found.append(Violation("I3", key, "names a file that is missing or is another"))
                self.published.setdefault(key, there[key])
                self.published.setdefault(manifest["file"], manifest["sha256"])
        found += [Violation("I7", key, "is gone or has changed since it was published")
                  for key, digest in self.published.items() if there.get(key) != digest]
        return found

    def _pictures(self) -> list[Violation]:
        bucket = self.world.bench.settings.bucket_images
        return [Violation("I6", raw.key, f"holds {item}") for raw in every_object(self._objects, bucket, "pictures/")
                for item in metadata_in(self._objects.get(bucket, raw.key))]

    def _annotations(self) -> list[Violation]:
        bucket = self.world.bench.settings.bucket_datasets
        submitted = {int(one["id"]) for project in self._projects()
                     for task in self._tasks(project) for one in task["annotations"]}
        numbers = sorted(int(raw.key.split("/")[0][1:]) for raw in every_object(self._objects, bucket)
                         if raw.key.endswith("/manifest.json"))
        rows: set[int] = set()
        if numbers:
            data = self._objects.get(bucket, f"v{numbers[-1]}/labels.parquet")
            try:
                rows = set(pq.read_table(io.BytesIO(data), columns=["annotation"])["annotation"].to_pylist())
            except OSError:
                return [Violation("I5", f"v{numbers[-1]}", "cannot be read")]
        return [Violation("I5", f"annotation {item}", "was submitted and is no row") for item in sorted(submitted - rows)]


def _opened(data: bytes) -> Image.Image:
    return ImageOps.exif_transpose(Image.open(io.BytesIO(data))).convert("RGB")



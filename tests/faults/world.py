"""A small world under faults: two campaigns, some pictures, one project of Label Studio, a dataset that grows."""

from __future__ import annotations

import contextlib
import functools
import random
import secrets
import shutil
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote

import psycopg
import yaml

from adapters.label_studio.tasks import OpenTask, annotate, open_tasks
from apps.stack.seaweedfs import BUCKETS
from datastore.ledger import projects
from datastore.objects import ObjectStore
from schemas.ids import sha256
from tests.empty_ledger import empty_ledger
from tests.faults.pictures import edited, picture, with_metadata
from tests.tiny_bundle import ctc, write_bundle
from workbench.bench import Workbench
from workbench.push_model import try_and_push
from workbench.settings import ROOT, Settings

CAMPAIGNS = ("spring", "autumn")
SUBMITTERS = ("김하늘", "park", "lee")


@dataclass(frozen=True, slots=True)
class Sent:
    """What lies in the bucket of raw objects under a key.

    Attributes:
        content: number of the picture: the same one again, or edited, has the same number.
        kind: ``new``, ``again``, ``edited`` or ``broken``.
        sha256: of the bytes.
    """

    content: int
    kind: str
    sha256: str


@dataclass
class FaultWorld:
    """Buckets, a ledger and what was sent.

    Attributes:
        bench: the systems as they are, without faults.
        settings: of a run's process: by way of the proxies.
        sent: raw objects by key, as they are now.
        folder: of the ledger's file, of recipes, and of what is pulled.
        used: bytes by content.
    """

    bench: Workbench
    folder: Path
    env: dict[str, str]
    sent: dict[str, Sent] = field(default_factory=dict)
    made: dict[int, bytes] = field(default_factory=dict)
    count: int = 0

    @property
    def raw(self) -> str:
        """Name of the bucket of raw objects."""
        return self.bench.settings.bucket_raw

    def send(self, chance: random.Random, count: int) -> None:
        """Some new pictures, and one that is nothing new."""
        for _ in range(count):
            self.count += 1
            data = picture(chance.randrange(1 << 30))
            self.made[self.count] = data
            self._put(chance, with_metadata(data) if chance.random() < 0.5 else data, self.count, "new")
        old = chance.choice(sorted(self.made))
        kind = chance.choice(("again", "edited", "broken"))
        data = self.made[old]
        self._put(chance, {"again": data, "edited": edited(data), "broken": data[:len(data) // 2]}[kind], old, kind)

    def _put(self, chance: random.Random, data: bytes, content: int, kind: str) -> None:
        campaign, submitter = chance.choice(CAMPAIGNS), chance.choice(SUBMITTERS)
        key = f"{campaign}/{submitter}/{len(self.sent)} {kind}.jpg"
        self.bench.objects.put(self.raw, key, data, "image/jpeg")
        self.sent[key] = Sent(content, kind, sha256(data))

    def meddle(self, path: str, replace: bool) -> None:
        """A raw object is replaced, or deleted, by its submitter.

        Args:
            path: of the request, ``/BUCKET/KEY``.
            replace: else it is deleted.
        """
        key = unquote(path.partition("?")[0]).removeprefix(f"/{self.raw}/")
        if key not in self.sent:
            return
        if not replace:
            self.bench.objects.delete(self.raw, key)
            del self.sent[key]
            return
        self.count += 1
        data = picture(self.count + 7_000_000)
        self.made[self.count] = data
        self.bench.objects.put(self.raw, key, data, "image/jpeg")
        self.sent[key] = Sent(self.count, "new", sha256(data))

    def open_tasks(self) -> list[OpenTask]:
        """Tasks that nobody has answered."""
        bench = self.bench
        return [task for row in projects.project_rows(bench.ledger) if row.project_id
                for task in open_tasks(bench.label_studio, row.project_id)]

    def annotate(self) -> int:
        """People answer all open tasks; says how many."""
        found = self.open_tasks()
        for task in found:
            annotate(self.bench.label_studio, task.task_id, task.prediction_result, 5.0, task.prediction_id)
        return len(found)

    def delete_a_task(self) -> bool:
        """A person deletes a task that nobody has answered; says whether there was one."""
        found = self.open_tasks()
        if found:
            self.bench.label_studio.request(f"api/tasks/{found[0].task_id}/", method="DELETE", expected=(200, 204, 404))
        return bool(found)


@contextlib.contextmanager
def fault_world(settings: Settings, folder: Path, proxies: dict[str, str], postgres: str | None) -> Iterator[FaultWorld]:
    """A fresh one.

    Args:
        settings: of the services.
        folder: for what it keeps on disk.
        proxies: settings by name that lead a run by way of the proxies, but the ledger's.
        postgres: server of its ledger; SQLite where there is none.
    """
    name = secrets.token_hex(4)
    buckets = {f"bucket_{bucket}": f"{bucket}-{name}" for bucket in BUCKETS}
    recipes(folder)
    ledger = f"sqlite:///{folder / 'ledger.db'}"
    if postgres:
        with psycopg.connect(postgres, autocommit=True) as connection:
            connection.execute(f"create database f{name}")
        ledger = postgres.rsplit("/", 1)[0] + f"/f{name}"
    own = settings.model_copy(update={
        **buckets, "ledger_url": ledger, "campaigns": folder / "campaigns", "datasets": folder / "datasets",
        "annotation_configs": folder / "annotation_configs", "model": "tiny@1", "lease_seconds": 5, "settle_seconds": 2.0})
    objects = ObjectStore(own)
    objects.ensure_buckets(buckets.values())
    objects.set_policy(own.bucket_images, {"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::000000000000:user/label-studio"},
        "Action": ["s3:GetObject", "s3:ListBucket"],
        "Resource": [f"arn:aws:s3:::{own.bucket_images}/*", f"arn:aws:s3:::{own.bucket_images}"]}]})
    empty_ledger(ledger).close()
    bench = Workbench(own)
    try_and_push(bench, str(write_bundle(folder / "bundle", rec=ctc(weight=8.0))), lambda _said: None)
    env = {f"SAEGIM_{key.upper()}": str(getattr(own, key)) for key in (
        *buckets, "ledger_url", "campaigns", "datasets", "annotation_configs", "model", "lease_seconds", "settle_seconds")}
    pulled = folder / "pulled"
    env |= {"FAULTS_PULL_TO": str(pulled), "SAEGIM_CACHE": str(folder / "cache"), **proxies}
    if postgres:
        env["SAEGIM_LEDGER_URL"] = proxies["SAEGIM_LEDGER_URL"].rsplit("/", 1)[0] + f"/f{name}"
    else:
        env["SAEGIM_LEDGER_URL"] = ledger
    try:
        yield FaultWorld(bench, folder, env)
    finally:
        remove(bench)
        if postgres:
            bench.ledger.close()
            with psycopg.connect(postgres, autocommit=True) as connection:
                connection.execute(f"drop database f{name} with (force)")


def recipes(folder: Path) -> None:
    """Two campaigns, annotation configs without second readers and gold, a dataset that takes both campaigns."""
    shutil.copytree(ROOT / "annotation_configs", folder / "annotation_configs")
    for path in folder.glob("annotation_configs/*/config.yaml"):
        values = yaml.safe_load(path.read_text(encoding="utf-8"))
        values |= {"overlap": 0.0, "without_prelabel": 0.0, "gold": 0.0}
        path.write_text(yaml.safe_dump(values, allow_unicode=True), encoding="utf-8")
    (folder / "campaigns").mkdir()
    for name in CAMPAIGNS:
        (folder / "campaigns" / f"{name}.yaml").write_text(yaml.safe_dump(
            {"name": name, "title": name, "first_day": "2026-01-01", "last_day": "2099-12-31"}), encoding="utf-8")
    (folder / "datasets").mkdir()
    values = yaml.safe_load((ROOT / "recipes" / "datasets" / "scene-text.yaml").read_text(encoding="utf-8"))
    values["groups"] = {"burst_minutes": 0}
    values["splits"] = {"train": 0.6, "val": 0.2, "test": 0.2}
    (folder / "datasets" / "scene-text.yaml").write_text(yaml.safe_dump(values, allow_unicode=True), encoding="utf-8")


def remove(bench: Workbench) -> None:
    """What the world leaves in the services: its project and its objects."""
    with contextlib.suppress(Exception):
        for row in projects.project_rows(bench.ledger):
            if row.project_id:
                bench.label_studio.request(f"api/projects/{row.project_id}/", method="DELETE", expected=(204, 404))
    settings = bench.settings
    for bucket in (settings.bucket_raw, settings.bucket_images, settings.bucket_models, settings.bucket_datasets):
        keys = [raw.key for page in bench.objects.pages(bucket) for raw in page]
        deque(bench.objects.in_order(functools.partial(bench.objects.delete, bucket), keys), maxlen=0)
        with contextlib.suppress(Exception):
            bench.objects._boto.delete_bucket(Bucket=bucket)



"""A pipeline as one writes it in an afternoon: no ledger, no leases, each step tried three times as a task's ``retries`` do it.

It is under the same faults as Saegim, so that docs/faults.md can show what these do to it. It is written as well as such a thing
is: it skips what is done, keeps what it did in a file of the bucket, and writes its manifest last.
"""

from __future__ import annotations

import hashlib
import io
import json
import time
from collections.abc import Callable
from typing import Any

import boto3
import httpx
import pyarrow as pa
import pyarrow.parquet as pq
from botocore.config import Config
from PIL import Image, ImageOps

from workbench.bench import Workbench

TRIES = 3
PAUSE = 0.1
SECONDS = 5
STATE = "state.json"
LABELS = '<View><Image name="image" value="$image"/><TextArea name="text" toName="image"/></View>'


def tried(step: Callable[[Workbench], None]) -> Callable[[Workbench], None]:
    """A step with three tries, whatever its error is."""
    def run(bench: Workbench) -> None:
        for number in range(TRIES):
            try:
                step(bench)
                return
            except Exception:
                if number == TRIES - 1:
                    raise
                time.sleep(PAUSE)

    return run


def _s3(bench: Workbench) -> Any:
    settings = bench.settings
    assert settings.s3_access_key and settings.s3_secret_key
    return boto3.client("s3", endpoint_url=settings.s3_endpoint, aws_access_key_id=settings.s3_access_key.get_secret_value(),
                        aws_secret_access_key=settings.s3_secret_key.get_secret_value(), region_name=settings.s3_region,
                        config=Config(s3={"addressing_style": "path"}, retries={"max_attempts": 1}, read_timeout=SECONDS))


def _keys(s3: Any, bucket: str, prefix: str = "") -> list[str]:
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    return [item["Key"] for page in pages for item in page.get("Contents", ())]


def _get(s3: Any, bucket: str, key: str) -> bytes:
    return bytes(s3.get_object(Bucket=bucket, Key=key)["Body"].read())


def _state(s3: Any, bucket: str) -> dict[str, Any]:
    if STATE not in _keys(s3, bucket, STATE):
        return {"seen": {}, "pushed": [], "project": 0}
    found: dict[str, Any] = json.loads(_get(s3, bucket, STATE))
    return found


def _save(s3: Any, bucket: str, state: dict[str, Any]) -> None:
    s3.put_object(Bucket=bucket, Key=STATE, Body=json.dumps(state, sort_keys=True).encode())


@tried
def ingest(bench: Workbench) -> None:
    """Every raw object becomes a picture without metadata, or a file that says why not; the same bytes again become nothing."""
    s3, raw, images = _s3(bench), bench.settings.bucket_raw, bench.settings.bucket_images
    state = _state(s3, images)
    done = set(_keys(s3, images))
    for key in _keys(s3, raw):
        if f"pictures/{key}.jpg" in done or f"refused/{key}.json" in done:
            continue
        data = _get(s3, raw, key)
        digest = hashlib.md5(data, usedforsecurity=False).hexdigest()
        if state["seen"].setdefault(digest, key) != key:
            s3.put_object(Bucket=images, Key=f"refused/{key}.json", Body=json.dumps({"same as": state["seen"][digest]}).encode())
            continue
        try:
            out = io.BytesIO()
            ImageOps.exif_transpose(Image.open(io.BytesIO(data))).convert("RGB").save(out, "JPEG", quality=95)
        except (OSError, SyntaxError, ValueError) as error:
            s3.put_object(Bucket=images, Key=f"refused/{key}.json", Body=json.dumps({"broken": str(error)}).encode())
            continue
        s3.put_object(Bucket=images, Key=f"pictures/{key}.jpg", Body=out.getvalue(), ContentType="image/jpeg")
    _save(s3, images, state)


def _label_studio(bench: Workbench) -> httpx.Client:
    token = bench.settings.label_studio_token.get_secret_value()
    return httpx.Client(base_url=bench.settings.label_studio_url, headers={"Authorization": f"Token {token}"}, timeout=SECONDS)


@tried
def label(bench: Workbench) -> None:
    """Pictures that were not pushed yet become tasks, in one bulk import."""
    s3, images = _s3(bench), bench.settings.bucket_images
    state = _state(s3, images)
    with _label_studio(bench) as client:
        if not state["project"]:
            made = client.post("/api/projects", json={"title": f"naive {images}"[:50], "label_config": LABELS})
            state["project"] = made.raise_for_status().json()["id"]
            _save(s3, images, state)
        new = [key for key in _keys(s3, images, "pictures/") if key not in state["pushed"]]
        if new:
            tasks = [{"data": {"image": f"s3://{images}/{key}"}} for key in new]
            client.post(f"/api/projects/{state['project']}/import", json=tasks).raise_for_status()
            state["pushed"] += new
            _save(s3, images, state)


@tried
def export(bench: Workbench) -> None:
    """All annotations become the next version of the dataset, unless they are those of the last one."""
    s3, images, datasets = _s3(bench), bench.settings.bucket_images, bench.settings.bucket_datasets
    state = _state(s3, images)
    if not state["project"]:
        return
    with _label_studio(bench) as client:
        answer = client.get(f"/api/projects/{state['project']}/export", params={"exportType": "JSON"})
        tasks = answer.raise_for_status().json()
    rows = [{"image": task["data"]["image"], "annotation": one["id"], "result": json.dumps(one["result"], sort_keys=True)}
            for task in sorted(tasks, key=lambda item: int(item["id"])) for one in task["annotations"]]
    if not rows:
        return
    out = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows), out)
    digest = hashlib.sha256(out.getvalue()).hexdigest()
    versions = sorted(int(key.split("/")[0][1:]) for key in _keys(s3, datasets) if key.endswith("manifest.json"))
    if versions and json.loads(_get(s3, datasets, f"v{versions[-1]}/manifest.json"))["sha256"] == digest:
        return
    number = (versions or [0])[-1] + 1
    s3.put_object(Bucket=datasets, Key=f"v{number}/labels.parquet", Body=out.getvalue())
    manifest = {"file": f"v{number}/labels.parquet", "sha256": digest, "rows": len(rows)}
    s3.put_object(Bucket=datasets, Key=f"v{number}/manifest.json", Body=json.dumps(manifest).encode())


VERBS: dict[str, Callable[[Workbench], Any]] = {"ingest": ingest, "label": label, "export": export}

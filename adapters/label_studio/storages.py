"""Storages of a project: what signs the addresses of its pictures."""

from __future__ import annotations

from typing import Any

import httpx
from pydantic import SecretStr

from adapters.label_studio.client import LabelStudio, tried_again

STORAGE_TITLE = "Saegim images"
"""Title of the storages that Saegim attaches."""
REDIRECTS = (301, 302, 303, 307, 308)
"""Answers that name the address of the picture itself."""


@tried_again
def attach_storage(label_studio: LabelStudio, project: int, *, bucket: str, region: str, presign_seconds: int,
                   access_key: SecretStr | None, secret_key: SecretStr | None) -> bool:
    """Lets a project show ``s3://bucket/…``; False where it could. The storage is never synced: it only signs addresses.

    One that is there gets key, bucket and lifetime anew: no answer shows its key, and any account may have changed it.
    Its endpoint stays empty: Label Studio trusts the one in its own environment (S3_ENDPOINT), and refuses
    private addresses that come by the API.
    """
    wanted: dict[str, Any] = {
        "aws_access_key_id": access_key.get_secret_value() if access_key else None,
        "aws_secret_access_key": secret_key.get_secret_value() if secret_key else None,
        "bucket": bucket, "region_name": region, "presign": True, "presign_ttl": presign_seconds // 60,
        "use_blob_urls": False, "synchronizable": False, "title": STORAGE_TITLE,
    }
    wanted = {name: value for name, value in wanted.items() if value is not None}
    wanted["project"] = project
    for storage in label_studio.request("api/storages/s3/", params={"project": project}).json():
        if storage.get("title") == STORAGE_TITLE or storage.get("bucket") == bucket:
            label_studio.request(f"api/storages/s3/{storage['id']}", method="PATCH", json=wanted)
            return False
    label_studio.request("api/storages/s3/", method="POST", json=wanted)
    return True


@tried_again
def foreign_storages(label_studio: LabelStudio, project: int) -> list[str]:
    """Storages of a project that Saegim did not attach, for reading or for writing, as people know them."""
    read = label_studio.request("api/storages/", params={"project": project}).json()
    written = label_studio.request("api/storages/export", params={"project": project}).json()
    return [f"{storage.get('title') or 'no title'} ({storage['type']} {storage.get('bucket') or 'of another kind'})"
            for storage in [item for item in read if item.get("title") != STORAGE_TITLE] + written]


@tried_again
def first_picture(label_studio: LabelStudio, project: int, key: str) -> bytes | None:
    """The picture of a project's first task, fetched as the page fetches it; None where it has no task.

    Args:
        label_studio: the server.
        project: its id.
        key: name of the picture in a task's ``data``, or in the first of its ``lines``.
    """
    listed = label_studio.request("api/tasks", params={
        "project": project, "fields": "task_only", "page": 1, "page_size": 1, "resolve_uri": "true"})
    if not (tasks := listed.json()["tasks"]):
        return None
    data = tasks[0]["data"]
    address = str(data[key] if key in data else data["lines"][0][key])
    through_us = address.startswith(("/", label_studio.url))  # absolute where Label Studio knows its public address
    answer = (label_studio.request(address.removeprefix(label_studio.url).lstrip("/"), expected=REDIRECTS) if through_us
              else httpx.get(address, timeout=30))
    if answer.is_redirect:
        answer = httpx.get(answer.headers["location"], timeout=30)
    answer.raise_for_status()
    return bytes(answer.content)

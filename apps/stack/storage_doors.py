"""Checks of ``saegim doctor``: the object store gives nothing without a key, and Label Studio's key reads the images alone."""

from __future__ import annotations

import contextlib
import socket
import ssl
import uuid
from collections.abc import Callable
from dataclasses import dataclass

import httpx

from adapters.label_studio.storages import foreign_storages
from apps.stack.checks import NotWell
from apps.stack.seaweedfs import PORTS
from apps.stack.state import read_access
from datastore.ledger.projects import project_rows
from datastore.objects import ObjectStore
from schemas.errors import ObjectMissing, SaegimError
from workbench.bench import Workbench
from workbench.label.projects import is_ours

GRPC = 10_000
HELLO = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\0\0\0\4\0\0\0\0\0"
"""What opens a gRPC connection: HTTP/2's preface and an empty SETTINGS frame (RFC 9113, 3.4)."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that one of SeaweedFS's own ports answers to whoever asks, unless it is closed; and the answers that close it."""

    path: str
    closed: tuple[int, ...]


ASKED = {"master": Asked("/dir/status", (404,)), "filer": Asked("/buckets/", (404,)), "volume": Asked("/1,01", (401,)),
         "admin": Asked("/", (404,)), "s3": Asked("/", (403,))}


def without_a_key(bench: Workbench) -> str:
    """Reads, lists and writes each bucket as a stranger does."""
    settings = bench.settings
    opened = []
    for bucket in (settings.bucket_raw, settings.bucket_images, settings.bucket_datasets, settings.bucket_models,
                   settings.bucket_demo):
        key = f"doctor/{uuid.uuid4().hex}.txt"
        address = bench.objects.presigned_get(bucket, key, 60).partition("?")[0]
        written = httpx.put(address, content=b"doctor", timeout=10).is_success
        if not written:
            bench.objects.put(bucket, key, b"doctor", "text/plain")
        try:
            read = httpx.get(address, timeout=10).is_success
            listed = httpx.get(address.removesuffix(key), params={"list-type": "2", "max-keys": "1"}, timeout=10).is_success
        finally:
            bench.objects.delete(bucket, key)
        verbs = {"writes to": written, "reads": read, "lists": listed}
        opened += [f"anybody {verb} {bucket}" for verb, done in verbs.items() if done]
    if opened:
        raise NotWell("; ".join(opened), "take public access off these buckets (their policy, their ACL)")
    return "nobody reads, lists or writes a bucket without a key"


def inner_ports(bench: Workbench) -> str:
    """Asks every port of the stack's SeaweedFS without a key."""
    access = read_access()
    if access is None or bench.settings.s3_endpoint != access.url("s3"):
        return "not this stack's object store: not checked"
    opened = []
    for name in PORTS:
        if (port := access.ports.get(name)) is None:  # an older version started it; the others tell
            continue
        with contextlib.suppress(httpx.HTTPError):  # nobody there: closed
            answer = httpx.get(f"http://127.0.0.1:{port}{ASKED[name].path}", timeout=5)
            if answer.status_code not in ASKED[name].closed:
                opened.append(f"{name} answers {answer.status_code} on port {port}")
        if speaks_grpc(port + GRPC):
            opened.append(f"{name} takes gRPC from everybody on port {port + GRPC}")
    if opened:
        raise NotWell("; ".join(opened) + ": whoever is on this machine reads and writes all buckets", "saegim up")
    return f"{2 * len(PORTS)} ports of SeaweedFS are closed to whoever has no key"


def lent_key(bench: Workbench) -> str:
    """What Label Studio's key can do: every account may use it."""
    settings = bench.settings
    if settings.shown is settings:
        raise NotWell("projects in Label Studio carry the key of the flows: every account may read the raw originals",
                      "make a key that reads the images alone (its policy is in docs/labeling.md), set "
                      "SAEGIM_LABEL_STUDIO_S3_ACCESS_KEY and SAEGIM_LABEL_STUDIO_S3_SECRET_KEY, then: saegim run label")
    lent = ObjectStore(settings.shown)
    key = f"doctor/{uuid.uuid4().hex}.txt"
    others = (settings.bucket_raw, settings.bucket_datasets, settings.bucket_models, settings.bucket_demo)
    page = f"reports/{key}"
    for bucket in (settings.bucket_images, *others):
        bench.objects.put(bucket, key, b"doctor", "text/plain")
    bench.objects.put(settings.bucket_images, page, b"doctor", "text/plain")
    try:
        may = [f"read {bucket}" for bucket in others if _done(lambda name: lent.get(name, key), bucket)]
        may += [f"write to {bucket}" for bucket in (settings.bucket_images, *others)
                if _done(lambda name: lent.put(name, key, b"lent", "text/plain"), bucket)]
        may += ["read pages that name people (reports/)"] * _done(lambda name: lent.get(name, page), settings.bucket_images)
        shows = _done(lambda name: lent.get(name, key), settings.bucket_images)
    finally:
        bench.objects.delete(settings.bucket_images, page)
        for bucket in (settings.bucket_images, *others):
            bench.objects.delete(bucket, key)
    if may:
        raise NotWell(f"every account of Label Studio may {', '.join(may)}", "narrow the key's policy: docs/labeling.md has it")
    if not shows:
        raise NotWell(f"it cannot read {settings.bucket_images}: Label Studio shows no picture",
                      "widen the key's policy: docs/labeling.md has it")
    return f"it reads the pictures in {settings.bucket_images} and nothing else"


def strange_storages(bench: Workbench) -> str:
    """Storages that somebody added to our projects."""
    found = [f"project {row.number}: {title}" for row in project_rows(bench.ledger) if is_ours(bench.label_studio, row)
             for title in foreign_storages(bench.label_studio, row.number)]
    if found:
        raise NotWell("; ".join(found), "ask who added it, and delete it under the project's Settings → Cloud Storage: it may "
                      "hide the pictures, or carry answers away")
    return "each project has the one that Saegim attached"


def speaks_grpc(port: int) -> bool:
    """Whether a port of this machine takes HTTP/2 from somebody without a certificate, with TLS or without."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE  # we are the stranger here
    context.set_alpn_protocols(["h2"])
    return _answered(port, None) or _answered(port, context)


def _answered(port: int, context: ssl.SSLContext | None) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=5) as plain, \
            context.wrap_socket(plain) if context else plain as connection:
        connection.sendall(HELLO)
        return connection.recv(9)[3:4] == b"\4"  # its SETTINGS frame
    return False


def _done(call: Callable[[str], object], bucket: str) -> bool:
    try:
        call(bucket)
    except ObjectMissing:
        return True
    except SaegimError:
        return False
    return True

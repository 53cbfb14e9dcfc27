"""Who gets at the object store: nobody without a key, by any port; an annotator at the images that Label Studio shows."""

from __future__ import annotations

import base64
import contextlib
import itertools
import secrets
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil
import pytest
from PIL import Image
from playwright.sync_api import Page

from adapters.label_studio.client import LabelStudio
from adapters.label_studio.people import make_account
from adapters.label_studio.projects import ensure_project
from adapters.label_studio.storages import attach_storage, foreign_storages
from adapters.label_studio.tasks import import_tasks
from apps.stack import supervision
from apps.stack.seaweedfs import program
from apps.stack.state import read_access, stack_folder
from apps.stack.storage_doors import inner_ports, lent_key, speaks_grpc
from datastore.objects import ObjectStore
from schemas.errors import SaegimError
from tests.every_object import every_object
from tests.services.conftest import SAEGIM, World
from workbench.bench import Workbench
from workbench.label.projects import PRESIGNED_SECONDS
from workbench.settings import Settings, load_settings

STRANGERS: tuple[dict[str, str], ...] = ({}, {"Origin": "http://elsewhere.example"}, {"Host": "elsewhere.example"})
"""Headers of another program, of a page of another site, and of one whose name leads here (DNS rebinding)."""
SIGNED = "X-Amz-Signature"
SOURCES = "() => [...document.images].map(image => image.src)"
IS_SHOWN = "() => [...document.images].some(image => image.naturalWidth === 300)"
SECRET = "주민등록증 사진의 바이트"


@pytest.fixture
def raw(stack: Settings) -> Iterator[str]:
    """Key of an original in the stack's own bucket."""
    objects, key = ObjectStore(stack), f"doors/{secrets.token_hex(4)}.jpg"
    objects.put(stack.bucket_raw, key, SECRET.encode(), "image/jpeg")
    yield key
    objects.delete(stack.bucket_raw, key)


def weed() -> psutil.Process:
    return next(process for process in supervision.stack_processes() if process.name() == "weed")


def test_no_port_of_the_object_store_gives_or_takes_a_byte_without_a_key(world: World) -> None:
    objects, bucket, raw = world.bench.objects, world.env["SAEGIM_BUCKET_RAW"], "demo/김하늘/신분증.txt"  # open doors empty it
    objects.put(bucket, raw, SECRET.encode(), "text/plain; charset=utf-8")
    ports = sorted({item.laddr.port for item in weed().net_connections("tcp") if item.status == psutil.CONN_LISTEN})
    assert len(ports) == 10
    paths = [f"/buckets/{bucket}/{raw}", f"/{bucket}/{raw}", f"/buckets/{bucket}/evil.jpg", f"/{bucket}/evil.jpg",
             f"/buckets/{bucket}/?limit=1000", f"/{bucket}/?list-type=2", "/dir/assign", f"/col/delete?collection={bucket}",
             "/submit", "/?proxyChunkId=1,01637037d6", "/1,01637037d6", f"/.tus/buckets/{bucket}/evil.jpg"]
    asked = list(itertools.product(paths, ("GET", "PUT", "POST", "DELETE")))
    took = []
    with httpx.Client(timeout=5) as client:
        for port, (number, (path, method)) in itertools.product(ports, enumerate(asked)):
            with contextlib.suppress(httpx.HTTPError):  # a port of gRPC closes the connection
                answer = client.request(method, f"http://127.0.0.1:{port}{path}", headers=STRANGERS[number % len(STRANGERS)],
                                        content=SECRET.encode() if method in ("PUT", "POST") else None)
                assert SECRET not in answer.text
                assert raw in path or raw not in answer.text
                if answer.is_success and answer.request.url.path != "/":
                    took.append(f"{method} {answer.url} {answer.status_code}")  # / is the master's page of its own figures
    assert not [port for port in ports if speaks_grpc(port)]
    assert not took
    assert [item.key for item in every_object(objects, bucket)] == [raw]
    assert objects.get(bucket, raw) == SECRET.encode()


def test_its_own_shell_opens_no_bucket_without_the_certificate(stack: Settings, raw: str, tmp_path: Path) -> None:
    access = read_access()
    assert access is not None
    with pytest.raises(subprocess.TimeoutExpired) as stopped:  # it tries for ever
        subprocess.run([SAEGIM.with_name("weed"), "shell", f"-master=127.0.0.1:{access.ports['master']}",
                        f"-filer=127.0.0.1:{access.ports['filer']}"], input=b"fs.ls /buckets\n", cwd=tmp_path, timeout=5,
                       check=False, env={"HOME": str(tmp_path)}, capture_output=True)
    assert stack.bucket_raw.encode() not in (stopped.value.stdout or b"")


def test_secrets_are_their_owners_alone_and_no_argument(stack: Settings) -> None:
    access = read_access()
    assert access is not None
    hidden = [value for name, value in access.env.items() if name.endswith(("_KEY", "_SECRET", "_TOKEN", "_PASSWORD", "_STRING"))]
    assert len(hidden) >= 8
    for process in supervision.stack_processes():
        with contextlib.suppress(psutil.NoSuchProcess):
            assert not [value for value in hidden if value in " ".join(process.cmdline())], process.name()
    folder = stack_folder() / "seaweedfs-keys"
    assert {path.name: path.stat().st_mode & 0o777 for path in (folder, *folder.iterdir())} == {
        "seaweedfs-keys": 0o700, "s3.json": 0o600, "security.toml": 0o600, "grpc.key": 0o600, "grpc.crt": 0o600}
    written = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert program(access, stack.bucket_images).env["SAEGIM_KEYS"]
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == written  # or each `saegim up` starts it anew


def test_label_studios_key_reads_images_and_nothing_else(stack: Settings, raw: str) -> None:
    assert stack.shown is not stack
    lent, key = ObjectStore(stack.shown), f"doors/{secrets.token_hex(4)}"
    client = lent._boto
    page = f"reports/{key}"
    for name in (key, page):
        ObjectStore(stack).put(stack.bucket_images, name, b"shown", "image/jpeg")
    try:
        assert lent.get(stack.bucket_images, key) == b"shown"
        assert lent.buckets() == set()
        others = (stack.bucket_raw, stack.bucket_datasets, stack.bucket_models)
        refused: list[Callable[[], object]] = [
            lambda: lent.get(stack.bucket_raw, raw), lambda: lent.get(stack.bucket_images, page),
            lambda: client.delete_object(Bucket=stack.bucket_images, Key=key),
            *[lambda bucket=bucket: client.list_objects_v2(Bucket=bucket) for bucket in others],
            *[lambda bucket=bucket: client.head_bucket(Bucket=bucket) for bucket in others],
            *[lambda bucket=bucket: lent.put(bucket, "doors/evil", b"", "text/plain")
              for bucket in (stack.bucket_images, *others)],
            lambda: client.copy_object(Bucket=stack.bucket_images, Key="doors/evil", CopySource=f"{stack.bucket_raw}/{raw}"),
            lambda: client.put_bucket_policy(Bucket=stack.bucket_raw, Policy="{}"),
            lambda: client.put_bucket_cors(Bucket=stack.bucket_images, CORSConfiguration={"CORSRules": []}),
            lambda: client.create_bucket(Bucket="evil"), lambda: client.delete_bucket(Bucket=stack.bucket_images),
        ]
        for call in refused:
            with pytest.raises(Exception, match=r"refuses the key|AccessDenied|403") as error:
                call()
            assert isinstance(error.value, SaegimError | client.exceptions.ClientError)
    finally:
        for name in (key, page):
            ObjectStore(stack).delete(stack.bucket_images, name)


@dataclass(frozen=True)
class Desk:
    """A project with one picture, and an annotator's own log-in."""

    project: int
    task: int
    storage: int
    browser: httpx.Client
    email: str
    password: str

    def resolve(self, uri: str) -> list[int]:
        """How the two addresses that resolve a task's data answer, redirect followed."""
        coded = base64.urlsafe_b64encode(uri.encode()).decode()
        return [self.browser.get(path, params={"fileuri": coded}).status_code
                for path in (f"tasks/{self.task}/resolve/", f"projects/{self.project}/resolve/")]


@pytest.fixture
def desk(stack: Settings, tmp_path: Path) -> Iterator[Desk]:
    studio, objects = LabelStudio(stack.label_studio_url, stack.label_studio_token), ObjectStore(stack)
    mark, email, password = secrets.token_hex(8), f"{secrets.token_hex(4)}@example.com", secrets.token_urlsafe(9)
    key = f"doors/{mark}.png"
    Image.new("RGB", (300, 200), "teal").save(tmp_path / "shown.png")
    objects.put(stack.bucket_images, key, (tmp_path / "shown.png").read_bytes(), "image/png")
    xml = '<View><Image name="image" value="$image"/><TextArea name="text" toName="image"/></View>'
    project = ensure_project(studio, mark, f"Doors {mark}", xml, "", "Doors")
    attach_storage(studio, project, bucket=stack.bucket_images, region=stack.s3_region, presign_seconds=PRESIGNED_SECONDS,
                   access_key=stack.shown.s3_access_key, secret_key=stack.shown.s3_secret_key)
    [task] = import_tasks(studio, project, [{"data": {"image": f"s3://{stack.bucket_images}/{key}"}}])
    make_account(studio, email, password, "문지기")
    with httpx.Client(base_url=stack.label_studio_url, follow_redirects=True, timeout=60) as browser:
        browser.get("user/login/")
        browser.headers["Referer"] = stack.label_studio_url
        browser.post("user/login/", data={
            "email": email, "password": password, "csrfmiddlewaretoken": browser.cookies["csrftoken"]})
        browser.headers["X-CSRFToken"] = browser.cookies["csrftoken"]
        [storage] = browser.get("api/storages/s3/", params={"project": project}).json()
        yield Desk(project, task, int(storage["id"]), browser, email, password)
    studio.request(f"api/projects/{project}/", method="DELETE", expected=(204,))
    objects.delete(stack.bucket_images, key)


def test_an_annotators_account_reads_no_original(stack: Settings, raw: str, desk: Desk) -> None:
    shown, original = f"s3://{stack.bucket_images}/doors/", f"s3://{stack.bucket_raw}/{raw}"
    image = next(item.key for item in every_object(ObjectStore(stack), stack.bucket_images) if item.key.startswith("doors/"))
    assert desk.resolve(shown + image.removeprefix("doors/")) == [200, 200]
    storages = "api/storages/s3/"
    assert desk.browser.patch(f"{storages}{desk.storage}", json={"bucket": stack.bucket_raw}).status_code == 400
    for other in ({"id": desk.storage}, {}):  # with the key of the storage that is there, and with this machine's own
        added = desk.browser.post(storages, json={"project": desk.project, "bucket": stack.bucket_raw, "title": "x", **other})
        assert added.status_code >= 400
    assert desk.browser.post("api/storages/localfiles/", json={
        "project": desk.project, "path": str(stack_folder()), "title": "x"}).status_code >= 400
    assert all(status >= 400 for status in desk.resolve(original))
    said = desk.browser.get(storages, params={"project": desk.project}).text
    lent = stack.label_studio_s3_secret_key
    assert lent
    assert lent.get_secret_value() not in said
    # whoever comes at the next label finds the storage as it was
    studio = LabelStudio(stack.label_studio_url, stack.label_studio_token)
    changed = desk.browser.patch(f"{storages}{desk.storage}", json={"presign_ttl": 1000, "presign": False})
    assert changed.status_code == 200
    mine = {"project": desk.project, "bucket": stack.bucket_images, "title": "mine", "id": desk.storage}
    assert desk.browser.post(storages, json=mine).status_code == 201
    assert foreign_storages(studio, desk.project) == [f"mine (s3 {stack.bucket_images})"]
    assert not attach_storage(
        studio, desk.project, bucket=stack.bucket_images, region=stack.s3_region, presign_seconds=PRESIGNED_SECONDS,
        access_key=stack.shown.s3_access_key, secret_key=stack.shown.s3_secret_key)
    mended = desk.browser.get(f"{storages}{desk.storage}").json()
    assert (mended["bucket"], mended["presign"], mended["presign_ttl"]) == (stack.bucket_images, True, PRESIGNED_SECONDS // 60)


def test_a_task_left_open_loads_its_picture_by_a_new_address(stack: Settings, desk: Desk, page: Page) -> None:
    """Why a short life costs nobody work: the page knows Label Studio's address of a picture, never the signed one."""
    page.goto(f"{stack.label_studio_url}/user/login/")
    page.fill("input[name=email]", desk.email)
    page.fill("input[name=password]", desk.password)
    page.click("button[type=submit]")
    page.wait_for_url(lambda address: "login" not in address)
    [task] = desk.browser.get("api/tasks", params={"project": desk.project, "fields": "task_only"}).json()["tasks"]
    redirect = desk.browser.get(task["data"]["image"], follow_redirects=False)
    assert f"X-Amz-Expires={PRESIGNED_SECONDS}" in redirect.headers["location"]
    assert f"max-age={PRESIGNED_SECONDS}" in redirect.headers["cache-control"]  # so long its service worker keeps the signed one
    page.goto(f"{stack.label_studio_url}/projects/{desk.project}/data?task={desk.task}")
    for _ in ("opened", "and again"):
        page.wait_for_function(IS_SHOWN)
        assert not [address for address in page.evaluate(SOURCES) if SIGNED in address]
        page.reload()


def test_doctor_knows_an_open_door(stack: Settings) -> None:
    bench = Workbench(load_settings())
    assert "closed" in inner_ports(bench)
    assert "nothing else" in lent_key(bench)
    general = bench.settings.model_copy(update={
        "label_studio_s3_access_key": stack.s3_access_key, "label_studio_s3_secret_key": stack.s3_secret_key})
    with pytest.raises(Exception, match="every account of Label Studio may read raw, read datasets"):
        lent_key(Workbench(general))
    with pytest.raises(Exception, match="carry the key of the flows"):
        lent_key(Workbench(bench.settings.model_copy(update={"label_studio_s3_access_key": None})))



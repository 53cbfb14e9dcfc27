"""Each component has a key of its own on a real SeaweedFS, with the policy that we print: its verb runs, the rest is refused."""

from __future__ import annotations

import contextlib
import json
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import httpx
import pytest
from botocore.exceptions import ClientError

from adapters.label_studio.people import make_account
from adapters.label_studio.tasks import annotate, open_tasks
from apps.demo.sending import SAMPLES
from apps.stack.supervision import BIN
from datastore.ledger.submissions import submission_rows
from schemas.labelling import Side
from schemas.submission import Outcome
from tests.services.conftest import PATIENCE, World, new_world, with_campaigns, with_shares
from tests.services.ports import free_ports
from workbench.label.projects import project_of
from workbench.policies import RULES, Component, ObjectAct, policy_of
from workbench.settings import Settings
from workbench.withdrawal import withdraw_own

ADMIN = {"aws_access_key_id": "an-admin-key", "aws_secret_access_key": "the-secret-of-the-admin"}
BUCKETS = ("raw", "images", "datasets", "models", "demo")
SENT = "spring/kim/road.jpg"


@dataclass(frozen=True)
class Keyed:
    """A world on an object storage where each component has its own key."""

    world: World
    url: str
    keys: dict[Component, dict[str, str]]

    def use(self, component: Component) -> None:
        """What runs from now on has this component's key."""
        key = self.keys[component]
        self.world.env |= {"SAEGIM_S3_ACCESS_KEY": key["aws_access_key_id"], "SAEGIM_S3_SECRET_KEY": key["aws_secret_access_key"]}

    def flow(self, component: Component) -> Any:
        self.use(component)
        return self.world.flow(str(component))

    def client(self, key: dict[str, str]) -> Any:
        return client("s3", self.url, key)

    def bucket(self, name: str) -> str:
        return self.world.env[f"SAEGIM_BUCKET_{name.upper()}"]


def client(kind: str, url: str, key: dict[str, str]) -> Any:
    made: Any = boto3.client  # which has an overload for each service, and here the service is a value
    return made(kind, endpoint_url=url, region_name="us-east-1", **key)


@contextlib.contextmanager
def storage(folder: Path) -> Iterator[str]:
    """A SeaweedFS whose users are made by its own IAM API; its address."""
    credentials = {"accessKey": ADMIN["aws_access_key_id"], "secretKey": ADMIN["aws_secret_access_key"]}
    identities = [{"name": "admin", "actions": ["Admin"], "credentials": [credentials]}]
    (folder / "s3.json").write_text(json.dumps({"identities": identities}), encoding="utf-8")
    names = ("master", "volume", "filer", "admin", "s3")
    ports = dict(zip(names, free_ports(len(names)), strict=True))
    with (folder / "weed.log").open("wb") as log:
        running = subprocess.Popen([
            BIN / "weed", "mini", f"-dir={folder}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1",
            *(f"-{name}.port={port}" for name, port in ports.items()), f"-s3.config={folder / 's3.json'}",
            "-s3.iam.readOnly=false", "-disableHttp", "-admin.ui=false", "-webdav=false", "-s3.port.iceberg=0",
            "-s3.port.lance=0", "-master.telemetry=false"], stdout=log, stderr=log, cwd=folder)
    url = f"http://127.0.0.1:{ports['s3']}"
    try:
        deadline = time.monotonic() + PATIENCE
        while not _answers(url):
            assert running.poll() is None and time.monotonic() < deadline, (folder / "weed.log").read_text(encoding="utf-8")
            time.sleep(0.3)
        yield url
    finally:
        running.terminate()
        running.wait(30)


def _answers(url: str) -> bool:
    with contextlib.suppress(ClientError, Exception):
        client("s3", url, ADMIN).list_buckets()
        client("iam", url, ADMIN).list_users()
        return True
    return False


@pytest.fixture(scope="module")
def keyed(stack: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Keyed]:
    folder = tmp_path_factory.mktemp("keys")
    world = new_world(stack, f"sqlite:///{folder / 'ledger.db'}")  # Label Studio looks for its buckets on the stack's storage
    with_campaigns(world, folder, "spring")
    with_shares(world, folder)
    (folder / "weed").mkdir()
    with storage(folder / "weed") as url:
        world.env["SAEGIM_S3_ENDPOINT"] = url
        admin, iam, keys = client("s3", url, ADMIN), client("iam", url, ADMIN), {}
        for name in BUCKETS:
            admin.create_bucket(Bucket=world.env[f"SAEGIM_BUCKET_{name.upper()}"])
        for component in Component:
            iam.create_user(UserName=str(component))
            made = iam.create_access_key(UserName=str(component))["AccessKey"]
            keys[component] = {"aws_access_key_id": made["AccessKeyId"], "aws_secret_access_key": made["SecretAccessKey"]}
            give(admin, iam, component, policy_of(component, world.bench.settings))
        yield Keyed(world, url, keys)


def give(admin: Any, iam: Any, component: Component, policy: dict[str, Any]) -> None:
    """SeaweedFS takes what is allowed as a user's policy, and what is denied as a bucket's, as AWS takes both."""
    allows = [item for item in policy["Statement"] if item["Effect"] == "Allow"]
    iam.put_user_policy(UserName=str(component), PolicyName="saegim",
                        PolicyDocument=json.dumps({**policy, "Statement": allows}))
    for item in policy["Statement"]:
        if item not in allows:
            named = {**item, "Principal": {"AWS": f"arn:aws:iam::000000000000:user/{component}"}}
            admin.put_bucket_policy(Bucket=item["Resource"].split(":::")[1].partition("/")[0],
                                    Policy=json.dumps({**policy, "Statement": [named]}))


def test_each_verb_runs_with_its_own_key(keyed: Keyed) -> None:
    world = keyed.world
    photograph = next(path for path in sorted(SAMPLES.glob("*/*.jpg")) if "road" in path.name.lower()).read_bytes()
    keyed.use(Component.PORTAL)
    form = world.bench.objects.presigned_post(keyed.bucket("raw"), SENT, "image/jpeg", len(photograph))
    assert httpx.post(form.url, data=dict(form.fields), files={"file": ("f", photograph)}, timeout=PATIENCE).is_success
    assert keyed.flow(Component.INGEST).accepted == 1
    assert keyed.flow(Component.PRELABEL).read == 1
    keyed.flow(Component.LABEL)
    bench = world.bench
    make_account(bench.label_studio, "kim.keys@saegim.local", "a-pass-word-17", "kim")
    [task] = open_tasks(bench.label_studio, project_of(bench, bench.annotation_config, Side.A).number)
    annotate(bench.label_studio, task.task_id, task.prediction_result, 9.0, task.prediction_id, "kim.keys@saegim.local")
    keyed.flow(Component.COLLECT)
    keyed.flow(Component.EXPORT)
    keyed.flow(Component.EVALUATE)
    keyed.flow(Component.SCORE)
    keyed.use(Component.PULL)
    place = f"{world.env['SAEGIM_CAMPAIGNS']}/pulled"
    assert "scene-text@1" in world.run("datasets", "pull", "scene-text@1", "--to", place).stdout
    keyed.use(Component.PORTAL)
    withdraw_own(world.bench, "spring", "kim", SENT)
    assert {row.outcome for row in submission_rows(bench.ledger)} == {Outcome.WITHDRAWN}


def test_each_key_can_do_what_its_rule_says_and_nothing_else(keyed: Keyed) -> None:
    admin = keyed.client(ADMIN)
    wrong = []
    for component, key in keyed.keys.items():
        own = keyed.client(key)
        for name in BUCKETS:
            bucket = keyed.bucket(name)
            admin.put_object(Bucket=bucket, Key="tried", Body=b"x")
            done = {act for act, call in acts(own, bucket).items() if allowed(call)}
            if done != set(RULES[component].get(name, ())):
                wrong.append(f"{component} does {sorted(done)} with {name}")
    assert not wrong


def acts(own: Any, bucket: str) -> dict[ObjectAct, Callable[[], object]]:
    """An attempt at each act; what is deleted goes last."""
    return {ObjectAct.GET: lambda: own.get_object(Bucket=bucket, Key="tried"),
            ObjectAct.LIST: lambda: own.list_objects_v2(Bucket=bucket),
            ObjectAct.PUT: lambda: own.put_object(Bucket=bucket, Key="tried too", Body=b"x"),
            ObjectAct.DELETE: lambda: own.delete_object(Bucket=bucket, Key="tried")}


def allowed(call: Callable[[], object]) -> bool:
    try:
        call()
    except ClientError as error:
        assert error.response["ResponseMetadata"]["HTTPStatusCode"] == 403, error
        return False
    return True


def test_label_studios_key_reads_no_page_that_names_people_and_no_key_makes_another(keyed: Keyed) -> None:
    bucket = keyed.bucket("images")
    keyed.client(ADMIN).put_object(Bucket=bucket, Key="reports/status.html", Body=b"kim@example.com")
    assert not allowed(lambda: keyed.client(keyed.keys[Component.LABEL_STUDIO]).get_object(Bucket=bucket,
                                                                                           Key="reports/status.html"))
    assert allowed(lambda: keyed.client(keyed.keys[Component.LABEL]).get_object(Bucket=bucket, Key="reports/status.html"))
    for component, key in keyed.keys.items():
        with pytest.raises(ClientError):
            client("iam", keyed.url, key).create_user(UserName=f"evil-{component}")
        with pytest.raises(ClientError):
            keyed.client(key).put_bucket_policy(Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": []}))

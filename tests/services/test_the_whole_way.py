"""The demo, and what people see and get after it."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pyarrow.parquet as pq
import pytest
from PIL import Image
from playwright.sync_api import Page

import saegim
from adapters.label_studio.tasks import tasks_after
from apps.stack import services, supervision
from apps.stack.doctor import examine
from datastore.releases import newest
from schemas.label_tasks import SUBJECT
from tests.services.conftest import PYTHON, World
from workbench.bench import Workbench, prefect_of
from workbench.label.projects import project_of
from workbench.settings import ROOT, Settings

VERBS = {"ingest", "prelabel", "label", "collect", "export", "evaluate", "score", "full-cycle"}


@pytest.fixture(scope="module")
def release(stack: Settings, demo: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo's release, pulled by the command that the demo prints."""
    name = re.search(r"datasets pull (demo@2) --to", demo)
    assert name, demo
    folder = tmp_path_factory.mktemp("받은 것")
    World().command("datasets", "pull", name[1], "--to", str(folder))
    return folder


def test_the_demo_says_what_became_of_each_photograph(demo: str) -> None:
    assert "13 accepted, 2 duplicate, 2 rejected" in demo
    for word in ("not_an_image", "broken", "Somebody else sent this picture before.",
                 "Demo annotators", "Label Studio", "Prefect", "김하늘"):
        assert word in demo, word
    assert Path(os.environ["SAEGIM_HOME"], "demo", "contact-sheet.png").stat().st_size > 100_000


def test_the_demo_ends_with_figures_that_are_worth_something(demo: str) -> None:
    """People differ, one decides, a release follows another, and the model does not score 100 % on its own pre-labels."""
    assert "1 to a second look" in demo
    assert "demo@1: 5 train, 3 val, 4 test" in demo
    assert "demo@2: 6 train, 3 val, 4 test" in demo
    assert "demo@1 → demo@2" in demo and "PORK DUMPLIN T1" in demo
    found = re.search(r"CER, no spaces +([\d.]+) %", demo)
    assert found, demo
    assert float(found[1]) > 1
    assert re.search(r"What the figures ask for next, 5 of \d+ slices.*?^  1\. \w.*: CER \.\d\d", demo, re.DOTALL | re.MULTILINE)


def test_the_originals_win_over_their_copies(demo: str) -> None:
    for copy in ("KakaoTalk_photo.jpg", "road sign (edited).jpg"):
        assert re.search(rf"{re.escape(copy)} +duplicate", demo), demo


def test_the_release_says_what_is_written(release: Path) -> None:
    rows = [row for path in sorted(release.rglob("labels-*.parquet")) for row in pq.read_table(path).to_pylist()]
    texts = {region["text"] for row in rows for region in row["regions"]}
    assert {"HARANA", "서울대역", "I²R", "SINCE", "PORK DUMPLIN T1", "205Km"} <= texts
    curved = {region["text"] for row in rows for region in row["regions"] if region["direction"] == "curved"}
    assert curved == {"HARANA", "SPARE RIBS", "BARBECUES", "FILIPINO DISHES", "서울대역"}
    assert {row["split"] for row in rows} == {"train", "val", "test"}


def test_a_second_demo_reports_nothing_new(demo: str) -> None:
    second = World().execute([str(PYTHON), "-m", "apps.demo"]).stdout
    for verb in VERBS - {"full-cycle"}:
        assert re.search(rf"^{verb} +nothing new$", second, re.MULTILINE), (verb, second)
    assert "demo@2 is up to date" in second


def test_the_release_opens_with_what_engineers_have(release: Path) -> None:
    images = sorted(str(path) for path in release.rglob("images/**/*.parquet"))
    labels = sorted(str(path) for path in release.rglob("labels-*.parquet"))
    with_pandas = pd.concat(pd.read_parquet(path) for path in labels)
    with_arrow = pq.read_table(labels[0])
    with_duckdb: Any = duckdb.sql(f"select count(*), sum(len(regions)) from read_parquet({labels!r})")
    with_polars = pl.read_parquet(labels)
    regions = sum(len(row) for row in with_pandas["regions"])
    assert len(with_pandas) == with_arrow.num_rows == with_polars.height == 13
    assert with_duckdb.fetchall() == [(13, regions)]
    assert regions > 100
    texts = " ".join(region["text"] for row in with_pandas["regions"] for region in row)
    assert "ROUND" in texts

    pictures = pd.concat(pd.read_parquet(path) for path in images)
    assert set(pictures["image_id"]) == set(with_pandas["image_id"])
    rows: list[Any] = list(pictures.itertuples())
    for row in rows:
        image = Image.open(io.BytesIO(row.image["bytes"]))
        image.load()
        assert image.size == (row.width, row.height)
        assert not image.getexif()
    sizes = {row.image_id: (row.width, row.height) for row in pictures.itertuples()}
    assert sizes == {row.image_id: (row.width, row.height) for row in with_pandas.itertuples()}


def test_the_release_opens_with_datasets(release: Path, tmp_path: Path) -> None:
    code = ("import sys, datasets; rows = datasets.load_dataset('parquet', data_files=sys.argv[1:], split='train'); "
            "assert all(row['image'].size == (row['width'], row['height']) for row in rows); print(len(rows))")
    images = sorted(str(path) for path in release.rglob("images/**/*.parquet"))
    done = subprocess.run([sys.executable, "-c", code, *images], capture_output=True, text=True, check=False,
                          env={**os.environ, "HF_HOME": str(tmp_path), "HF_HUB_OFFLINE": "1"})
    assert done.stdout.strip() == "13", done.stderr


def test_the_client_loads_it(demo: str, stack: Settings, tmp_path: Path) -> None:
    loaded = saegim.load("demo@2", folder=tmp_path)
    image, row = next(iter(loaded.images()))
    assert image.size == (row["width"], row["height"])
    people = pq.read_table(next(tmp_path.rglob("labels-*.parquet"))).to_pylist()
    assert not any("@saegim.local" in json.dumps(item, ensure_ascii=False, default=str) for item in people)
    assert not any("김하늘" in json.dumps(item, ensure_ascii=False, default=str) for item in people)


def test_label_studio_shows_photo_polygons_and_texts(demo: str, stack: Settings, page: Page, pictures: Path) -> None:
    bench = Workbench(stack)
    project = project_of(bench, bench.annotation_config)
    manifest = newest(bench.objects, stack.bucket_datasets, "demo")
    assert manifest
    rows = {row["image_id"]: row for row in saegim.load("demo@2", folder=Path(os.environ["SAEGIM_HOME"]) / "t").to_arrow()
            .to_pylist()}
    tasks = [(task.task_id, rows[task.subject]) for task in tasks_after(bench.label_studio, project.number, 0, SUBJECT)
             if task.subject in rows and 5 <= len(rows[task.subject]["regions"]) <= 9]
    task, row = tasks[0]
    page.goto(f"{stack.label_studio_url}/user/login/")
    page.fill("input[name=email]", stack.label_studio_user)
    page.fill("input[name=password]", stack.label_studio_password.get_secret_value())
    page.click("button[type=submit]")
    page.wait_for_url(lambda url: "login" not in url)
    page.goto(f"{stack.label_studio_url}/projects/{project.number}/data?task={task}")
    page.wait_for_selector(".konvajs-content canvas")
    page.wait_for_function("count => document.body.textContent.split('글자 text').length > count", arg=4)
    page.keyboard.press("Alt+.")
    page.wait_for_function("texts => texts.includes(document.activeElement.value)",
                           arg=[region["text"] for region in row["regions"]])  # the selected region's text
    photo = page.evaluate("""async () => {
        const images = [...document.querySelectorAll('img')].filter(i => i.naturalWidth > 100);
        return images.map(i => [i.naturalWidth, i.naturalHeight]);
    }""")
    page.screenshot(path=str(pictures / "label-studio.png"))
    assert [row["width"], row["height"]] in photo
    drawn = page.evaluate("""() => [...document.querySelectorAll('.konvajs-content canvas')].some(canvas => {
        const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
        let painted = 0;
        for (let i = 3; i < data.length; i += 4) painted += data[i] > 0;
        return painted > 200;
    })""")
    assert drawn


def log_in_to_prefect(page: Page, stack: Settings) -> None:
    """Its page asks for user and password in one field, and goes on to where it was asked for."""
    page.fill("input[type=password]", stack.prefect_auth.get_secret_value())
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/login" not in url)


def test_prefect_lists_the_deployments_and_the_runs(demo: str, stack: Settings, page: Page, pictures: Path) -> None:
    base = stack.prefect_api_url.removesuffix("/api")
    page.goto(f"{base}/deployments?limit=50")  # a page of Prefect's has ten
    log_in_to_prefect(page, stack)
    for name in VERBS:
        page.get_by_text(name, exact=True).first.wait_for()
    page.screenshot(path=str(pictures / "prefect-deployments.png"))
    page.goto(f"{base}/runs")
    page.get_by_text("Completed").first.wait_for()
    page.screenshot(path=str(pictures / "prefect-runs.png"))


def test_prefect_shows_what_ingest_took_in(demo: str, stack: Settings, page: Page, pictures: Path) -> None:
    page.goto(f"{stack.prefect_api_url.removesuffix('/api')}/artifacts/key/ingest-run")
    log_in_to_prefect(page, stack)
    artifact = page.locator("a[href*='/artifacts/artifact/']")
    artifact.first.wait_for()
    for address in dict.fromkeys(artifact.evaluate_all("links => links.map(link => link.href)")):  # other tests ingest too
        page.goto(address)
        page.get_by_text("What the last ingest took in").first.wait_for()
        page.wait_for_timeout(2_000)  # its table comes after the heading
        if page.get_by_text("road sign").count():
            break
    page.get_by_text("broken").first.wait_for()
    page.screenshot(path=str(pictures / "prefect-ingest.png"), full_page=True)
    shown = page.evaluate("() => [...document.querySelectorAll('img')].filter(i => i.naturalWidth > 50).length")
    assert shown >= 1  # the edited copy of the demo


def test_the_page_of_duplicates(demo: str, page: Page, pictures: Path, tmp_path: Path) -> None:
    sheet = tmp_path / "중복.html"
    assert "2 pairs (0 wait for you)" in World().command("ingest", "duplicates", "--out", str(sheet)).stdout
    page.goto(sheet.as_uri())
    page.screenshot(path=str(pictures / "duplicates.png"), full_page=True)
    assert "road sign (edited).jpg" in page.inner_text("body")
    page.wait_for_function("() => [...document.querySelectorAll('.pictures img')].every(i => i.naturalWidth > 100)")


def test_a_worker_runs_a_deployment(demo: str, stack: Settings) -> None:
    with prefect_of(stack) as client:
        deployment = client.get("deployments/name/collect/collect").json()
        assert str(ROOT) not in json.dumps(deployment)  # a worker on another machine has another checkout
        run = client.post(f"deployments/{deployment['id']}/create_flow_run", json={}).json()
        for _ in range(300):
            state = client.get(f"flow_runs/{run['id']}").json()["state"]
            if state["type"] in ("COMPLETED", "FAILED", "CRASHED"):
                break
            time.sleep(1)
    assert state["type"] == "COMPLETED", state


def test_up_again_changes_nothing_and_doctor_finds_nothing(demo: str, stack: Settings) -> None:
    before = {name: item["pid"] for name, item in (supervision.states() or {}).items()}
    services.up(schedules=False)
    assert {name: item["pid"] for name, item in (supervision.states() or {}).items()} == before
    checks = list(examine(stack))
    assert not [check for check in checks if check.repair]
    assert {"Prefect's password", "Prefect's origins", "State folder", "Secrets", "The ledger's file"} <= {
        check.name for check in checks}
    assert any("bytes from project" in check.found for check in checks)


def test_a_missing_service_is_named_with_its_repair(stack: Settings) -> None:
    for setting, service in (("SAEGIM_S3_ENDPOINT", "Object storage"), ("SAEGIM_PREFECT_API_URL", "Prefect")):
        done = World({setting: "http://127.0.0.1:9"}).command("run", "ingest", check=False)
        assert done.returncode == 1
        assert service in done.stderr
        assert "Start it with: saegim up" in done.stderr
        assert "for up to 3" not in done.stderr  # a person who mistyped an address does not wait for minutes


def test_a_wrong_setting_is_named(stack: Settings) -> None:
    done = World({"SAEGIM_BATCH_SIZE": "많이"}).command("run", "ingest", check=False)
    assert done.returncode == 1
    assert "SAEGIM_BATCH_SIZE" in done.stderr
    assert "많이" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_wheel_is_the_client_alone(stack: Settings, demo: str, tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(tmp_path), str(ROOT)], check=True,
                   capture_output=True)
    wheel = next(tmp_path.glob("*.whl"))
    site = tmp_path / "environment"
    subprocess.run([sys.executable, "-m", "venv", str(site)], check=True)
    lock = ROOT / "requirements.lock"
    subprocess.run([str(site / "bin" / "pip"), "install", "-q", "-c", str(_versions(lock, tmp_path)), str(wheel)], check=True)
    installed = {path.name for path in (site / "lib").glob("python*/site-packages/*")}
    assert not installed & {"prefect", "flows", "stages", "datastore", "schemas", "apps", "adapters"}
    project = tmp_path / "training"
    (project / "schemas").mkdir(parents=True)
    (project / "schemas" / "__init__.py").write_text("OURS = True\n")
    code = ("import schemas, saegim; assert schemas.OURS; "
            "print(saegim.load('demo@2', folder='out').to_arrow().num_rows)")
    done = subprocess.run([str(site / "bin" / "python"), "-c", code], cwd=project, capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "13", done.stderr
    command = [str(site / "bin" / "saegim"), "run", "ingest"]
    asked = subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)
    assert asked.returncode == 1
    assert "belongs to the workbench" in asked.stderr


def _versions(lock: Path, folder: Path) -> Path:
    """The lock as constraints: pip takes no hashes there."""
    pins = re.findall(r"^([\w.-]+==[\w.]+)", lock.read_text(), re.MULTILINE)
    constraints = folder / "constraints.txt"
    constraints.write_text("\n".join(pins))
    return constraints

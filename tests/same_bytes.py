"""The bytes of releases before and after a change of the code: both publish from one ledger, and every file has to be the same.

Run it with:  .venv/bin/python -m tests.same_bytes REVISION

REVISION is a commit of git that publishes as it should; beside it publishes this working tree, both by ``saegim run export``.
Two ledgers are published from, release 1 and, after corrections and new images, release 2: what ``make demo`` leaves, and
2,000 made images. A stack of its own is started for that in a temporary folder, and stopped again; ``--demo STATE_FOLDER``
takes the running stack of a finished demo instead, whose ledger and bucket are read and which is left some buckets. Code of
the two never meets in one process. The exit code is 1 where anything differs; then both versions lie in a folder that is
named.
"""

from __future__ import annotations

import argparse
import contextlib
import functools
import hashlib
import json
import os
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import obstore
import pysqlite3.dbapi2 as sqlite3
from pydantic import SecretStr
from rich.console import Console
from rich.table import Table

from datastore.ledger import Ledger
from datastore.objects import ObjectStore
from saegim.settings import StorageSettings
from tests.empty_ledger import empty_ledger
from tests.every_object import every_object
from tests.made_ledger import change, fill

ROOT = Path(__file__).resolve().parent.parent
IMAGES = 2000
APART = 34
"""One made image in so many comes between the releases, into bursts that the first one has."""
NEW_IN_DEMO = range(8)
KINDS = {"images", "labels", "left_out", "diff", "card", "manifest"}
"""Kinds of files without which a dataset does not show that its bytes stay."""
RECIPE = """\
name: made
description: Made images, *for* a comparison of bytes.
licence: CC-BY-4.0
consent: Nobody sent them.
readings:
  annotation_configs: [scene_text, document]
  campaigns: [demo, 봄 campaign, summer]
  leave_out: ['{left_out}']
  least_agreement: 0.3
unit: line
splits: {{train: 0.7, val: 0.1, test: 0.2}}
salt: made-1
groups: {{burst_minutes: 10}}
frozen: [test]
gates:
  leaks: 100
  least: {{train: {{vertical: 5, all: 10}}}}
"""
WHERE = "import saegim, stages; print(*saegim.__path__, *stages.__path__, sep='\\n')"
"""Says of which checkout the code is: the environment's own checkout is on every path, but the last."""
console = Console()


@dataclass(frozen=True)
class Side:
    """One version of the code: where it lies, and the bucket that it publishes into."""

    name: str
    checkout: Path
    bucket: str


@dataclass(frozen=True)
class Part:
    """A ledger to publish from.

    Attributes:
        dataset: name of its recipe.
        ledger: file of the ledger.
        bucket: of its canonical images.
        new: numbers of the made images that come between its two releases.
        env: settings of its own.
    """

    dataset: str
    ledger: Path
    bucket: str
    new: Sequence[int]
    env: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Published:
    """One object of a bucket of releases."""

    kind: str
    data: bytes = field(repr=False)

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()


def main() -> int:
    """Publishes, compares, prints; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.same_bytes", description="Are a release's bytes what they were?")
    parser.add_argument("revision", help="commit of git to compare this working tree with")
    parser.add_argument("--demo", type=Path, metavar="STATE_FOLDER", help="of a stack that runs, on which `make demo` was done")
    options = parser.parse_args()
    began = time.monotonic()
    with (tempfile.TemporaryDirectory(prefix="saegim-same-bytes-") as name, checked_out(options.revision, Path(name)) as checkout,
          contextlib.nullcontext(options.demo.resolve()) if options.demo else demo(Path(name)) as home):
        objects = ObjectStore(storage(home))
        token = secrets.token_hex(3)
        sides = (Side("before", checkout, f"before-{token}"), Side("after", ROOT, f"after-{token}"))
        objects.ensure_buckets(side.bucket for side in sides)
        for part in (demo_part(objects, home, Path(name), token), made_part(objects, Path(name), token)):
            publish_twice(objects, home, part, sides)
        found = tuple(read(storage(home), side.bucket) for side in sides)
    wrong = compared(*found)
    console.print(f"{time.monotonic() - began:.0f} s")
    return 1 if wrong else 0


@contextlib.contextmanager
def checked_out(revision: str, folder: Path) -> Iterator[Path]:
    """A work tree of a revision, while it is needed."""
    path = folder / "before"
    run(["git", "worktree", "add", "--quiet", "--detach", str(path), revision], ROOT, {})
    try:
        yield path
    finally:
        run(["git", "worktree", "remove", "--force", str(path)], ROOT, {})


@contextlib.contextmanager
def demo(folder: Path) -> Iterator[Path]:
    """The state folder of a stack that runs, and on which the demo was done by this working tree."""
    home = folder / "state"
    try:
        with step("make demo"):
            run([sys.executable, "-m", "apps.demo"], ROOT, {"SAEGIM_HOME": str(home)})
        yield home
    finally:
        run([sys.executable, "-m", "saegim.cli", "down"], ROOT, {"SAEGIM_HOME": str(home)})


def demo_part(objects: ObjectStore, home: Path, folder: Path, token: str) -> Part:
    """A copy of what the demo left."""
    part = Part("scene-text", folder / "demo.db", f"demo-images-{token}", NEW_IN_DEMO)
    copy_ledger(home / "ledger.db", part.ledger)
    objects.ensure_buckets([part.bucket])
    for key in [raw.key for raw in every_object(objects, "images")]:
        objects.put(part.bucket, key, objects.get("images", key))
    return part


def made_part(objects: ObjectStore, folder: Path, token: str) -> Part:
    """A ledger of made images, and a recipe that leaves out some of them."""
    recipes = folder / "datasets"
    recipes.mkdir()
    numbers = range(IMAGES + IMAGES // APART + 3)
    part = Part("made", folder / "made.db", f"made-images-{token}", numbers[::APART], {"SAEGIM_DATASETS": str(recipes)})
    objects.ensure_buckets([part.bucket])
    with step(f"a ledger of {IMAGES:,} images"):
        ledger = empty_ledger(f"sqlite:///{part.ledger}")
        ids = fill(ledger, objects, part.bucket, [number for number in numbers if number % APART])
    (recipes / "made.yaml").write_text(RECIPE.format(left_out=min(ids)[:12]), encoding="utf-8")
    return part


def publish_twice(objects: ObjectStore, home: Path, part: Part, sides: tuple[Side, ...]) -> None:
    """Publishes two releases with each side's code; each has a copy of the ledger."""
    for number in (1, 2):
        if number == 2:
            ledger = Ledger(f"sqlite:///{part.ledger}")
            fill(ledger, objects, part.bucket, part.new)
            change(ledger)
        with step(f"{part.dataset}@{number}, before and after"), ThreadPoolExecutor(len(sides)) as pool:
            list(pool.map(functools.partial(export, home, part, number), sides))


def export(home: Path, part: Part, number: int, side: Side) -> None:
    """``saegim run export`` as a user of that version has it, from a copy of the ledger."""
    ledger = part.ledger.with_name(f"{part.dataset}-{number}-{side.name}.db")
    copy_ledger(part.ledger, ledger)
    env = {"SAEGIM_HOME": str(home), "PYTHONPATH": str(side.checkout), "SAEGIM_LEDGER_URL": f"sqlite:///{ledger}",
           "SAEGIM_BUCKET_IMAGES": part.bucket, "SAEGIM_BUCKET_DATASETS": side.bucket,
           "SAEGIM_PSEUDONYM_SECRET": "same-bytes", **part.env}
    where = run([sys.executable, "-c", WHERE], side.checkout, env).split("\n")[:2]
    assert where == [str(side.checkout / "saegim"), str(side.checkout / "stages")], f"{side.name} runs the code of {where}"
    run([sys.executable, "-m", "saegim.cli", "run", "export", "--dataset", part.dataset], side.checkout, env)


def read(settings: StorageSettings, bucket: str) -> dict[str, Published]:
    """Every object of a bucket of releases by its key; the manifests say of which kind each is."""
    store = settings.bucket(bucket)
    keys = [item["path"] for page in obstore.list(store) for item in page]
    data = {key: bytes(obstore.get(store, key).bytes()) for key in sorted(keys)}
    kinds = {f"{manifest['dataset']}/{file['path']}": file["kind"] for key, content in data.items()
             if key.endswith("/manifest.json") for manifest in [json.loads(content)] for file in manifest["files"]}
    return {key: Published("manifest" if key.endswith("/manifest.json") else kinds.get(key, "of no release"), content)
            for key, content in data.items()}


def compared(before: dict[str, Published], after: dict[str, Published]) -> list[str]:
    """Prints a table of all files, and of those that differ where to look at them; returns their keys."""
    table = Table("file", "kind", "bytes", "same")
    wrong = []
    for key in sorted({*before, *after}):
        one, other = before.get(key), after.get(key)
        is_same = one is not None and other is not None and one.sha256 == other.sha256
        said = "yes" if is_same else "only before" if other is None else "only after" if one is None else "no"
        item = one or other
        assert item
        table.add_row(key, item.kind, f"{len(item.data):,}", said)
        wrong += [] if is_same else [key]
    console.print(table)
    for name in sorted({key.partition("/")[0] for key in before}):
        lacks = KINDS - {item.kind for key, item in before.items() if key.startswith(f"{name}/")}
        assert not lacks, f"{name} has no {', '.join(sorted(lacks))}: it shows nothing of them"
    if wrong:
        console.print(f"[bold red]{len(wrong)} of {len({*before, *after})} files differ:[/]", *wrong, sep="\n  ")
        console.print(f"Both versions lie in {kept(before, after, wrong)}")
    else:
        console.print(f"[bold green]All {len(before)} files are the same.[/]")
    return wrong


def kept(before: dict[str, Published], after: dict[str, Published], keys: list[str]) -> Path:
    """Writes what differs into a folder that stays."""
    folder = Path(tempfile.mkdtemp(prefix="saegim-other-bytes-"))
    for name, objects in (("before", before), ("after", after)):
        for key in keys:
            if key in objects:
                path = folder / name / key
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(objects[key].data)
    return folder


def storage(home: Path) -> StorageSettings:
    """The object storage of a stack."""
    lines = (line.partition("=") for line in (home / "env").read_text(encoding="utf-8").splitlines())
    env = {name: value for name, _, value in lines}
    return StorageSettings(_env_file=None, s3_endpoint=env["SAEGIM_S3_ENDPOINT"],
                           s3_access_key=SecretStr(env["SAEGIM_S3_ACCESS_KEY"]),
                           s3_secret_key=SecretStr(env["SAEGIM_S3_SECRET_KEY"]))


def copy_ledger(source: Path, target: Path) -> None:
    """Copies a ledger that other processes may have open."""
    with contextlib.closing(sqlite3.connect(source)) as one, contextlib.closing(sqlite3.connect(target)) as other:
        one.backup(other)


def run(command: list[str], folder: Path, env: dict[str, str]) -> str:
    """Runs a command without anybody's settings of Saegim and Prefect; returns what it prints.

    Raises:
        SystemExit: it failed; what it printed is the message.
    """
    own = {name: value for name, value in os.environ.items()
           if name == "SAEGIM_LABEL_STUDIO_VENV" or not name.startswith(("SAEGIM_", "PREFECT_", "PYTHON"))}
    done = subprocess.run(command, cwd=folder, env=own | env, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          check=False)
    if done.returncode:
        sys.exit(f"{' '.join(command)} in {folder} failed:\n{done.stdout}{done.stderr}")
    return done.stdout


@contextlib.contextmanager
def step(doing: str) -> Iterator[None]:
    """Says what is done, and how long it took."""
    began = time.monotonic()
    with console.status(f"{doing} …"):
        yield
    console.print(f"{doing} [dim]({time.monotonic() - began:.0f} s)[/]", highlight=False)


if __name__ == "__main__":
    sys.exit(main())

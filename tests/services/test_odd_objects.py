"""One odd object stops nobody's intake: versioned buckets, keys that tools cannot name, archived and unreadable objects."""

from __future__ import annotations

import logging
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from moto.server import ThreadedMotoServer

from datastore.ledger import arrivals
from datastore.objects import ObjectStore
from schemas.errors import ServiceUnavailable, SettingError
from schemas.submission import RawObject
from tests.every_object import every_object
from tests.services.conftest import World, new_world
from tests.services.test_ingest import BUCKET, document, jpeg, put, rows
from workbench.bench import Workbench
from workbench.ingest.decoders import Decoders
from workbench.ingest.decoding import LEASE_KIND, Arrivals, FetchedObjects, decode_arrivals, put_aside
from workbench.ingest.take_in import id_of
from workbench.ingest.worker import Decoded, Tools, decode_chunk
from workbench.settings import Settings
from workbench.sharing import claimed

GOOD = "demo/kim/good.jpg"
CONTROL = ["demo/kim/g\n.jpg", "demo/kim/f\r.jpg", "demo/kim/e\u0001.jpg", "demo/kim/h\u001b[31m.jpg", "demo/kim/t\t.jpg"]
PARTS = ["demo/kim//a.jpg", "demo/kim/../lee/c.jpg", "demo/kim/./d.jpg", "/demo/kim/b.jpg"]
FINE = ["demo/kim/a%20b.jpg", "demo/kim/100%.jpg", "demo/kim/a#b?c&d+e f.jpg", "demo/kim/\u202e😀.jpg",
        "demo/kim/a/b/깊은 곳.jpg"]


@pytest.fixture(scope="module")
def moto() -> Iterator[str]:
    """Address of an S3 that keeps keys as they are, as AWS does."""
    for name in ("werkzeug", "moto"):
        logging.getLogger(name).setLevel(logging.ERROR)
    server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


def aws_world(stack: Settings, moto: str, folder: Path) -> World:
    """A world whose objects are there."""
    world = new_world(stack.model_copy(update={"s3_endpoint": moto}), f"sqlite:///{folder / 'aws.db'}")
    world.env["SAEGIM_S3_ENDPOINT"] = moto
    return world


@pytest.fixture
def aws(stack: Settings, moto: str, tmp_path: Path) -> World:
    return aws_world(stack, moto, tmp_path)


def stored(world: World, *keys: str, **options: Any) -> None:
    """Puts photographs there, each another one, by their exact keys."""
    boto = world.bench.objects._boto
    for key in keys:
        data = b"" if key.endswith(("/", "$")) else jpeg(document(zlib.crc32(key.encode())))
        boto.put_object(Bucket=world.env[BUCKET], Key=key, Body=data, **options)


@pytest.mark.parametrize("status", ["Enabled", "Suspended"])
@pytest.mark.parametrize("where", ["world", "aws"])
def test_a_bucket_that_keeps_versions(where: str, status: str, request: pytest.FixtureRequest) -> None:
    world: World = request.getfixturevalue(where)
    boto = world.bench.objects._boto
    for seed, state in enumerate(("Enabled", status)):
        boto.put_bucket_versioning(Bucket=world.env[BUCKET], VersioningConfiguration={"Status": state})
        put(world, GOOD, jpeg(document(seed)))
    put(world, "demo/kim/deleted.jpg", jpeg(document(3)))
    world.bench.objects.delete(world.env[BUCKET], "demo/kim/deleted.jpg")
    assert world.flow("ingest").counts["accepted"] == 1
    assert {key: row.outcome for key, row in rows(world).items()} == {GOOD: "accepted"}
    assert world.flow("ingest").nothing_new
    put(world, GOOD, jpeg(document(9)))  # sent again, another picture
    assert world.flow("ingest").counts["accepted"] == 1


@pytest.mark.parametrize(("where", "odd"), [("world", CONTROL), ("aws", [*CONTROL[1:], *PARTS])])
def test_keys_that_tools_cannot_name(where: str, odd: list[str], request: pytest.FixtureRequest) -> None:
    world: World = request.getfixturevalue(where)
    stored(world, GOOD, "demo/kim/folder/", "demo/kim/emr_$folder$", *odd, *FINE)
    report = world.flow("ingest")
    found = rows(world)
    assert {key: row.outcome for key, row in found.items() if key not in odd} == dict.fromkeys([GOOD, *FINE], "accepted")
    assert {key: row.reason for key, row in found.items() if key in odd} == dict.fromkeys(odd, "bad_key")
    assert report.notes[0] == f"{1 + len(odd) + len(FINE)} raw objects listed, {1 + len(odd) + len(FINE)} of them new."
    again = world.flow("ingest")
    assert again.nothing_new
    assert again.notes == [f"{1 + len(odd) + len(FINE)} raw objects listed, 0 of them new."]
    table = world.run("ledger", "submissions").stdout
    assert "bad_key" in table
    assert "\x1b" not in table.replace("\x1b[", "")  # nobody's escape sequence reaches the terminal
    world.run("ingest", "duplicates")


def test_one_person_and_one_campaign_however_hangul_is_written(world: World, tmp_path: Path) -> None:
    campaigns = tmp_path / "campaigns"
    campaigns.mkdir()
    decomposed = "\u1107\u1169\u11b7\u1112\u1162\u11bc\u1109\u1161"
    recipe = f"name: {decomposed}\ntitle: 봄\nfirst_day: 2026-01-01\nlast_day: 2099-12-31\npoints: 10\n"
    (campaigns / "봄.yaml").write_text(recipe, encoding="utf-8")
    world.env["SAEGIM_CAMPAIGNS"] = str(campaigns)
    keys = ["봄행사/김하늘/1.jpg", f"{decomposed}/\u1100\u1175\u11b7\u1112\u1161\u1102\u1173\u11af/2.jpg"]
    stored(world, *keys)
    world.flow("ingest", decomposed)
    assert counted(rows(world)) == {("봄행사", "김하늘", "accepted"): 2}
    [standing] = world.flow("score").standings["봄행사"].people
    assert (standing.submitter, standing.points, standing.photographs) == ("김하늘", 20, 2)
    for campaign in ("봄행사", decomposed):
        table = world.run("ledger", "submissions", "--campaign", campaign).stdout
        assert table.count("accepted") == 2
    world.run("ledger", "hold", f"{decomposed}/김하늘/1.jpg", "--because", "봐야 함")
    (campaigns / "zz.yaml").write_text("name: zz\n")
    world.flow("ingest")
    put(world, "봄행사/이/3.jpg", jpeg(document(7)))
    world.flow("ingest")
    done = world.run("run", "score", check=False)
    assert done.returncode == 1
    assert "zz.yaml:1: title is missing" in done.stdout + done.stderr
    assert len(every_object(world.bench.objects, world.env[BUCKET])) == 3
    (campaigns / "zz.yaml").unlink()
    assert "nothing new" in world.run("run", "score").stdout  # the other campaign was counted all the same


def counted(found: dict[str, Any]) -> dict[Any, int]:
    """How many rows there are by whose they are and what became of them."""
    counts: dict[Any, int] = {}
    for row in found.values():
        counts[row.campaign, row.submitter, row.outcome] = counts.get((row.campaign, row.submitter, row.outcome), 0) + 1
    return counts


def test_an_archived_object_is_put_aside_and_the_rest_goes_on(aws: World) -> None:
    stored(aws, "demo/kim/archived.jpg", StorageClass="GLACIER")
    aws.flow("ingest")  # alone, too
    assert rows(aws)["demo/kim/archived.jpg"].outcome == "quarantined"
    stored(aws, GOOD, "demo/lee/2.jpg")
    stored(aws, "demo/a/archived.jpg", "demo/b/archived.jpg", StorageClass="DEEP_ARCHIVE")
    aws.flow("ingest")
    assert {key: row.outcome for key, row in rows(aws).items()} == {
        "demo/kim/archived.jpg": "quarantined", "demo/a/archived.jpg": "quarantined", "demo/b/archived.jpg": "quarantined",
        GOOD: "accepted", "demo/lee/2.jpg": "accepted"}
    assert "saegim ingest retry" in rows(aws)["demo/a/archived.jpg"].detail
    stored(aws, "demo/kim/archived.jpg")  # restored; the same bytes, so the same submission
    assert "3 go through" in aws.run("ingest", "retry").stdout
    aws.flow("ingest")
    assert rows(aws)["demo/a/archived.jpg"].outcome == "quarantined"


def test_a_file_too_large_is_not_even_fetched(world: World) -> None:
    world.env["SAEGIM_MAX_BYTES"] = "5000"
    stored(world, GOOD)
    world.flow("ingest")
    assert (rows(world)[GOOD].reason, rows(world)[GOOD].raw_sha256) == ("too_large", None)


REFUSED = SettingError("Object storage refuses the key: AccessDenied")
BUSY = ServiceUnavailable("Object storage", "here", "500 InternalError")


def denying(tools: Tools, objects: Sequence[RawObject]) -> list[Decoded]:
    """A decoder to whom the store gives all but some objects, always."""
    errors = {"denied": REFUSED, "busy": BUSY}
    kinds = {raw: raw.key.rpartition("/")[2].split("-")[0] for raw in objects}
    return [Decoded(raw, {}, unread=errors[kind]) for raw, kind in kinds.items() if kind in errors] + decode_chunk(
        tools, [raw for raw, kind in kinds.items() if kind not in errors])


def these(bench: Workbench, listed: Sequence[RawObject]) -> Arrivals:
    """Some arrivals, to be decoded."""
    return Arrivals(lambda: claimed(bench.ledger, LEASE_KIND, listed, id_of, 300), len(listed))


def ingested(world: World, *keys: str) -> FetchedObjects:
    """Registers and decodes objects with ``denying``."""
    stored(world, *keys)
    bench = world.bench
    for page in bench.objects.pages(world.env[BUCKET]):
        arrivals.register(bench.ledger, page)
    with Decoders(bench.settings, work=denying) as decoders:
        done = decode_arrivals(bench, decoders, these(bench, arrivals.undecoded(bench.ledger)), None)
    put_aside(bench.ledger, bench.objects, done)
    return done


def test_objects_that_the_store_does_not_give_while_it_gives_others(world: World) -> None:
    done = ingested(world, "demo/kim/denied-1", "demo/kim/denied-2", "demo/kim/busy-1", GOOD)
    assert done.witness and (done.witness.key, len(done.unread)) == (GOOD, 3)
    world.flow("ingest")
    assert {key: row.outcome for key, row in rows(world).items()} == {
        GOOD: "accepted",
        **dict.fromkeys(("demo/kim/denied-1", "demo/kim/denied-2", "demo/kim/busy-1"), "quarantined")}
    assert "AccessDenied" in rows(world)["demo/kim/denied-1"].detail


def test_a_store_that_gives_nothing_is_at_fault_itself(world: World) -> None:
    with pytest.raises(SettingError, match="refuses the key"):
        ingested(world, "demo/kim/denied-1", "demo/kim/denied-2")
    with pytest.raises(ServiceUnavailable):
        ingested(world, "demo/kim/busy-1")
    assert not rows(world)
    world.flow("ingest")  # nothing was lost
    assert {row.outcome for row in rows(world).values()} == {"accepted"}


def test_a_store_that_fails_in_the_middle_of_a_run_is_at_fault_itself(world: World) -> None:
    """Some were read before: that is no word for the store now, and what it does not give is not put aside."""
    done = ingested(world, GOOD)
    assert done.witness
    world.bench.objects.delete(world.env[BUCKET], GOOD)  # the store gives what it gave before no more
    stored(world, "demo/kim/busy-1", "demo/kim/denied-1")
    bench = world.bench
    listed = every_object(bench.objects, world.env[BUCKET])
    arrivals.register(bench.ledger, listed)
    with Decoders(bench.settings, work=denying) as decoders, pytest.raises(ServiceUnavailable):
        decode_arrivals(bench, decoders, these(bench, listed), done.witness)
    with pytest.raises(SettingError):
        put_aside(bench.ledger, bench.objects, FetchedObjects(done.witness, unread=[
            Decoded(raw, {}, unread=REFUSED) for raw in listed if "denied" in raw.key]))
    assert {raw.key for raw in arrivals.undecoded(bench.ledger)} == {"demo/kim/busy-1", "demo/kim/denied-1"}


def test_a_listing_has_every_key_and_time_as_it_is(aws: World) -> None:
    stored(aws, GOOD, *PARTS, *CONTROL[1:], *FINE)
    listed: list[RawObject] = every_object(ObjectStore(aws.bench.settings), aws.env[BUCKET])
    assert {raw.key for raw in listed} == {GOOD, *PARTS, *CONTROL[1:], *FINE}
    assert all(raw.sent_at.tzinfo and raw.size > 1000 and '"' not in raw.version and raw.version for raw in listed)

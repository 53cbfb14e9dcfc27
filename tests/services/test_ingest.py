"""ingest on real object storage: duplicates, names, objects that change under it, two workers at once, a manager's word."""

from __future__ import annotations

import io
import os
import subprocess
import unicodedata
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw
from sqlalchemy import select

from apps.demo.contact_sheet import hangul_font
from datastore.ledger.tables import arrivals, comparisons, images, submissions
from schemas.submission import Outcome
from tests.services.conftest import SAEGIM, World, new_world
from workbench.settings import ROOT, Settings

BUCKET = "SAEGIM_BUCKET_RAW"


def document(seed: int, head: str = "새김 마트") -> Image.Image:
    """A receipt: its head and frame are the shop's, its lines its own."""
    rng = np.random.default_rng(seed)
    image = Image.new("RGB", (620, 900), "white")
    draw, font = ImageDraw.Draw(image), hangul_font(26)
    draw.text((150, 30), head, fill="black", font=font)
    for number in range(18):
        word = "".join(rng.choice(list("가나다라마바사아자차카타파하ABCDEF"), 9))
        draw.text((40, 120 + 40 * number), f"{word} {rng.integers(500, 99_000):>7,}", fill="black", font=font)
    return image


def jpeg(image: Image.Image, quality: int = 90) -> bytes:
    return encoded(image, "JPEG", quality=quality)


def encoded(image: Image.Image, kind: str, **options: int) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def rows(world: World) -> dict[str, Any]:
    with world.bench.ledger.read() as connection:
        return {row.key: row for row in connection.execute(select(submissions))}


def put(world: World, key: str, data: bytes) -> None:
    world.bench.objects.put(world.env[BUCKET], key, data)


def test_edited_copies_are_duplicates_and_receipts_of_one_shop_are_not(world: World) -> None:
    for seed in range(6):
        put(world, f"demo/kim/{seed}.jpg", jpeg(document(seed)))
    world.flow("ingest")
    first = document(2)
    put(world, "demo/lee/작게.jpg", jpeg(first.resize((310, 450)), 60))
    put(world, "demo/kim/잘라서.png", encoded(first.crop((18, 27, 620, 900)), "PNG"))
    put(world, "demo/lee/7.jpg", jpeg(document(7)))
    world.flow("ingest")
    found = rows(world)
    for key in ("demo/lee/작게.jpg", "demo/kim/잘라서.png"):
        assert (found[key].outcome, found[key].duplicate_of) == ("duplicate", found["demo/kim/2.jpg"].submission_id)
    assert Counter(row.outcome for row in found.values()) == {"accepted": 7, "duplicate": 2}
    table = world.run("ledger", "submissions").stdout
    assert "Somebody else sent this picture before." in table
    assert "It repeats your own picture '2.jpg'." in table
    page = page_of(world)
    assert "2 pairs" in world.run("ingest", "duplicates", "--out", str(page)).stdout
    assert page.read_text(encoding="utf-8").count("<article") == 2


def test_what_a_manager_says_sticks(world: World) -> None:
    put(world, "demo/kim/1.jpg", jpeg(document(1)))
    put(world, "demo/kim/9.jpg", jpeg(document(9)))
    world.flow("ingest")
    put(world, "demo/lee/1 again.jpg", jpeg(document(1), 50))
    world.flow("ingest")
    assert rows(world)["demo/lee/1 again.jpg"].outcome == "duplicate"
    world.run("ingest", "split", "demo/lee/1 again.jpg", "--yes")
    world.flow("ingest")
    assert rows(world)["demo/lee/1 again.jpg"].outcome == "accepted"
    world.run("ingest", "merge", "demo/lee/1 again.jpg", "demo/kim/9.jpg", "--yes")
    assert clusters(world)["demo/lee/1 again.jpg"] == clusters(world)["demo/kim/9.jpg"] != clusters(world)["demo/kim/1.jpg"]
    world.run("ingest", "split", "demo/kim/9.jpg", "--yes")  # the founder leaves
    assert len(set(clusters(world).values())) == 3
    assert "nothing new" in world.run("run", "ingest").stdout
    assert len(set(clusters(world).values())) == 3
    world.run("ingest", "merge", "demo/lee/1 again.jpg", "demo/kim/1.jpg", "--duplicate", "--yes")
    assert rows(world)["demo/lee/1 again.jpg"].outcome == "duplicate"
    failed = world.run("ingest", "split", "demo/nobody/x.jpg", check=False)
    assert failed.returncode
    assert "saegim ledger submissions" in failed.stdout + failed.stderr


def test_a_picture_that_differs_in_a_line_waits_for_a_manager(world: World) -> None:
    put(world, "demo/kim/1.jpg", jpeg(document(1)))
    world.flow("ingest")
    for name in ("one", "other"):
        changed = document(1)
        draw = ImageDraw.Draw(changed)
        draw.rectangle((40, 320, 600, 352), fill="white")
        draw.text((40, 320), f"{name} 가나다 1,230", fill="black", font=hangul_font(26))
        put(world, f"demo/lee/{name}.jpg", jpeg(changed))
    world.flow("ingest")
    found = rows(world)
    assert {found[f"demo/lee/{name}.jpg"].outcome for name in ("one", "other")} == {"held"}
    # "other" is like both: each pair is shown, and each says that it waits.
    assert "wait for you" in world.run("ingest", "duplicates", "--out", str(page_of(world))).stdout
    assert "--duplicate" in page_of(world).read_text(encoding="utf-8")
    world.run("ingest", "split", "demo/lee/one.jpg", "--yes")
    world.run("ingest", "merge", "demo/lee/other.jpg", "demo/kim/1.jpg", "--duplicate", "--yes")
    world.flow("ingest")
    found = rows(world)
    assert found["demo/lee/one.jpg"].outcome == "accepted"
    assert found["demo/lee/other.jpg"].duplicate_of == found["demo/kim/1.jpg"].submission_id
    assert "nothing new" in world.run("run", "ingest").stdout


def test_texts_tell_receipts_of_one_shop_apart_and_never_merge(world: World) -> None:
    def receipt(line: str, ticked: bool = False) -> bytes:
        image = document(1)
        draw = ImageDraw.Draw(image)
        draw.rectangle((40, 320, 600, 352), fill="white")
        draw.text((40, 320), line, fill="black", font=hangul_font(28))
        draw.rectangle((560, 40, 590, 70), outline="black", width=3)
        if ticked:
            draw.line([(563, 52), (573, 66), (588, 42)], fill="black", width=5)
        return jpeg(image)

    put(world, "demo/kim/march.jpg", receipt("2026-03-03 18:22  TOTAL 41,200"))
    world.flow("ingest")
    put(world, "demo/lee/april.jpg", receipt("2026-04-17 09:51  TOTAL 67,900"))
    put(world, "demo/lee/ticked.jpg", receipt("2026-03-03 18:22  TOTAL 41,200", ticked=True))
    world.flow("ingest")
    held = {key for key, row in rows(world).items() if row.outcome == "held"}
    assert held == {"demo/lee/april.jpg", "demo/lee/ticked.jpg"}
    world.run("run", "prelabel")
    world.killed("ingest", "datastore.ledger.duplicates:resolve", "after")  # in the transaction: nothing of it may stay
    assert {key for key, row in rows(world).items() if row.outcome == "held"} == held
    world.bench.objects.delete(world.env[BUCKET], "demo/lee/april.jpg")  # what was taken needs its raw file no more
    assert "2 doubtful pairs have been read since: 1 held pictures accepted by their texts" in " ".join(
        world.run("run", "ingest").stdout.split())
    found = {key: row.outcome for key, row in rows(world).items()}
    assert found == {"demo/kim/march.jpg": "accepted", "demo/lee/april.jpg": "accepted", "demo/lee/ticked.jpg": "held"}
    world.run("run", "prelabel")
    assert "nothing new" in world.run("run", "ingest").stdout


def page_of(world: World) -> Path:
    return Path(world.env["SAEGIM_LEDGER_URL"][10:]).parent / "중복.html"


def clusters(world: World) -> dict[str, str]:
    query = select(submissions.c.key, images.c.cluster_id).join(images, images.c.image_id == submissions.c.image_id)
    with world.bench.ledger.read() as connection:
        found = connection.execute(query.where(submissions.c.outcome == Outcome.ACCEPTED))
        return {row.key: row.cluster_id for row in found}


def test_names_of_all_kinds(world: World) -> None:
    names = ["사진 1.jpg", unicodedata.normalize("NFD", "사진 1.jpg"), "../../etc/passwd", "a\tb.jpg", "가" * 80 + ".jpg",
             "<img src=x onerror=alert(1)>.jpg", "\u202egpj.exe", "100%.jpg", "a+b&c=d?.jpg", "'; drop table images; --.jpg",
             "[red]x[/].jpg"]
    sent = []
    for number, name in enumerate(names):
        try:
            put(world, f"demo/김하늘/{name}", jpeg(document(100 + number)))
            sent.append(name)
        except Exception as error:
            assert "/" in name or "\t" in name, (name, error)
    assert len(sent) >= 9
    world.flow("ingest")
    assert Counter(row.outcome for row in rows(world).values()) == {"accepted": len(sent)}
    world.run("ledger", "submissions")
    world.run("ingest", "duplicates")


def test_objects_that_change_under_it(world: World) -> None:
    from datastore.ledger import arrivals as ledger_arrivals

    for name in ("stays", "goes", "changes"):
        put(world, f"demo/kim/{name}.jpg", jpeg(document(len(name))))
    bench = world.bench
    for page in bench.objects.pages(world.env[BUCKET]):
        assert ledger_arrivals.register(bench.ledger, page) == 3
    bench.objects.delete(world.env[BUCKET], "demo/kim/goes.jpg")
    put(world, "demo/kim/changes.jpg", jpeg(document(50)))
    world.flow("ingest")
    world.flow("ingest")
    found = rows(world)
    assert {key: row.outcome for key, row in found.items()} == dict.fromkeys(
        ("demo/kim/stays.jpg", "demo/kim/changes.jpg"), "accepted")
    with bench.ledger.read() as connection:
        assert not connection.execute(select(arrivals)).all()
    assert "nothing new" in world.run("run", "ingest").stdout


def test_pictures_without_text_are_rejected_unless_a_category_is_claimed(world: World) -> None:
    for number, claims in enumerate(({}, {"categories": "handwritten"})):
        wall = Image.new("RGB", (640, 480), (180, 170 + 9 * number, 150))
        ImageDraw.Draw(wall).polygon([(0, 480), (0, 200 + 99 * number), (640, 320), (640, 480)], fill=(90, 60, 40))
        boto, key = world.bench.objects._boto, f"demo/kim/wall {number}.jpg"
        boto.put_object(Bucket=world.env[BUCKET], Key=key, Body=jpeg(wall), Metadata=claims)
    world.flow("ingest")
    assert "rejected: no text" in world.run("run", "prelabel").stdout
    found = rows(world)
    assert (found["demo/kim/wall 0.jpg"].outcome, found["demo/kim/wall 0.jpg"].reason) == ("rejected", "no_text")
    assert found["demo/kim/wall 1.jpg"].outcome == "accepted"
    put(world, "demo/lee/the same.jpg", world.bench.objects.get(world.env[BUCKET], "demo/kim/wall 0.jpg"))
    world.flow("ingest")
    assert rows(world)["demo/lee/the same.jpg"].reason == "no_text"
    world.run("ingest", "retry", "--reason", "no_text")
    world.flow("ingest")
    assert Counter(row.outcome for row in rows(world).values()) == {"accepted": 2, "duplicate": 1}


def test_two_workers_leave_the_ledger_of_one(stack: Settings, tmp_path: Path) -> None:
    both, one = (new_world(stack, f"sqlite:///{tmp_path / name}.db") for name in ("both", "one"))
    for world in (both, one):
        world.env["SAEGIM_BATCH_SIZE"] = "20"
    files = {f"demo/p{number % 7}/{number}.jpg": jpeg(document(number), 85) for number in range(240)}
    files |= {f"demo/q/copy {number}.jpg": jpeg(document(number).resize((310, 450)), 70) for number in range(0, 240, 7)}
    files |= {f"demo/q/broken {number}.jpg": jpeg(document(number))[:3000] for number in range(20)}
    for world in (both, one):
        world.bench.objects.put_many(world.env[BUCKET], [(key, data, "image/jpeg") for key, data in files.items()])
    environment = {**os.environ, **both.env}
    workers = [subprocess.Popen([SAEGIM, "run", "ingest"], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
               for _ in range(2)]
    outputs = [worker.communicate(timeout=300)[0] for worker in workers]
    assert [worker.returncode for worker in workers] == [0, 0], outputs
    one.flow("ingest")
    assert sum(row.outcome == "accepted" for row in rows(one).values()) >= 240 - 1
    assert state(both) == state(one)


def state(world: World) -> Any:
    """Outcomes, images and evidence, without clocks and ids that hold a bucket's name."""
    with world.bench.ledger.read() as connection:
        earlier = submissions.alias("earlier")
        found = connection.execute(
            select(submissions.c.key, submissions.c.outcome, submissions.c.reason, submissions.c.image_id, earlier.c.key)
            .outerjoin(earlier, earlier.c.submission_id == submissions.c.duplicate_of).order_by(submissions.c.key)).all()
        pictures = connection.execute(select(images.c.image_id, images.c.cluster_id, images.c.represents)
                                      .order_by(images.c.image_id)).all()
        evidence = connection.execute(select(submissions.c.key, comparisons.c.image_id, comparisons.c.verdict).join(
            submissions, submissions.c.submission_id == comparisons.c.submission_id).order_by(
            submissions.c.key, comparisons.c.image_id)).all()
    return found, pictures, evidence

"""Public data sets that tests make and import, without a service: ingest decodes in this process."""

from __future__ import annotations

import io
import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from datastore.ledger import arrivals
from saegim.formats import FORMATS
from saegim.labels.findings import Findings
from saegim.labels.format import Format
from saegim.labels.labelled import LabelledImage, LabelledRegion, LabelledSet
from schemas.reading import Unit
from schemas.sources import PUBLIC, EndedPicture, Use
from tests.empty_ledger import empty_ledger
from tests.in_memory import InMemory
from workbench.bench import Workbench
from workbench.imports.beside import left_behind
from workbench.imports.ending import ended_pictures
from workbench.imports.labels import ImportRequest
from workbench.imports.sending import SentSet, send
from workbench.imports.settling import SettledSources, settle_imported
from workbench.ingest.listing import list_raw_objects
from workbench.ingest.settling import settle_ready
from workbench.ingest.worker import Tools, decode_chunk
from workbench.settings import Settings

SOURCE = f"{PUBLIC}/toy"
SIZE = (320, 240)


def page(seed: int, size: tuple[int, int] = SIZE, form: str = "PNG", quality: int = 95) -> bytes:
    """A picture of letters that is like none of another seed."""
    draw = random.Random(seed)
    made = Image.new("RGB", SIZE, (230 + seed % 20, 235, 240))
    pen = ImageDraw.Draw(made)
    for _ in range(40):
        at = (draw.randrange(SIZE[0] - 40), draw.randrange(SIZE[1] - 20))
        pen.text(at, "".join(draw.choices("ABCDEFGHKMNPRSTUVWXYZ23456789", k=5)), (draw.randrange(120), draw.randrange(90), 30),
                 ImageFont.load_default(draw.randrange(10, 30)))
    out = io.BytesIO()
    made.resize(size).save(out, form, quality=quality)
    return out.getvalue()


def word(text: str, left: float = 10, top: float = 10, **said: object) -> LabelledRegion:
    """A region of a made page."""
    return replace(LabelledRegion(((left, top), (left + 60, top), (left + 60, top + 20), (left, top + 20)), text), **said)  # type: ignore[arg-type]


def labelled_page(name: str, data: bytes, *regions: LabelledRegion, split: str = "train", group: str = "",
                  licence: str = "") -> LabelledImage:
    """A picture with its labels, as a format's reader gives it."""
    with Image.open(io.BytesIO(data)) as picture:
        width, height = picture.size
    return LabelledImage(name, lambda: data, width, height, "word", regions, split=split, group=group, licence=licence)


class ImportWorld:
    """A ledger and buckets that data sets are imported into.

    Args:
        folder: empty; for the ledger.
    """

    def __init__(self, folder: Path) -> None:
        self.settings = Settings(_env_file=None, ledger_url=f"sqlite:///{folder / 'ledger.db'}", datasets=folder / "datasets",
                                 campaigns=folder / "campaigns", least_sharpness=0.0, least_contrast=0.0)
        empty_ledger(self.settings.ledger)
        self.bench = Workbench(self.settings)
        self.bench.objects = InMemory(self.settings)
        self.findings = Findings()

    def request(self, source: str = SOURCE, licence: str = "CC-BY-4.0", allows: Sequence[Use] = tuple(Use),
                form: Format = FORMATS["ufo"], unit: Unit | None = None, split: str = "") -> ImportRequest:
        """What somebody asks for."""
        return ImportRequest(source, form, licence, tuple(allows), unit, split)

    def send(self, images: Sequence[LabelledImage], request: ImportRequest | None = None, licence: str = "") -> SentSet:
        """Sends pictures and labels."""
        self.findings = Findings()
        for image in images:
            self.findings.came(len(image.regions))
        return send(self.bench, LabelledSet("toy", iter(images), len(images), licence), request or self.request(), self.findings)

    def put(self, key: str, data: bytes) -> None:
        """Somebody sends a photograph."""
        self.bench.objects.put(self.settings.bucket_raw, key, data)

    def take_in(self, campaign: str | None = None) -> None:
        """Ingest, without other processes."""
        list_raw_objects(self.bench.ledger, self.bench.objects, self.settings.bucket_raw, campaign)
        todo = arrivals.undecoded(self.bench.ledger)
        decoded = decode_chunk(Tools(self.settings, {PUBLIC: Unit.WORD}, self.bench.objects), todo)
        arrivals.store(self.bench.ledger, [item.submission() for item in decoded], [])
        settle_ready(self.bench, lambda _count: None)

    def settle(self) -> SettledSources:
        """Labels become readings."""
        return settle_imported(self.bench)

    def bring(self, images: Sequence[LabelledImage], request: ImportRequest | None = None) -> list[EndedPicture]:
        """An import from its beginning to its end."""
        sent = self.send(images, request)
        self.take_in()
        self.settle()
        asked = request or self.request()
        return [*ended_pictures(self.bench, asked.source, sent.keys),
                *left_behind(self.bench, asked.source, asked.split, sent.keys, sent.pictures)]


def giving(data: bytes) -> Callable[[], bytes]:
    """What reads a picture."""
    return lambda: data

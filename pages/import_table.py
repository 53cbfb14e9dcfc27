"""The table that ends an import: what went in and out, and what ingest made of the pictures."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, replace

from saegim.labels.findings import Findings
from saegim.tables import Table
from schemas.sources import EndedPicture, PictureEnd


def import_table(findings: Findings, ended: Sequence[EndedPicture]) -> Table:
    """One table: in, out, changed, not held, left out, then what became of the pictures that went out.

    Args:
        findings: of reading the data set and sending it.
        ended: what became of each picture.
    """
    images: Counter[tuple[PictureEnd, str]] = Counter()
    regions: Counter[tuple[PictureEnd, str]] = Counter()
    for item in ended:
        images[item.end, item.why] += 1
        regions[item.end, item.why] += item.regions
    rows = tuple((str(end), why, f"{images[end, why]:,}", f"{regions[end, why]:,}" if regions[end, why] else "")
                 for kind in PictureEnd for end, why in sorted(images) if end is kind)
    table = findings.table()
    return replace(table, rows=(*table.rows, *rows))


def import_lines(findings: Findings, ended: Sequence[EndedPicture]) -> bytes:
    """Every remark, and every picture that did not simply go through, as one line of JSON."""
    told = [json.dumps(asdict(item), ensure_ascii=False) + "\n" for item in ended if item.why]
    return "".join([*findings.lines(), *told]).encode()

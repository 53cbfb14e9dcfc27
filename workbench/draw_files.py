"""What anybody needs to make a draw again: the frozen list, the draw, and ten lines of Python."""

from __future__ import annotations

import json
from pathlib import Path

from datastore.ledger import participants
from schemas.errors import NotToBeDecided
from schemas.recipes.campaign import Campaign
from workbench.bench import Workbench
from workbench.board import latest_board
from workbench.draw import drawn, people_by_code, published_list
from workbench.draw_page import draw_file
from workbench.settings import ROOT

RECOMPUTE = ROOT / "apps" / "portal" / "static" / "recompute_draw.py"
"""The ten lines, as the portal shows them."""


def write_files(bench: Workbench, campaign: Campaign, folder: Path) -> list[Path]:
    """Writes ``list.txt``, once it is drawn ``draw.json``, and ``recompute_draw.py`` into a folder; returns their paths.

    Raises:
        NotToBeDecided: the list is not frozen.
    """
    draw = drawn(bench.ledger, campaign.name)
    text = published_list(bench.ledger, campaign.name)
    if draw is None or text is None:
        raise NotToBeDecided(f"{campaign.name} has no frozen list: saegim campaign close {campaign.name}")
    contents = {"list.txt": text, RECOMPUTE.name: RECOMPUTE.read_text(encoding="utf-8")}
    if draw.drawn_at is not None:
        contents["draw.json"] = json.dumps(draw_file(draw), ensure_ascii=False, indent=1) + "\n"
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in contents.items():
        (folder / name).write_bytes(content.encode())  # as text it would have other line ends, and another hash, on Windows
    return [folder / name for name in contents]


def names_by_code(bench: Workbench, campaign: Campaign) -> dict[str, str]:
    """Submitters by what they are called in the frozen list: for those who give the prizes."""
    board = latest_board(bench, campaign)
    known = {item.submitter for item in participants.participants_of(bench.ledger, campaign.name)}
    return people_by_code(bench.ledger, campaign.name, known | {item.submitter for item in (board.people if board else ())})

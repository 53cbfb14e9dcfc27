"""What the documentation says of reasons is what submitters read."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.settings import Settings
from schemas.submission import HELD_SENTENCE, SENTENCES, Reason

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "ingest.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_is_explained(reason: Reason) -> None:
    line = next(line for line in PAGE.splitlines() if line.startswith(f"| `{reason}` |"))
    assert all(sentence in line for sentence in SENTENCES[reason])


def test_its_settings_and_pictures_exist() -> None:
    assert all(sentence in PAGE for sentence in HELD_SENTENCE)
    for word in PAGE.replace("`", " ").replace(",", " ").replace(")", " ").split():
        if word.startswith("SAEGIM_"):
            assert word.removeprefix("SAEGIM_").lower() in Settings.model_fields, word
        if word.startswith("![") or "(ingest/" in word:
            continue
    for name in [part.split(")")[0] for part in PAGE.split("(ingest/")[1:]]:
        assert (DOCS / "ingest" / name).is_file(), name

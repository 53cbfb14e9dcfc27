"""What the documentation says of reasons is what submitters read; what it says of models is what a bundle.yaml may hold."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pydantic_core import PydanticUndefined

from adapters.ocr.bundles import Bundle, Detector, Recogniser, parse_bundle
from saegim.unknown_settings import BESIDE, OURS
from schemas.recipes.campaign import Campaign, parse_campaign
from schemas.recipes.campaign_parts import BoardRules, Caps, Consent, Prizes, TakePart
from schemas.recipes.dataset import Dataset, Gates, GroupRules, Readings
from schemas.recipes.recipe import Recipe
from schemas.submission import HELD_SENTENCE, SENTENCES, Reason
from stages.export.plan import REASONS
from workbench.settings import ROOT, Settings

DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(DOCS.rglob("*.md"))]
SETTINGS = {*(f"SAEGIM_{name.upper()}" for name in Settings.model_fields), *BESIDE}
PAGE = (DOCS / "ingest.md").read_text(encoding="utf-8")
RELEASES_PAGE = (DOCS / "releases.md").read_text(encoding="utf-8")
CAMPAIGNS_PAGE = (DOCS / "campaigns.md").read_text(encoding="utf-8")
MODELS_PAGE = (DOCS / "adding-an-ocr-model.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_is_explained(reason: Reason) -> None:
    line = next(line for line in PAGE.splitlines() if line.startswith(f"| `{reason}` |"))
    assert all(sentence in line for sentence in SENTENCES[reason])


def test_what_submitters_of_held_pictures_read_is_there() -> None:
    assert len(HELD_SENTENCE) == 2
    assert all(sentence in PAGE for sentence in HELD_SENTENCE)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_its_settings_exist(page: Path) -> None:
    # `SAEGIM_LABEL_STUDIO_USER` is one; `SAEGIM_BUCKET_…`, with something left out, is the beginning of one.
    named = set(re.findall(r"\bSAEGIM_[A-Z0-9_]+(?:…)?", page.read_text(encoding="utf-8")))
    assert not {name for name in named if name not in SETTINGS and not name.startswith(OURS) and not any(
        name.endswith("…") and known.startswith(name[:-1]) for known in SETTINGS)}


def test_a_page_names_many_settings_and_pictures() -> None:
    assert len(set(re.findall(r"`(SAEGIM_[A-Z0-9_]+)`", PAGE))) >= 10
    shown = set(re.findall(r"!\[[^\]]+\]\(ingest/(\w+\.jpg)\)", PAGE))
    assert shown == {path.name for path in (DOCS / "ingest").iterdir()}


@pytest.mark.parametrize(("reason", "sentence"), REASONS.items())
def test_every_reason_for_leaving_out_is_explained(reason: str, sentence: str) -> None:
    assert f"| `{reason}` | {sentence} |" in RELEASES_PAGE


def test_every_key_of_a_dataset_recipe_is_explained() -> None:
    for section, model in (("", Dataset), ("readings.", Readings), ("groups.", GroupRules), ("gates.", Gates)):
        for key, field in model.model_fields.items():
            if not (isinstance(field.annotation, type) and issubclass(field.annotation, Recipe)):
                assert f"`{section}{key}`" in RELEASES_PAGE, key


def test_every_key_of_a_campaign_is_explained_with_its_default() -> None:
    rows = {key: line.split(" | ") for line in CAMPAIGNS_PAGE.splitlines() if line.startswith("| `")
            for key in line.split(" | ")[0].split("`")[1::2]}
    parts: dict[str, type[Recipe]] = {"prizes": Prizes, "caps": Caps, "board": BoardRules, "take_part": TakePart,
                                      "consent": Consent}
    fields = {name: field for name, field in Campaign.model_fields.items() if name not in parts}
    fields |= {f"{part}.{name}": field for part, model in parts.items() for name, field in model.model_fields.items()}
    assert rows.keys() >= fields.keys()
    for key, field in fields.items():
        told = rows[key][2]
        if field.is_required():
            assert told == "must be there", key
        elif field.default not in (None, "", (), PydanticUndefined):
            assert told == f"`{field.default}`", key


def test_the_campaign_of_the_page_is_one() -> None:
    campaign = parse_campaign(CAMPAIGNS_PAGE.split("```yaml\n")[1].split("```")[0], "spring-2025.yaml")
    prizes = campaign.prizes
    assert (campaign.name, campaign.bonus["vertical"].points, prizes.top, prizes.drawn) == ("spring-2025", 5, 3, 2)
    assert prizes.public_value and campaign.consent


def test_the_bundle_of_the_page_is_one() -> None:
    bundle = parse_bundle(MODELS_PAGE.split("```yaml\n")[1].split("```")[0], "adding-an-ocr-model.md")
    assert bundle.label == "our-engine@1"
    # Its values are said to be the defaults.
    assert bundle.detector == Detector(architecture="dbnet", file="det.onnx")
    assert bundle.recognisers == [Recogniser(architecture="ctc", name="our-reader", file="rec.onnx", charset="charset.txt",
                                             scripts=["hangul", "latin", "digits"])]


@pytest.mark.parametrize("kind", [Bundle, Detector, Recogniser])
def test_every_field_of_a_bundle_is_explained(kind: type[Recipe]) -> None:
    rows = [line.split("|")[1] for line in MODELS_PAGE.splitlines() if line.startswith("| `")]
    explained = {word for first in rows for word in first.split("`")[1::2]}
    assert set(kind.model_fields) <= explained

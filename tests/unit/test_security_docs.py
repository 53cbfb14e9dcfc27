"""docs/security.md names tests that there are, every secret, every component's key, and what is set of Label Studio."""

from __future__ import annotations

import re
from typing import get_args

import pytest
from pydantic import SecretStr

from apps.stack.label_studio import hardened
from workbench.policies import RULES, Component, ObjectAct, policy_of
from workbench.settings import ROOT, Settings

PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
TABLE = PAGE.split("## Keys of the object storage")[1].split("## A public deployment")[0]
VERBS = {ObjectAct.GET: "reads", ObjectAct.PUT: "writes", ObjectAct.DELETE: "deletes"}


def test_what_shows_it_is_there() -> None:
    named = set(re.findall(r"`((?:tests|apps)/[\w/]+\.py)`", PAGE))
    assert len(named) > 12
    assert not {name for name in named if not (ROOT / name).is_file()}


def test_every_secret_is_told_of() -> None:
    secrets = {field.validation_alias or f"SAEGIM_{name.upper()}" for name, field in Settings.model_fields.items()
               if SecretStr in (field.annotation, *get_args(field.annotation))} - {"SAEGIM_LABEL_STUDIO_PASSWORD"}
    assert len(secrets) > 6
    assert not {name for name in secrets if f"`{name}`" not in PAGE}


@pytest.mark.parametrize("component", Component)
def test_the_table_says_what_the_policies_say(component: Component) -> None:
    [line] = [line for line in TABLE.splitlines() if line.startswith("|") and f"`{component}`" in line.split("|")[1]]
    for bucket, cell in zip(("raw", "images", "datasets", "models", "demo"), line.split("|")[2:], strict=False):
        acts = set(RULES[component].get(bucket, ()))
        said = cell if "as ingest" not in cell else "reads, deletes"
        assert {act for act, verb in VERBS.items() if verb in said} == acts - {ObjectAct.LIST}, bucket


@pytest.mark.parametrize("component", Component)
def test_a_policy_names_your_buckets_and_no_other(component: Component) -> None:
    settings = Settings(_env_file=None, bucket_raw="ours-raw", bucket_images="ours-images", bucket_datasets="ours-datasets",
                        bucket_models="ours-models", bucket_demo="ours-demo")
    statements = policy_of(component, settings)["Statement"]
    assert isinstance(statements, list) and statements
    assert all(item["Resource"].startswith("arn:aws:s3:::ours-") for item in statements)
    assert not any("*" in act or act == "s3:PutBucketPolicy" for item in statements for act in item["Action"])


def test_what_label_studio_is_started_with_is_told() -> None:
    told = PAGE.split("## Label Studio")[1]
    kept = {"AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE", "BOTO_CONFIG", "AWS_EC2_METADATA_DISABLED",
            "GOOGLE_APPLICATION_CREDENTIALS"}
    assert not {name for name in hardened("https://label.example.com").keys() - kept if name not in told}
    assert "SESSION_COOKIE_SECURE" not in hardened("http://127.0.0.1:8080")

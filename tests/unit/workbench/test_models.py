"""Which model reads where files cannot be had: the one that stands in, and never a circle of them."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml

from adapters.ocr.bundles import load_bundle
from schemas.errors import ModelUnavailable, SettingError
from tests.places import ROOT
from workbench import models
from workbench.bench import Workbench


class NoObjects:
    """A bucket of models that is empty."""

    def pages(self, _bucket: str) -> list[Any]:
        return []


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workbench:
    """Recipes a, b and c, whose files cannot be had but those of c; a and b name each other."""
    values = yaml.safe_load((ROOT / "recipes" / "models" / "ppocr-v6-small.yaml").read_text(encoding="utf-8"))
    for name, otherwise in (("a", "b"), ("b", "a"), ("alone", None), ("c", None), ("to-c", "c")):
        text = yaml.safe_dump(values | {"name": name, "otherwise": otherwise})
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")

    def bring_files(_bench: Workbench, bundle: Any, _tell: Any) -> Path:
        if bundle.name == "c":
            return tmp_path
        raise ModelUnavailable(f"Model {bundle.label}: no network.")

    monkeypatch.setattr(models, "RECIPES", tmp_path)
    monkeypatch.setattr(models, "pushed_bundles", lambda _bench: [])
    monkeypatch.setattr(models, "_pushed_bundle", lambda *_what: None)
    monkeypatch.setattr(models, "bring_files", bring_files)
    bench: Any = SimpleNamespace(objects=NoObjects(), settings=SimpleNamespace(bucket_models="models"))
    return bench  # type: ignore[no-any-return]


def test_another_model_stands_in_and_it_is_said(bench: Workbench) -> None:
    said: list[str] = []
    found = models.obtain(bench, "to-c", said.append)
    assert found.bundle.name == "c"
    assert said == list(found.notes) and "cannot be had, so c@" in said[0]


def test_nothing_stands_in_for_a_model_that_names_nothing(bench: Workbench) -> None:
    with pytest.raises(ModelUnavailable, match=r"Model alone@.*no network"):
        models.obtain(bench, "alone", lambda _line: None)


def test_two_models_that_name_each_other_are_no_circle(bench: Workbench) -> None:
    with pytest.raises(ModelUnavailable, match=r"None of a@\S+, b@\S+ can be had, and each names another of them in `otherwise`"):
        models.obtain(bench, "a", lambda _line: None)


def test_an_unknown_model_is_told_with_the_nearest(bench: Workbench) -> None:
    with pytest.raises(SettingError, match=r"There is no model 'alon'.*did you mean alone"):
        models.find_bundle(bench, "alon")


def test_no_recipe_that_ships_is_in_a_circle() -> None:
    recipes = {path.stem: load_bundle(path) for path in (ROOT / "recipes" / "models").glob("*.yaml")}
    for name in recipes:
        seen = [name]
        while (after := recipes[seen[-1]].otherwise) is not None:
            assert after not in seen
            seen.append(after)

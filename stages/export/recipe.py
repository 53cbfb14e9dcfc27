"""A dataset recipe: which readings make a release, and how they are split."""

from __future__ import annotations

from pydantic import Field, field_validator

from schemas.reading import Unit
from schemas.recipe import Recipe, parse_recipe


class Dataset(Recipe):
    """A file of recipes/datasets/.

    Attributes:
        name: of its releases: ``name@1``.
        description: what engineers read.
        licence: of the images and labels.
        annotation_config: whose accepted readings are taken.
        unit: what one region of a release is.
        splits: share of each split; they add up to 1.
        salt: decides which cluster falls into which split. Changing it moves only clusters that no release has.
    """

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    description: str
    licence: str
    annotation_config: str
    unit: Unit
    splits: dict[str, float]
    salt: str

    @field_validator("splits")
    @classmethod
    def _add_up(cls, splits: dict[str, float]) -> dict[str, float]:
        if abs(sum(splits.values()) - 1) > 1e-9 or min(splits.values(), default=0) < 0:
            raise ValueError(f"shares add up to {sum(splits.values()):g}, expected 1")
        if any(not name.isidentifier() for name in splits):
            raise ValueError("a split's name has letters, digits and underscores only")
        return splits


def parse_dataset(text: str, where: str) -> Dataset:
    """Reads a dataset recipe's YAML; raises SettingError with the wrong line."""
    return parse_recipe(Dataset, text, where)

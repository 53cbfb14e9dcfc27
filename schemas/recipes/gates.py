"""A file of gates: what a new model has to hold before the engine team takes it."""

from __future__ import annotations

from pydantic import Field, model_validator

from schemas.recipes.recipe import Recipe, parse_recipe

EVERY = "every"
"""Stands for every slice that is large enough to tell."""


class ModelGate(Recipe):
    """One condition.

    Attributes:
        slice: name of a slice such as ``vertical``, ``all`` for all regions, or ``every`` for each that is large enough to tell.
        figure: its key, such as ``cer nospace`` or ``hmean``.
        worse_by: the second model may be worse than the first by so much, in the figure's own unit, before it is stopped.
        least: the second model's figure is at least this.
        most: it is at most this.
    """

    slice: str = EVERY
    figure: str = "cer nospace"
    worse_by: float | None = Field(None, ge=0)
    least: float | None = None
    most: float | None = None

    @model_validator(mode="after")
    def _asks_for_something(self) -> ModelGate:
        if self.worse_by is None and self.least is None and self.most is None:
            raise ValueError("a gate asks for worse_by, least or most")
        return self


class ModelGates(Recipe):
    """All gates of a file; each of them has to let the model through."""

    gates: list[ModelGate] = Field(min_length=1)


def parse_model_gates(text: str, where: str) -> ModelGates:
    """Reads a file of gates; raises SettingError with the wrong line."""
    return parse_recipe(ModelGates, text, where)

"""imagededup's hash methods, unchanged, without its neural network.

Importing the package imports torchvision, half a gigabyte that its hashes never call, and whose operators do not load
beside a CPU build of torch ("operator torchvision::nms does not exist"). Empty modules stand in for the three that want
torch, torchvision or matplotlib.
"""

from __future__ import annotations

import importlib
import sys
import types
from typing import Any

UNUSED = {"imagededup.methods.cnn": "CNN", "imagededup.utils.models": "CustomModel",
          "imagededup.utils.plotter": "plot_duplicates"}
"""Module → the name that the package imports from it."""


def imagededup_hashes() -> list[Any]:
    """The classes PHash, DHash, AHash and WHash."""
    for module, name in UNUSED.items():
        empty = types.ModuleType(module)
        setattr(empty, name, None)
        sys.modules.setdefault(module, empty)
    methods = importlib.import_module("imagededup.methods")
    return [methods.PHash, methods.DHash, methods.AHash, methods.WHash]

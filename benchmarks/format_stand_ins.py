"""Reading code that is not ours, without what its packages import besides: libraries that train, augment and show.

PaddleOCR's data sets import paddle, albumentations and scikit-image, half a gigabyte of which reading calls nothing but the base
class of a data set; docTR's and Ultralytics' want a torchvision that fits the build of torch, and reading calls nothing of it but
``to_tensor``. Objects without behaviour stand in for them. What reads files and labels runs as it was published.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import importlib.util
import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any
from unittest.mock import MagicMock

ABSENT = {"paddle": "2.6.2", "albumentations": "1.4.10", "skimage": "0.25.2", "torchvision": "0.28.0", "h5py": "3.14.0",
          "validators": "0.35.0", "langdetect": "1.0.9"}
"""Top names of what stand-ins are made of, with versions that the packages compare without complaint."""


def paddleocr(module: str) -> ModuleType:
    """A module of PaddleOCR's training code, such as ``ppocr.data``, as its wheel has it."""
    return _of_wheel("paddleocr", module)


def openocr(module: str) -> ModuleType:
    """A module of OpenOCR's training code, such as ``tools.data.lmdb_dataset``, as its wheel has it."""
    return _of_wheel("openocr", module)


def with_stand_ins(module: str) -> ModuleType:
    """A module whose package imports what is absent."""
    _stand_in()
    return importlib.import_module(module)


def _of_wheel(package: str, module: str) -> ModuleType:
    _stand_in()
    spec = importlib.util.find_spec(package)
    assert spec is not None and spec.submodule_search_locations
    sys.path.insert(0, str(Path(spec.submodule_search_locations[0])))  # the wheel's modules import each other from here
    return importlib.import_module(module)


def _stand_in() -> None:
    if any(isinstance(finder, _Absent) for finder in sys.meta_path):
        return
    sys.meta_path.append(_Absent())
    version = importlib.metadata.version
    importlib.metadata.version = lambda distribution_name: ABSENT.get(distribution_name) or version(distribution_name)


class _Absent(MetaPathFinder, Loader):
    def find_spec(self, fullname: str, _path: Sequence[str] | None = None,
                  _target: ModuleType | None = None) -> ModuleSpec | None:
        return ModuleSpec(fullname, self, is_package=True) if fullname.partition(".")[0] in ABSENT else None

    def create_module(self, spec: ModuleSpec) -> Any:
        module = MagicMock(name=spec.name)
        module.__path__ = []
        module.__spec__ = spec
        module.__version__ = ABSENT[spec.name.partition(".")[0]]
        if spec.name == "paddle.io":
            module.Dataset = object
        if spec.name == "torchvision.transforms.functional":
            module.to_tensor = _to_tensor
        return module

    def exec_module(self, module: ModuleType) -> None:
        """Nothing: the stand-in is whole."""


def _to_tensor(picture: Any) -> Any:
    """Torchvision's for a picture of 8-bit channels: [channels, height, width], 0 to 1."""
    numpy: Any = importlib.import_module("numpy")
    torch: Any = importlib.import_module("torch")
    return torch.from_numpy(numpy.asarray(picture).copy()).permute(2, 0, 1).float() / 255

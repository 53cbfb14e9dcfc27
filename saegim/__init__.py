"""Saegim's client: list, pull and load dataset releases. Imports nothing of the workbench.

Example:
    >>> import saegim
    >>> release = saegim.load("scene-text@1", split="train")  # doctest: +SKIP
    >>> for image, row in release.images(): ...  # doctest: +SKIP
"""

from importlib.metadata import version

from saegim.load import load
from saegim.pull import pull
from saegim.release import Release
from saegim.releases import Releases

__version__ = version("saegim")
__all__ = ["Release", "Releases", "__version__", "load", "pull"]

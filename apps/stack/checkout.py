"""Where a run of a deployment works: in the checkout of the worker that took it, wherever that lies."""

from __future__ import annotations

import os

from workbench.settings import ROOT


def enter_checkout() -> dict[str, str]:
    """Prefect's pull step of all deployments. The server keeps its name alone, no path of the machine that deployed.

    Returns:
        The folder, as Prefect wants it of a step.
    """
    os.chdir(ROOT)
    return {"directory": str(ROOT)}

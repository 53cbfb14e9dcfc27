"""Whether a service answers: ``python -m apps.stack.answers http://127.0.0.1:8500/health``, the health check of containers."""

from __future__ import annotations

import sys
import urllib.error
import urllib.request

SECONDS = 8
"""A container's health check has ten."""


def answers(address: str) -> bool:
    """Whether an address gives any answer but an error of the server's own."""
    try:
        with urllib.request.urlopen(address, timeout=SECONDS) as answer:  # noqa: S310  the address is an argument of ours
            return bool(answer.status < 500)
    except urllib.error.HTTPError as error:
        return error.code < 500
    except OSError:
        return False


if __name__ == "__main__":
    sys.exit(not answers(sys.argv[1]))

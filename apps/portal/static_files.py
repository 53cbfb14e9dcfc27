"""Scripts, styles and pictures of the pages: addresses with their version are kept by browsers for a year."""

from __future__ import annotations

import hashlib
from pathlib import Path

from fastapi.staticfiles import StaticFiles
from starlette.responses import Response
from starlette.types import Scope

FOLDER = Path(__file__).parent / "static"
YEAR = 31_536_000


def version() -> str:
    """Of all static files together: the beginning of a digest of their names and contents."""
    digest = hashlib.sha256()
    for path in sorted(path for path in FOLDER.rglob("*") if path.is_file()):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:10]


class KeptFiles(StaticFiles):
    """The static files; one that is asked for by another version, or none, is asked for again each time."""

    def __init__(self, version: str) -> None:
        super().__init__(directory=FOLDER)
        self.version = version

    async def get_response(self, path: str, scope: Scope) -> Response:
        """One file."""
        answer = await super().get_response(path, scope)
        current = scope.get("query_string", b"") == f"v={self.version}".encode()
        answer.headers["Cache-Control"] = f"public, max-age={YEAR}, immutable" if current else "no-cache"
        return answer

"""What a decoder does with photographs of the demo page: as ingest decodes submissions, beside each other in another bucket."""

from __future__ import annotations

from collections.abc import Sequence

from schemas.submission import RawObject
from workbench.ingest.worker import Decoded, Tools, decode_fetched, limits_of
from workbench.settings import Settings

MOST_BYTES = 25_000_000
"""Of a photograph on the demo page: three times those of the largest that today's phones make without being asked to."""
MOST_PIXELS = 50_000_000
"""Of a photograph on the demo page: what the sensors of today's phones have. It costs the reader 150 MB."""


def trial_settings(settings: Settings) -> Settings:
    """The limits of a photograph on the demo page, which are narrower: anybody may send one."""
    return settings.model_copy(update={"max_bytes": min(settings.max_bytes, MOST_BYTES),
                                       "max_pixels": min(settings.max_pixels, MOST_PIXELS)})


def decode_trials(tools: Tools, objects: Sequence[RawObject]) -> list[Decoded]:
    """Decodes photographs of the demo page; their canonical copies go beside them.

    Raises:
        ServiceUnavailable: object storage takes no copies.
    """
    found = []
    for item in tools.store.get_raw(objects):
        one, picture = decode_fetched(item, tools.settings.decode_cpu_seconds, limits_of(tools.settings))
        if picture:
            tools.store.put(tools.settings.bucket_demo, seen_key(item.raw.key), picture.data, picture.image.media_type)
        found.append(one)
    return found


def seen_key(sent_key: str) -> str:
    """Key of the canonical copy of what lies at a trial's key."""
    return f"{sent_key.rpartition('/')[0]}/seen"

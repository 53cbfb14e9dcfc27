"""What browsers may do with the buckets from pages of other addresses (CORS)."""

from __future__ import annotations

from typing import Any

READING: Any = {"AllowedMethods": ["GET", "HEAD"], "AllowedOrigins": ["*"], "AllowedHeaders": ["*"],
                "ExposeHeaders": ["ETag", "Content-Length"], "MaxAgeSeconds": 3600}
"""What Label Studio's page needs to read a presigned picture into a canvas."""


def cors(origin: str = "") -> Any:
    """The rules of one bucket.

    Args:
        origin: of the web site whose pages may post objects, such as ``https://photographs.example.com``; none where empty.
    """
    posting = [
        {"AllowedMethods": ["POST"], "AllowedOrigins": [origin], "AllowedHeaders": ["content-type"], "MaxAgeSeconds": 3600}]
    return {"CORSRules": [READING, *(posting if origin else ())]}

"""Errors of the storage libraries as ours: which service, where, and what to do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from saegim.store_errors import BUSY, said_by, status_of
from schemas.errors import ObjectMissing, ObjectUnreadable, SaegimError, ServiceFailed, ServiceUnavailable, SettingError

SERVICE = "Object storage"
SETTING = "SAEGIM_S3_ENDPOINT"
NO_BUCKET = "NoSuchBucket"
"""S3's error code for a bucket that there is not."""
ARCHIVED = "InvalidObjectState"
"""S3's error code for an object in cold storage that was not restored."""
NO_KEY = ("169.254.169.254", "Unable to locate credentials")
"""What obstore and boto3 say that found no key: the address is where AWS's own machines get theirs."""


def of_boto(address: str, response: Mapping[str, Any], error: Exception) -> SaegimError:
    """What an answer means that boto3 raised.

    Args:
        address: of the service.
        response: the answer, as boto3 has it.
        error: that it raised.
    """
    answer = response.get("ResponseMetadata", {})
    status = answer.get("HTTPStatusCode", 0)
    said = first_line(error)
    if NO_BUCKET in said:
        return _no_bucket(address, said)
    if status == 404:
        return ObjectMissing(f"not in the object store: {said}")
    if status in (401, 403):
        return refused(address, error)
    asked = str(answer.get("HTTPHeaders", {}).get("retry-after", ""))
    return _by_status(address, status, said, float(asked) if asked.isdecimal() else None)


def of_obstore(address: str, error: Exception) -> SaegimError:
    """What an error of obstore means, or one of boto3 that is no answer.

    Args:
        address: of the service.
        error: that was raised.
    """
    text = str(error)
    said = said_by(error)
    if NO_BUCKET in text:
        return _no_bucket(address, said)
    if any(word in text for word in NO_KEY):
        return SettingError(f"There is no key for object storage at {address}: set SAEGIM_S3_ACCESS_KEY and "
                            f"SAEGIM_S3_SECRET_KEY, or a profile for AWS ({said})")
    if "region" in said:
        return SettingError(f"Object storage at {address} has the bucket in another region: set SAEGIM_S3_REGION ({said})")
    if "TLS" in said or "SSL" in said:
        return SettingError(f"Object storage at {address} cannot be trusted: {said}. Mend SAEGIM_S3_ENDPOINT or the certificate")
    return _by_status(address, status_of(error), said, None)


def refused(address: str, error: Exception) -> SaegimError:
    """What it means that a key may not do something, or that an object is archived."""
    if ARCHIVED in str(error):  # the body of the answer is on the second line
        return ObjectUnreadable("it is archived (InvalidObjectState): restore it in the object store, then: saegim ingest retry")
    return SettingError(f"Object storage at {address} refuses the key (SAEGIM_S3_ACCESS_KEY, SAEGIM_S3_SECRET_KEY): "
                        f"{first_line(error)}")


def first_line(error: Exception) -> str:
    """At most 300 letters of what an error says; the name of its class where it says nothing."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:300]


def _by_status(address: str, status: int, said: str, after: float | None) -> SaegimError:
    if status in BUSY:
        return ServiceUnavailable(SERVICE, address, said, SETTING, busy=True, after=after)
    if status >= 500:
        return ServiceFailed(SERVICE, address, said)
    if status:
        return SaegimError(f"Object storage at {address} does not do what was asked for: {said}")
    return ServiceUnavailable(SERVICE, address, said, SETTING)


def _no_bucket(address: str, said: str) -> SaegimError:
    return SettingError(f"Object storage at {address} has no such bucket ({said}): make it, or set the SAEGIM_BUCKET_… of "
                        "it to one that there is (`saegim up` makes those of the local stack)")

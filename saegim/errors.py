"""Every exception that the client raises on purpose.

ClientError
├── SettingMissing        a setting that the call needs is not there or is wrong
├── StorageUnavailable    the object store does not answer
├── ReleaseNotFound       no such dataset or release
└── ReleaseDamaged        a file is missing or has another sha256 than the manifest states
"""


class ClientError(Exception):
    """Root of all. Its message names the thing, what was expected, and the repair."""


class SettingMissing(ClientError):
    """A setting that the call needs is not there or is wrong."""


class StorageUnavailable(ClientError):
    """The object store does not answer."""


class ReleaseNotFound(ClientError):
    """No such dataset or release."""


class ReleaseDamaged(ClientError):
    """A file is missing or has another sha256 than the manifest states."""

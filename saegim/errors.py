"""Every exception that the client raises on purpose.

ClientError
├── SettingMissing        a setting or a package that the call needs is not there or is wrong
├── StorageUnavailable    the object store does not answer
├── ReleaseNotFound       no such dataset, release or split
├── ReleaseDamaged        a file is missing or has another sha256 than the manifest states
├── FolderRefused         the folder cannot take it: disk full, no permission, something else is there
└── ConditionWrong        a ``where`` that is not understood
"""


class ClientError(Exception):
    """Root of all. Its message names the thing, what was expected, and the repair."""


class SettingMissing(ClientError):
    """A setting or a package that the call needs is not there or is wrong."""


class StorageUnavailable(ClientError):
    """The object store does not answer."""


class ReleaseNotFound(ClientError):
    """No such dataset, release or split."""


class ReleaseDamaged(ClientError):
    """A file is missing or has another sha256 than the manifest states."""


class FolderRefused(ClientError):
    """The folder cannot take it: disk full, no permission, or something else is there."""


class ConditionWrong(ClientError):
    """A ``where`` that is not understood. Its message shows the place and what can stand there."""

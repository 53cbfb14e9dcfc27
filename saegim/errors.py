"""Every exception that the client raises on purpose.

ClientError
├── SettingMissing        a setting or a package that the call needs is not there or is wrong
├── StorageUnavailable    the object store does not answer
│   └── StorageBusy       it asks to slow down
├── ReleaseNotFound       no such dataset, release or split
├── ReleaseDamaged        a file is missing or has another sha256 than the manifest states
├── FolderRefused         the folder cannot take it: disk full, no permission, something else is there
├── ConditionWrong        a ``where`` that is not understood
└── FormatWrong           files of another format than was said, or so broken that nothing of them can be read
"""


class ClientError(Exception):
    """Root of all. Its message names the thing, what was expected, and the repair."""


class SettingMissing(ClientError):
    """A setting, a name or a package that the call needs is not there or is wrong."""


class StorageUnavailable(ClientError):
    """The object store does not answer, or not with what was asked for. saegim/patience.py waits for it.

    Attributes:
        who: the store, and where, as people know it.
        busy: it answered and asks to come back later.
        after: seconds that it asks for; obstore does not say.
        worth: seconds after which it is taken to stay; 0 where it answered something else.
    """

    after: float | None = None

    busy: bool = False

    def __init__(self, message: str, who: str = "", worth: float = 0.0) -> None:
        self.who = who
        self.worth = worth
        super().__init__(message, who, worth)

    def __str__(self) -> str:
        return str(self.args[0])


class StorageBusy(StorageUnavailable):
    """The object store asks to slow down."""

    busy = True


class ReleaseNotFound(ClientError):
    """No such dataset, release or split."""


class ReleaseDamaged(ClientError):
    """A file is missing or has another sha256 than the manifest states."""


class FolderRefused(ClientError):
    """The folder cannot take it: disk full, no permission, or something else is there."""


class ConditionWrong(ClientError):
    """A ``where`` that is not understood. Its message shows the place and what can stand there."""


class FormatWrong(ClientError):
    """Files of another format than was said, or so broken that nothing of them can be read."""


class NothingFound(UserWarning):
    """A ``where`` asks for a text that no image has: it may be misspelt."""

"""Every exception that Saegim raises on purpose.

SaegimError
├── SettingError            a setting, recipe or annotation config is wrong
├── ServiceUnavailable      a service does not answer                       (Transient)
├── ObjectMissing           an object that a row or a manifest names is not there
├── ObjectUnreadable        one object cannot be read, though its store answers
├── LeaseLost               another worker has taken this work over
├── ModelUnavailable        a model's files are missing or have another digest
├── UnitMismatch            readings of different units were compared
├── CodecError              a Label Studio result that no annotation config allows
├── ProjectGone             somebody deleted a Label Studio project that the ledger knows
├── NoSuchSubmission        a name fits no submission, or several
├── NotToBeSplit            a submission has exactly the picture of another one
├── PublishConflict         somebody else published this release number first
├── GateFailed              something in a release forbids to publish it
└── TooManyFailures         more than 1 % of a batch failed in ways nobody foresaw

Bad input is not here: it is data (`Rejection`). Whether to try again is decided by `Transient` alone.
"""


class SaegimError(Exception):
    """Root of all. Its message names the thing, what was expected, and the repair."""


class Transient:
    """Mark of an error that may pass by itself: the only thing that decides retries."""


class SettingError(SaegimError):
    """A setting, recipe or annotation config is wrong; the message has its name, its value and what was expected."""


class ServiceUnavailable(SaegimError, Transient):
    """A service does not answer.

    Args:
        service: its name as people know it, such as ``Label Studio``.
        address: where it was looked for.
        detail: what the attempt said.
        repair: the command that starts it.
    """

    def __init__(self, service: str, address: str, detail: str = "", repair: str = "saegim up") -> None:
        self.service, self.address, self.detail, self.repair = service, address, detail, repair
        super().__init__(service, address, detail, repair)

    def __str__(self) -> str:
        detail = f" ({self.detail})" if self.detail else ""
        return f"{self.service} does not answer at {self.address}{detail}. Start it with: {self.repair}"


class ObjectMissing(SaegimError):
    """An object that a row or a manifest names is not in the object store."""


class ObjectUnreadable(SaegimError):
    """One object cannot be read, though its store answers: it is archived."""


class LeaseLost(SaegimError):
    """Another worker has taken this work over; nothing of ours was written."""


class ModelUnavailable(SaegimError):
    """A model's files are missing or have another digest than the recipe states."""


class UnitMismatch(SaegimError):
    """Readings of different units (word, line, character) were compared without asking for it."""


class CodecError(SaegimError):
    """A Label Studio result that the annotation config does not allow."""


class ProjectGone(SaegimError):
    """Somebody deleted a Label Studio project that the ledger knows; nothing more comes of it."""


class NoSuchSubmission(SaegimError):
    """A name fits no submission, or several; the message says which."""


class NotToBeSplit(SaegimError):
    """A submission has exactly the picture of another one: it cannot be a picture of its own."""


class PublishConflict(SaegimError):
    """Somebody else published this release number first; export again to get the next one."""


class GateFailed(SaegimError):
    """Something in a release forbids to publish it; the message has a line for each thing, with its repair.

    Args:
        message: for people.
        rows: the same as a table: each row's values by heading.
    """

    def __init__(self, message: str, rows: list[dict[str, str]]) -> None:
        self.rows = rows
        super().__init__(message, rows)

    def __str__(self) -> str:
        return str(self.args[0])


class TooManyFailures(SaegimError):
    """More than 1 % of a batch failed in ways nobody foresaw: the run stops before it harms more."""

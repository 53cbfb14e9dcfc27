"""Every exception that Saegim raises on purpose.

SaegimError
├── SettingError            a setting, recipe or annotation config is wrong
│   └── WrongRecipe         what people wrote in YAML departs from its model (schemas.recipes.recipe)
├── ServiceUnavailable      a service does not answer, or is too busy       (Transient)
├── ServiceFailed           a service answers that it failed                (Transient)
├── LedgerBusy              another process holds the ledger                (Transient)
├── DiskFull                nothing more can be written
├── ObjectMissing           an object that a row or a manifest names is not there
├── ObjectUnreadable        one object cannot be read, though its store answers
├── LeaseLost               another worker has taken this work over
├── ModelUnavailable        a model's files are missing or have another digest
├── UnitMismatch            readings of different units were compared
├── PredictionsWrong        a file of predictions is none, or contradicts itself
├── CodecError              a Label Studio result that no annotation config allows
├── NoSuchSubmission        a name fits no submission, or several
├── NoSuchImage             an id fits no image, or several
├── NoSuchThing             what is to be traced is nothing that is known, or several things
├── NotToBeDecided          what a manager said of submissions makes no sense
│   └── DecidedMeanwhile    somebody else said something of it after its speaker had looked
├── AccountRefused          an account of the portal that cannot be made or changed so
├── PublishConflict         somebody else published this release number first
├── GateFailed              something in a release forbids to publish it
└── TooManyFailures         more than 1 % of a batch failed in ways nobody foresaw

Bad input is not here: it is data (`Rejection`). Whether to try again is decided by `Transient` alone.
"""


class SaegimError(Exception):
    """Root of all. Its message names the thing, what was expected, and the repair."""


class Transient:
    """Mark of an error that may pass by itself: the only thing that decides retries (saegim/patience.py waits for it).

    Attributes:
        who: the service that has to get well, and where, as people know it.
        busy: it answered and asks to come back later, so that somebody is there.
        after: seconds that it asks for; None where it does not say.
        worth: seconds after which it is taken to stay.
    """

    who: str = ""
    busy: bool = False
    after: float | None = None
    worth: float = 300.0


class SettingError(SaegimError):
    """A setting, recipe or annotation config is wrong; the message has its name, its value and what was expected."""


class ServiceUnavailable(SaegimError, Transient):
    """A service does not answer, or answers that it has too much to do.

    Args:
        service: its name as people know it, such as ``Label Studio``.
        address: where it was looked for.
        detail: what the attempt said.
        setting: name of the setting that says where it is.
        busy: it is there, and asks to come back later.
        after: seconds that it asks for.
    """

    def __init__(self, service: str, address: str, detail: str = "", setting: str = "", busy: bool = False,
                 after: float | None = None) -> None:
        self.service = service
        self.address = address
        self.detail = detail
        self.setting = setting
        self.busy = busy
        self.after = after
        self.who = f"{service} at {address}"
        super().__init__(service, address, detail, setting, busy, after)

    def __str__(self) -> str:
        detail = f" ({self.detail})" if self.detail else ""
        if self.busy:
            return f"{self.who} has too much to do{detail}. Run the same again later: it goes on where it was"
        mend = f", or set {self.setting} to where it is" if self.setting else ""
        return f"{self.service} does not answer at {self.address}{detail}. Start it with: saegim up{mend}"


class ServiceFailed(SaegimError, Transient):
    """A service answers that it failed (500): it is there, and its own log says why."""

    worth = 15.0

    def __init__(self, service: str, address: str, detail: str) -> None:
        self.service = service
        self.address = address
        self.detail = detail
        self.who = f"{service} at {address}"
        super().__init__(service, address, detail)

    def __str__(self) -> str:
        return (f"{self.service} at {self.address} fails ({self.detail}). Its log says why (saegim status; "
                ".saegim/stack/logs); then run the same again")


class LedgerBusy(SaegimError, Transient):
    """Another process holds the ledger for longer than a transaction may take.

    Args:
        message: for people.
        who: the ledger, and where.
    """

    def __init__(self, message: str, who: str) -> None:
        self.who = who
        super().__init__(message, who)

    def __str__(self) -> str:
        return str(self.args[0])


class DiskFull(SaegimError):
    """Nothing more can be written; the message names the folder and what is free."""


class ObjectMissing(SaegimError):
    """An object that a row or a manifest names is not in the object store."""


class ObjectUnreadable(SaegimError):
    """One object cannot be read, though its store answers: it is archived."""


class LedgerDamaged(SaegimError):
    """SQLite finds the ledger's file damaged."""


class LeaseLost(SaegimError):
    """Another worker has taken this work over; nothing of ours was written."""


class ModelUnavailable(SaegimError):
    """A model's files are missing or have another digest than the recipe states."""


class UnitMismatch(SaegimError):
    """Readings of different units (word, line, character) were compared without asking for it."""


class PredictionsWrong(SaegimError):
    """A file of predictions does not parse, is of no dialect that is known, or contradicts itself; the message says where."""


class CodecError(SaegimError):
    """A Label Studio result that the annotation config does not allow."""


class NoSuchSubmission(SaegimError):
    """A name fits no submission, or several; the message says which."""


class NoSuchImage(SaegimError):
    """An id, or the beginning of one, fits no image, or several; the message says which."""


class NoSuchThing(SaegimError):
    """What somebody wants to trace is nothing that the ledger knows, or may be several things; the message says which."""


class NotToBeDecided(SaegimError):
    """What a manager said of submissions makes no sense, or nobody is there to be asked; the message says why, and the way."""


class DecidedMeanwhile(NotToBeDecided):
    """Somebody else said something after whoever speaks had looked at it; nothing of it is written."""


class AccountRefused(SaegimError):
    """An account of the portal that cannot be made or changed so; the message says why, and what can be done."""


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

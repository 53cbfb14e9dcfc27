"""What a database's errors mean: which are a setting's, which pass by themselves, and what to do about each."""

from __future__ import annotations

import shutil
from pathlib import Path

from sqlalchemy import URL
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from schemas.errors import DiskFull, LedgerBusy, SaegimError, ServiceUnavailable, SettingError

LEDGER = "The ledger"
SETTING = "SAEGIM_LEDGER_URL"
REFUSED = ("password authentication failed", "no password supplied", "authentication failed", "no pg_hba.conf entry",
           "does not exist", "certificate", "does not support SSL", "invalid connection option", "permission denied for database")
"""In what PostgreSQL says when it lets nobody in, and will not later either."""
NOBODY_STATES = ("28", "3D000")
"""Who it is, or which database, is wrong."""
BUSY_STATES = ("40001", "40P01", "55P03")
"""Two transactions in each other's way: serialization failure, deadlock, lock not available."""
GONE_STATES = ("08", "57P", "53300")
"""The connection broke, the server stops or starts, too many connections."""


def in_words(error: DBAPIError, url: URL) -> SaegimError | None:
    """Our error for a database's; None where it is nothing that a person or time can mend."""
    address = url.set(query={}).render_as_string(hide_password=True)
    said = _without_secrets((str(error.orig).strip().splitlines() or [type(error.orig).__name__])[0], url)[:300]
    if url.get_backend_name() == "sqlite":
        return _of_sqlite(said, address, Path(url.database or ""))
    return _of_postgresql(error, str(getattr(error.orig, "sqlstate", None) or ""), said, address)


def _without_secrets(said: str, url: URL) -> str:
    """What a driver says, without the password and without the options that it quotes."""
    values = [url.password, *(item for value in url.query.values() for item in ([value] if isinstance(value, str) else value))]
    for value in filter(None, values):
        said = said.replace(str(value), "***")
    return said


def _of_sqlite(said: str, address: str, file: Path) -> SaegimError | None:
    if "is locked" in said:
        return LedgerBusy(f"{LEDGER} at {address} is held by another process for longer than a minute ({said}). Wait until that "
                          f"is done, or look which one it is: fuser {file}", f"{LEDGER} at {address}")
    if "disk is full" in said:
        return DiskFull(f"{LEDGER} cannot be written: the disk of {file.parent} is full ({_free(file.parent)}). Make room there, "
                        "then run the same again: nothing was half written")
    if "readonly" in said or "read-only" in said:
        return SettingError(f"{LEDGER} at {address} may not be written ({said}): file and folder must belong to who runs this; "
                            f"see: ls -la {file.parent}")
    if "unable to open" in said:
        return SettingError(f"{LEDGER} at {address} cannot be opened ({said}): expected a file in a folder that may be written; "
                            f"set {SETTING}, or mend the rights of {file.parent}")
    if "no such table" in said:
        return _without_tables(said, address)
    if "disk I/O error" in said:  # a quota ends so too: SQLite calls a disk full only where the system does
        return SaegimError(f"{LEDGER} at {address}: the disk of {file.parent} fails or takes no more ({said}; "
                           f"{_free(file.parent)}). See df -h, the quota and dmesg, then run the same again: nothing was half "
                           "written")
    if "malformed" in said or "not a database" in said:
        return SaegimError(f"{LEDGER} at {address} cannot be read ({said}): the file is damaged or no ledger. Put a backup in "
                           f"its place (saegim restore PLACE --replace-ledger), or set {SETTING} to another one")
    return None


def _of_postgresql(error: DBAPIError, state: str, said: str, address: str) -> SaegimError | None:
    if state == "53100":
        return DiskFull(f"{LEDGER} cannot be written: the disk of the database server at {address} is full ({said}). Make room "
                        "there, then run the same again: nothing was half written")
    if state in BUSY_STATES:
        return LedgerBusy(f"{LEDGER} at {address}: another transaction was in the way ({said}). Run the same again",
                          f"{LEDGER} at {address}")
    if state in ("3F000", "42P01"):
        return _without_tables(said, address)
    if state in ("42501", "25006"):
        return SettingError(f"{LEDGER} at {address} may not be written ({said}): grant the user of {SETTING} the rights on its "
                            "tables, or name another one")
    if state.startswith(NOBODY_STATES) or (not state and any(word in said for word in REFUSED)):
        return SettingError(f"{LEDGER} at {address} lets nobody in ({said}): mend user, password and name of the database in "
                            f"{SETTING}")
    broken = not state and isinstance(error, OperationalError | InterfaceError)
    if state.startswith(GONE_STATES) or error.connection_invalidated or broken:
        return ServiceUnavailable(LEDGER, address, said, SETTING)
    return None


def _without_tables(said: str, address: str) -> SaegimError:
    return SettingError(f"{LEDGER} at {address} has not all of its tables ({said}): somebody removed or replaced it. Bring it "
                        f"up to date with: saegim ledger upgrade, or set {SETTING} to the right one")


def _free(folder: Path) -> str:
    try:
        return f"{shutil.disk_usage(folder).free / 1e6:,.1f} MB free"
    except OSError:
        return "of unknown size"

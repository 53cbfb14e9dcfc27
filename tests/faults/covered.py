"""Where each fault that is worth trying is tried."""

from __future__ import annotations

HARNESS = "harness"

COVERED: tuple[tuple[str, str], ...] = (
    ("kill -9 before and after calls to S3, Label Studio, PostgreSQL and SQLite",
     f"{HARNESS}; at named steps: `tests/services/test_killed_and_run_again.py`, `tests/services/test_labelling.py`"),
    ("SIGTERM, a run that is cancelled", "not in the harness, which has no Prefect; `tests/services/test_zz_stack.py` kills all "
     "processes of a stack"),
    ("out of memory in a decoder; a bomb among the pictures",
     f"{HARNESS} (a decoder is killed); `tests/services/test_killed_and_run_again.py`, `tests/services/test_odd_objects.py`"),
    ("out of memory while a release is merged", f"{HARNESS} (export is killed at its calls)"),
    ("S3: 500, 503 SlowDown, storms, 403 in the middle, RequestTimeTooSkewed, reset, lost answer, 504 after it was done",
     HARNESS),
    ("S3: body cut at byte k, one bit off, stale listing, 412 on commit", HARNESS),
    ("S3: ETag that is no MD5", "no digest is taken from an ETag: it is a version and nothing else (`datastore/raw_objects.py`)"),
    ("raw object replaced or deleted between list and GET", HARNESS),
    ("Label Studio: 504 after the import, 504 and the import later, 401, 413, 429, no answer, half an answer",
     f"{HARNESS}; `tests/services/test_push.py`"),
    ("Label Studio starts anew; its database is an older one", "`tests/services/test_services_that_go_away.py`, "
     "`tests/services/test_rebuilt.py`"),
    ("a task is deleted, a project is deleted, a config is changed under predictions",
     f"{HARNESS} (tasks); `tests/services/test_labelling.py`, `tests/services/test_rebuilt.py`"),
    ("webhooks dropped, doubled, forged", "there are none: annotations are read behind a cursor"),
    ("PostgreSQL: reset in a transaction, lost COMMIT, 40001, 40P01, disk full, too many connections, away for a while",
     f"{HARNESS}; `tests/services/test_services_that_go_away.py`"),
    ("SQLite: database is locked, database or disk is full", HARNESS),
    ("Prefect's server away; late runs", "`tests/services/test_zz_stack.py`, `tests/services/test_two_at_once.py`"),
    ("a worker wakes late, and another one has its work", "`tests/services/test_ledger_on_both.py` (fencing tokens)"),
    ("two runs of a verb at once", f"{HARNESS}; `tests/services/test_two_at_once.py`"),
    ("GPU: execution provider missing, NaN, wrong digest of a model", "`tests/unit/adapters/ocr/test_bundles.py`; out of memory "
     "on a GPU is tried nowhere: there is none here"),
    ("a process that reads or the one with the GPU is killed, an image kills each that reads it",
     "`tests/unit/adapters/ocr/test_reading_pool.py` (on the CPU)"),
    ("a full disk where files are made; in a pull's cache", f"{HARNESS} (a file that cannot grow); "
     "`tests/unit/apps/cli/test_failures.py`, `tests/unit/saegim/test_pull.py`"),
    ("a pull that is interrupted, two at once, a file tampered with", f"{HARNESS}; `tests/services/test_pull.py`, "
     "`tests/unit/saegim/test_locks.py`"),
    ("two publishers of one version", f"{HARNESS} (two exports at once, 412); `tests/services/test_two_at_once.py`"),
    ("a takedown, and those who pulled before", "`tests/unit/saegim/test_pull.py`, `tests/services/test_withdrawal.py`"),
    ("fork() with onnxruntime and obstore loaded", "decoders come from a fork server (`workbench/ingest/decoders.py`); "
     "the harness kills them"),
    ("a bucket of a million objects", "`make bench ONLY=scale`"),
)

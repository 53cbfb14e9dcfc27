"""After how long something is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

VERBS = ("ingest", "prelabel", "label", "collect", "export", "evaluate", "score", "watch")
"""In the order of the data's way; each a line of the morning page."""
LONGEST_WITHOUT: Mapping[str, timedelta] = {
    "ingest": timedelta(hours=1),
    "prelabel": timedelta(hours=1),
    "label": timedelta(hours=1),
    "collect": timedelta(minutes=30),
    "export": timedelta(days=8),
    "score": timedelta(hours=2),
    "watch": timedelta(hours=1),
}
"""Without a completed run, where the verb runs by itself: about six of its intervals in prefect.yaml, and a day for the weekly
one."""
LONGEST_RUN = timedelta(hours=24)
"""A run that is at work stands in for a completed one for so long: 100,000 photographs take hours."""
LONGEST_WAIT: Mapping[str, timedelta] = {
    "ingest": timedelta(hours=2),
    "prelabel": timedelta(hours=12),
    "collect": timedelta(days=14),
}
"""Of what waits for a verb; for ``collect`` a task that waits for people. Longer is wrong where no end of it is in sight."""
IN_SIGHT = timedelta(days=1)
"""What will be done within this has not waited too long, however old it is: a large delivery is no failure."""
PEOPLE_IN_SIGHT = timedelta(days=30)
LATE = timedelta(minutes=30)
"""A planned run that no worker has taken. Longer than a worker is full of other runs."""
STUCK = timedelta(minutes=20)
"""A lease that ran out so long ago: the sweeper comes every ten minutes."""
FREE_BYTES = 2_000_000_000
"""Less free on a disk, and services soon stop writing."""
EVENTS_KEPT = timedelta(days=8)
"""Prefect's events are older than this where it does not remove them any more: seven days is its default."""
DATABASE_BYTES = 5_000_000_000
"""Of Prefect's SQLite file; beyond it its schedules are known to stop (PrefectHQ/prefect#15919)."""
BACKUP = timedelta(days=7)
"""Without a backup, once something was sent before that."""

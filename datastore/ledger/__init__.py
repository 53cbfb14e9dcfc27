"""The ledger: what is known of every submission, image, reading and task. The only place where state lives.

A function that is one statement, or that opens its own transaction, takes the ``Ledger``; one that is part of a caller's
transaction takes its ``Connection``.
"""

from sqlalchemy import Connection

from datastore.ledger.engine import Ledger

__all__ = ["Connection", "Ledger"]

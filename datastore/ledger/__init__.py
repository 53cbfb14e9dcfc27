"""The ledger: what is known of every submission, image, reading and task. The only place where state lives."""

from datastore.ledger.engine import Ledger

__all__ = ["Ledger"]

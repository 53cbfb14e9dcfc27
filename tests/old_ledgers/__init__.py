"""Ledgers of every earlier schema, with rows in each of their tables."""

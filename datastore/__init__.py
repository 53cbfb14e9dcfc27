"""Bytes and rows at rest: objects (S3), the ledger (SQL) and releases (Parquet and a manifest)."""

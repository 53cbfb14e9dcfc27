"""The local services: object storage, Label Studio, Prefect and its workers (design, section 5)."""

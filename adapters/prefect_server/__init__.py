"""The Prefect server by its HTTP API: what is asked of it without Prefect's own client, which is slow to import."""

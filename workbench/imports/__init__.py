"""import: pictures and labels of public data sets → submissions, and readings once ingest has taken the pictures in."""

"""Nouns: frozen records, the vocabulary, geometry, text, ids, errors and Arrow schemas. Knows no stage and no system."""

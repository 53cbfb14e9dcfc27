"""Figures beside those of the peers that people use today, taken in the same run: ``make bench``."""

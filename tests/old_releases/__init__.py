"""Releases of each schema that label files and manifests ever had, made by the code of then: see ``make.py``."""

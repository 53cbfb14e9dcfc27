"""Forms that data sets are written in and read from besides our own: one module each, and one line in ``FORMATS``."""

from saegim.formats import hf
from saegim.formats.format import Format

FORMATS: dict[str, Format] = {form.name: form for form in (
    hf.FORMAT,
)}
"""By the names that ``--format`` takes."""
WRITTEN = tuple(name for name, form in FORMATS.items() if form.write)
"""Names of those that a release can be written in."""
READ = tuple(name for name, form in FORMATS.items() if form.read)
"""Names of those that data sets can be read from."""

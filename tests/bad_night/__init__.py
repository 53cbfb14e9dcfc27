"""A bad night, played on the real stack: each scene of docs/runbook.md is made, and mended by the lines that the page gives."""

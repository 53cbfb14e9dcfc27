"""make demo: photographs become a dataset release, through the real services, on this machine."""

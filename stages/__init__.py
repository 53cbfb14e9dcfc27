"""What happens: one folder a verb, pure functions. No network, no clock, no environment, no file system."""

"""What people touch: the command line, the local stack, the demo."""

"""Outputs of OCR engines that are not ours, as readings: one file a dialect, and ``read`` that chooses."""

"""Systems that we do not own: the labelling server and OCR models."""

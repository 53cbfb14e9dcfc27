"""OCR models: the engine protocol, bundles of model files, and the engines."""

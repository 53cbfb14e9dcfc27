"""Saegim's client: list, pull and load dataset releases. Imports nothing of the workbench."""

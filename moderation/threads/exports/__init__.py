"""Exports and databases of comment systems: a module each."""

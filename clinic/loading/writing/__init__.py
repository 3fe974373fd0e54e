"""Writes the entries of a clinic file into the tables."""

"""Sending: claim, gate, dispatch, settle. PostgreSQL decides, whoever wakes these functions."""

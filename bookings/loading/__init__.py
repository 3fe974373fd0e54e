"""Appointments from a spreadsheet. Every row goes the way of every booking; nothing is written when one is refused."""

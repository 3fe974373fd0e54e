"""Patients from a CSV file: read kindly, refused clearly, all or nothing."""

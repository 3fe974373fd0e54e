"""What can be asked of the database, in the clinic's words: read models for rules and pages."""

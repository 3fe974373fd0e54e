"""The gate's rules, one question each: facts in, problems out. No database, no clock (P2)."""

"""Real input: a clinic from one TOML file, patients from a CSV. Nothing is written when anything is wrong (P12)."""

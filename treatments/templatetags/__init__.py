"""Template words of treatments."""

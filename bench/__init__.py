"""Benchmarks: ratios inside one run, against the physical limit on the same data."""

"""Benchmarks: figures to read as ratios within one run, never asserted by a test."""

"""Predictions against measurements: readers of the exchange formats, and error tables."""

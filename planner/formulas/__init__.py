"""Formulas on plain numbers and arrays: SI in, SI out; no records, no files, no state."""

"""Hostile files, flags, keys and ends of the program: a few in the tests, thousands with GPUPLAN_TORTURE=1."""

"""Achieved fractions and fixed costs, apart from datasheet values."""

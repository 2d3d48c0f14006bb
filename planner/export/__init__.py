"""A planned replica as what starts it."""

"""The documents, and what writes the figures in them."""

"""Readers of foreign model descriptions."""

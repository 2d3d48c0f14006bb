"""The question: what must be served, how fast, and from what it may be chosen."""

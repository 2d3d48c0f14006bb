"""What an engine will print of its memory when it starts: the figures of one design in the engine's own lines."""

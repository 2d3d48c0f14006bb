"""Start-up logs of engines, read: what was started, how it was set, and what it says of its memory."""

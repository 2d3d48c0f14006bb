"""One replica without a queue: bytes and seconds."""

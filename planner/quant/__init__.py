"""The what-if of quantization: what runs, how fast, for how much, and what is lost."""

"""What arrives: lengths, arrivals, traces and the presets fitted to them."""

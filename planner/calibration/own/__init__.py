"""A user's own measurements: matched, checked, and turned into factors for the GPUs and engines that they were on."""

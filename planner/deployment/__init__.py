"""One deployment as it is given: what it does, and whether it fits."""

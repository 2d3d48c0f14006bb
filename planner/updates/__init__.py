"""Newer public prices, fetched where they are asked for: `gpuplan prices update`."""

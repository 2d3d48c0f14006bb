"""The hardware catalog: accelerators and the prices of the machines that hold them."""

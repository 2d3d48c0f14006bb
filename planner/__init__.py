"""gpuplan: the cheapest cluster that serves a model at a load within a latency."""

__version__ = "0.1.0"

"""The version of the package, which every answer states."""

__version__ = "0.1.0"

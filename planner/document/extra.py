"""The libraries of the extra `report`, loaded where they are used."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from planner.errors import InputError

# What to install, by what is imported.
PACKAGES = {"jinja2": "Jinja2", "matplotlib": "matplotlib", "xlsxwriter": "XlsxWriter", "typst": "typst"}


def needed(module: str) -> Any:
    """A library of the extra. Raises InputError, one line, where it is not installed.

    >>> needed("json").__name__
    'json'
    """
    root = module.partition(".")[0]
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        if error.name != root:
            raise
        package = PACKAGES.get(root, root)
        raise InputError(
            f"report: {package} is not installed; the extra has it: pip install 'gpuplan[report]'"
        ) from None

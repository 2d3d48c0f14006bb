"""The argument type of every formula."""

from __future__ import annotations

from typing import Any, TypeAlias

# A float or a float64 array: numpy's own stubs cannot say "whatever came in" for every ufunc used here.
Array: TypeAlias = Any

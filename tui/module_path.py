"""Where processes of the interface find their modules."""

from __future__ import annotations

import os
from pathlib import Path

import tui


def module_path() -> str:
    """PYTHONPATH of a process that is started here: the folder of these modules, then what the environment says.

    Relative entries are those of the folder that this process is in now: a session changes to the folder of a user.
    """
    package = str(Path(tui.__file__).resolve().parents[1])
    stated = filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))
    return os.pathsep.join([package, *(os.path.abspath(entry) for entry in stated)])

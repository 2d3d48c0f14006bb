"""Errors that a user can make; every command turns them into one line and exit code 2."""

from hardware_db.errors import HardwareError
from models_db.errors import ModelError


class InputError(ValueError):
    """A request that cannot be read; the message names the field and the nearest valid value."""


USER_ERRORS = (InputError, HardwareError, ModelError)

"""One error for everything a user can get wrong about hardware or prices."""


class HardwareError(ValueError):
    """An accelerator, price or file that cannot be used; the message names the field or the file."""

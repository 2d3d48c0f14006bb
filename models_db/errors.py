"""One error for everything a user can get wrong about a model."""


class ModelError(ValueError):
    """A model, format or file that cannot be used; the message names the field or the file."""
